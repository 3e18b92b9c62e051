/** The five lines of a test from end to end, each proven by the check's own story. */
import { m } from '@messages';
import type { Outcome } from '../backend/types/Outcome';
import type { TimelineEntry } from '../backend/types/TimelineEntry';
import type { TimelineStep } from '../backend/types/TimelineStep';

export interface Line {
  id: 'moved' | 'heard' | 'accepted' | 'written' | 'updated';
  word: () => string;
  /** What to look at while it stays open. */
  help: () => string;
  /** All of these are in the story, each by one of its steps. */
  proof: TimelineStep[][];
}

export const lines: Line[] = [
  { id: 'moved', word: m.test_moved, help: m.test_moved_help, proof: [['stage-moved']] },
  {
    id: 'heard',
    word: m.test_heard,
    help: m.test_heard_help,
    proof: [['webhook-received', 'found-by-polling']],
  },
  { id: 'accepted', word: m.test_accepted, help: m.test_accepted_help, proof: [['accepted']] },
  {
    id: 'written',
    word: m.test_written,
    help: m.test_written_help,
    proof: [['tag-added'], ['note-written']],
  },
  { id: 'updated', word: m.test_updated, help: m.test_updated_help, proof: [['update-received']] },
];

export const isProven = (line: Line, story: TimelineEntry[]): boolean =>
  line.proof.every((steps) => story.some((entry) => steps.includes(entry.step)));

/** Whoever has had a check shows nothing new: nothing would be tried. */
export const isOver = (outcome: Outcome): boolean =>
  outcome.outcome === 'goes-on' && ['completed', 'failed'].includes(outcome.status);

export const cleanUp = [
  { id: 'candidate', word: m.test_clean_candidate },
  { id: 'posting', word: m.test_clean_posting },
  { id: 'project', word: m.test_clean_project },
  { id: 'answers', word: m.test_clean_answers },
];

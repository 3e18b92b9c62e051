/** What belongs to a step of a check's story, in the language of the screen. */
import { m } from '@messages';
import type { Code } from '../backend/types/Code';
import type { Decision } from '../backend/types/Decision';
import type { Status } from '../backend/types/Status';
import type { TimelineEntry } from '../backend/types/TimelineEntry';
import { errorText, isCode } from './errors';
import { decisionLabel, decisions, statusLook } from './words';

export interface Said {
  text: string;
  /** What it is, where it does not say so itself. */
  label?: string;
  /** Names in Lever stay English. */
  lang?: 'en';
}

/** `X` of `Refapp Status: X`, as the host tells it in every language. */
const TAGS: Record<Status, string> = {
  'needs-attention': 'Needs attention',
  queued: 'Queued',
  failed: 'Failed',
  completed: 'Completed',
  'waiting-for-candidate': 'Waiting for candidate',
  'waiting-for-referees': 'Waiting for referees',
  'in-progress': 'In progress',
  sent: 'Sent',
  skipped: 'Skipped',
};

function statusWord(told: string): string {
  const status = (Object.keys(TAGS) as Status[]).find((one) => one === told || TAGS[one] === told);
  return status ? statusLook[status].word() : told;
}

function decisionWord(told: string, reason: Code | undefined): string {
  return Object.hasOwn(decisions, told) ? decisionLabel(told as Decision, reason) : told;
}

/** `earlier` is the story so far: what a decision was called depends on what it was about. */
export function sayings(
  { step, params }: TimelineEntry,
  earlier: readonly TimelineEntry[],
): Said[] {
  const { code, decision, status, answered, expected, declined, template, tag, stage, right } =
    params;
  const said: Said[] = [];
  if (code !== undefined) {
    said.push({ text: isCode(code) ? errorText({ code, params: {} }).title : code });
  }
  if (decision !== undefined) {
    const reason = earlier.findLast((one) => one.params['code'] !== undefined)?.params['code'];
    const about = reason !== undefined && isCode(reason) ? reason : undefined;
    said.push({ text: decisionWord(decision, about) });
  }
  if (status !== undefined) said.push({ text: statusWord(status) });
  if (answered !== undefined && expected !== undefined) {
    said.push({ text: m.timeline_answered({ answered, expected }) });
  }
  if (declined !== undefined) said.push({ text: m.timeline_declined({ count: declined }) });
  if (template !== undefined && step === 'form-read') {
    said.push({ label: m.detail_template(), text: template || m.template_of_refapp() });
  }
  if (tag !== undefined) said.push({ text: tag, lang: 'en' });
  if (params['tag-gone'] !== undefined) {
    said.push({ label: m.timeline_tag_gone(), text: params['tag-gone'], lang: 'en' });
  }
  if (params['tags-added'] !== undefined) {
    said.push({ label: m.timeline_tags_added(), text: params['tags-added'], lang: 'en' });
  }
  if (params['note-gone'] !== undefined) said.push({ text: m.changed_note_gone() });
  if (right !== undefined) said.push({ text: right, lang: 'en' });
  if (stage !== undefined) said.push({ text: stage });
  return said;
}

/** What views, filters and the pace of a wait are called. */
import { m } from '@messages';
import type { Age } from '../backend/types/Age';
import type { CheckRow } from '../backend/types/CheckRow';
import type { NextStep } from '../backend/types/NextStep';
import type { Pace } from '../backend/types/Pace';
import type { PaceReason } from '../backend/types/PaceReason';
import type { Rhythm } from '../backend/types/Rhythm';
import type { Status } from '../backend/types/Status';
import type { Uncertainty } from '../backend/types/Uncertainty';
import type { ViewName } from '../backend/types/ViewName';
import type { WhoActs } from '../backend/types/WhoActs';
import { moment } from '../i18n/time.svelte';
import { statusLook, type Look } from '../i18n/words';

const given: Record<Exclude<ViewName['kind'], 'own'>, () => string> = {
  all: m.view_all,
  'needs-action': m.view_needs_action,
  'to-call': m.view_to_call,
  'waiting-for-candidate': m.status_waiting_candidate,
  'waiting-for-referees': m.status_waiting_referees,
  'completed-this-week': m.view_completed_this_week,
  failed: m.view_failed,
};
export const viewName = (name: ViewName): string =>
  name.kind === 'own' ? name.name : given[name.kind]();

export const mine = (me: string | null): string =>
  me === null ? m.view_mine() : m.filter_mine({ name: me });
export const needsAction = m.view_needs_action;
export const running = m.filter_running;
export const toCall = m.view_to_call;
export const withWarnings = m.filter_warnings;
export const ofStatus = (status: Status): string =>
  m.filter_of({ what: m.column_status(), name: statusLook[status].word() });
export const ofPosting = (name: string): string => m.filter_of({ what: m.column_posting(), name });
export const ofOwner = (name: string): string => m.filter_of({ what: m.column_owner(), name });
export const ofTemplate = (name: string): string =>
  m.filter_of({ what: m.column_template(), name });
export const age = (age: Age): string =>
  age.age === 'this-week' ? m.filter_this_week() : m.filter_age({ count: age.days });
export const ofAge = (of: Age): string => m.filter_of({ what: m.filter_since(), name: age(of) });

const paces: Record<Exclude<Pace, 'fresh'>, () => string> = {
  yellow: m.filter_pace_yellow,
  red: m.filter_pace_red,
};
export const atLeast = (pace: Exclude<Pace, 'fresh'>): string => paces[pace]();
export const ofPace = (pace: Exclude<Pace, 'fresh'>): string =>
  m.filter_of({ what: m.filter_pace(), name: atLeast(pace) });

/** What there is to do, where a longer wait alone would change nothing. */
const toDo: Partial<Record<PaceReason, Record<Exclude<Pace, 'fresh'>, () => string>>> = {
  'needs-person': { yellow: m.pace_act, red: m.pace_act },
  'deadline-passed': { yellow: m.pace_call, red: m.pace_call_red },
  'reminders-used-up': { yellow: m.pace_call, red: m.pace_call_red },
};

/** What the row says of a wait that is long. */
export function paceLook({ pace, reason }: Rhythm): Look | null {
  if (pace === 'fresh') return null;
  const word = toDo[reason]?.[pace];
  return pace === 'yellow'
    ? { word: word ?? m.pace_yellow, icon: 'hourglass', tone: 'warning' }
    : {
        word: word ?? m.pace_red,
        icon: 'alert',
        // Nothing is late with what only asks to be decided.
        tone: reason === 'needs-person' ? 'warning' : 'danger',
      };
}

/** Red, as in the row. */
export const CALL: Look = { word: m.pace_call, icon: 'alert', tone: 'danger' };
const calls: Partial<Record<WhoActs, () => string>> = {
  candidate: m.call_candidate,
  referees: m.call_referees,
};
/** Whom to call now, and where the number or the names are; nothing while Refapp still reminds by itself. */
export const callText = ({ rhythm, status, whoActs }: CheckRow): string | undefined =>
  rhythm.reason === 'deadline-passed' || rhythm.reason === 'reminders-used-up'
    ? // Before the first numbers come, it is the candidate who has not begun.
      (status === 'sent' ? m.call_sent : calls[whoActs])?.()
    : undefined;

const reasons: Record<PaceReason, (() => string) | null> = {
  'no-wait': null,
  // That is what the reason above it says.
  'needs-person': null,
  'deadline-passed': m.rhythm_deadline_passed,
  'reminders-used-up': m.rhythm_reminders_used_up,
  'over-limit': m.rhythm_over_limit,
  'within-limit': m.rhythm_within_limit,
};
/** How the wait stands. `null`: nobody outside is waited for. */
export const paceText = (reason: PaceReason): string | null => reasons[reason]?.() ?? null;

const steps: Record<NextStep['step'], (values: { at: string }) => string> = {
  reminder: m.rhythm_next_reminder,
  'last-reminder': m.rhythm_next_last_reminder,
  deadline: m.rhythm_next_deadline,
};
export const nextText = ({ step, at }: NextStep): string => steps[step]({ at: moment(at) });

const unknown: Record<Uncertainty, () => string> = {
  'reminders-may-be-off': m.unknown_reminders_off,
  'deadline-may-be-extended': m.unknown_deadline_extended,
  'each-referee-has-own-clock': m.unknown_own_clock,
  'may-be-on-hold': m.unknown_on_hold,
  'may-have-begun-before': m.unknown_begun_before,
};
export const unknownText = (what: Uncertainty): string => unknown[what]();

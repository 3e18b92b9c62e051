/** What each word of the API is called on screen. Total maps: a new word does not compile until it has a text. */
import { m } from '@messages';
import type { Badge } from '../backend/types/Badge';
import type { Channel } from '../backend/types/Channel';
import type { ChannelState } from '../backend/types/ChannelState';
import type { CheckRow } from '../backend/types/CheckRow';
import type { Code } from '../backend/types/Code';
import type { ConnectionView } from '../backend/types/ConnectionView';
import type { Coverage } from '../backend/types/Coverage';
import type { DataCentre } from '../backend/types/DataCentre';
import type { Decision } from '../backend/types/Decision';
import type { Finding } from '../backend/types/Finding';
import type { Half } from '../backend/types/Half';
import type { Health } from '../backend/types/Health';
import type { HostKind } from '../backend/types/HostKind';
import type { Owner } from '../backend/types/Owner';
import type { Mode } from '../backend/types/Mode';
import type { Right } from '../backend/types/Right';
import type { RightView } from '../backend/types/RightView';
import type { RightGroup } from '../backend/types/RightGroup';
import type { RightState } from '../backend/types/RightState';
import type { Status } from '../backend/types/Status';
import type { Step } from '../backend/types/Step';
import type { StepState } from '../backend/types/StepState';
import type { StepView } from '../backend/types/StepView';
import type { TimelineStep } from '../backend/types/TimelineStep';
import type { Unproven } from '../backend/types/Unproven';
import type { WaitsFor } from '../backend/types/WaitsFor';
import type { WayIn } from '../backend/types/WayIn';
import type { WhoActs } from '../backend/types/WhoActs';
import type { IconName } from '../design/Icon.svelte';
import { LEVER, REFAPP } from './lever';
import type { Locale } from './locale.svelte';
import { isSet } from '../wizard/step';

export type Tone = 'success' | 'warning' | 'danger' | 'info' | 'people' | 'neutral';

/** Never colour alone: each state has a word, an icon and a tone. */
export interface Look {
  word: () => string;
  icon: IconName;
  tone: Tone;
}

export const statusLook: Record<Status, Look> = {
  'needs-attention': { word: m.status_needs_attention, icon: 'alert', tone: 'warning' },
  queued: { word: m.status_queued, icon: 'queue', tone: 'neutral' },
  failed: { word: m.status_failed, icon: 'cross', tone: 'danger' },
  completed: { word: m.status_completed, icon: 'check-circle', tone: 'success' },
  'waiting-for-candidate': { word: m.status_waiting_candidate, icon: 'person', tone: 'info' },
  'waiting-for-referees': { word: m.status_waiting_referees, icon: 'people', tone: 'people' },
  'in-progress': { word: m.status_in_progress, icon: 'hourglass', tone: 'info' },
  sent: { word: m.status_sent, icon: 'send', tone: 'neutral' },
  skipped: { word: m.status_skipped, icon: 'skip', tone: 'neutral' },
};

export const healthLook: Record<Health, Look> = {
  'not-set-up': { word: m.health_not_set_up, icon: 'plug', tone: 'neutral' },
  checking: { word: m.health_checking, icon: 'hourglass', tone: 'info' },
  healthy: { word: m.health_healthy, icon: 'check-circle', tone: 'success' },
  warning: { word: m.health_warning, icon: 'alert', tone: 'warning' },
  'action-needed': { word: m.health_action_needed, icon: 'cross', tone: 'danger' },
  paused: { word: m.health_paused, icon: 'pause', tone: 'neutral' },
  offline: { word: m.health_offline, icon: 'offline', tone: 'neutral' },
  disconnected: { word: m.health_disconnected, icon: 'plug', tone: 'neutral' },
};

const awaitedProof: Record<Unproven, () => string> = {
  permissions: m.health_awaits_check,
  'stage-changes': m.health_awaits_event,
  'status-updates': m.health_awaits_status,
};
/** How a connection is; while it was not seen to work, what it waits for. */
export function connectionLook({
  health,
  unproven: [awaited],
}: Pick<ConnectionView, 'health' | 'unproven'>): Look {
  const look = healthLook[health];
  return health === 'checking' && awaited ? { ...look, word: awaitedProof[awaited] } : look;
}

/** Red calls for somebody to act. What passes by itself does not, even while nothing works. */
export const findingTone = (finding: Finding): 'danger' | 'warning' =>
  finding.stops && !finding.passes ? 'danger' : 'warning';

/** What a finding means for the connection. */
export function findingEffect({ stops, passes, unproven }: Finding): string {
  if (unproven) return m.finding_unproven();
  if (!stops) return m.finding_warns();
  return passes ? m.finding_passes() : m.finding_stops();
}

export const rightLook: Record<RightState, Look> = {
  proven: { word: m.right_proven, icon: 'check-circle', tone: 'success' },
  missing: { word: m.right_missing, icon: 'cross', tone: 'danger' },
  'not-provable-yet': { word: m.right_not_provable_yet, icon: 'hourglass', tone: 'neutral' },
};

export const optionalRightMissing: Look = {
  word: m.right_not_granted,
  icon: 'dash',
  tone: 'neutral',
};

/** By OAuth it is nobody's box to tick. */
export const optionalRightNotAsked: Look = {
  word: m.right_not_asked_short,
  icon: 'dash',
  tone: 'neutral',
};

export const channelLook: Record<ChannelState, Look> = {
  open: { word: m.channel_open, icon: 'dash', tone: 'neutral' },
  waiting: { word: m.channel_waiting, icon: 'hourglass', tone: 'info' },
  proven: { word: m.channel_proven, icon: 'check-circle', tone: 'success' },
  'turned-away': { word: m.channel_turned_away, icon: 'alert', tone: 'warning' },
  polling: { word: m.channel_polling, icon: 'refresh', tone: 'info' },
  broken: { word: m.channel_broken, icon: 'cross', tone: 'danger' },
  locked: { word: m.channel_locked, icon: 'ban', tone: 'warning' },
};

/** While the app asks for stage changes, they come, whatever the webhook does. */
export const lookOfChannel = ({ state, alsoPolling }: Channel): Look =>
  channelLook[alsoPolling ? 'polling' : state];

/** How often something was turned away and since when, beside when something was last taken. */
export function turnedAway(
  { turnedAway: away, last }: Channel,
  time: (at: number) => string,
): string | null {
  if (away === null) return null;
  return m.channel_turned_away_times({
    count: away.times,
    since: time(away.since),
    last: time(away.last),
    taken: last === null ? m.never() : time(last),
  });
}

/** Whether candidates find questions in the account's default language. */
export const coverageLook: Record<Coverage, Look> = {
  covered: { word: m.coverage_covered, icon: 'check-circle', tone: 'success' },
  missing: { word: m.coverage_missing, icon: 'alert', tone: 'warning' },
  unchecked: { word: m.coverage_unchecked, icon: 'dash', tone: 'neutral' },
};

export const stepLook: Record<StepState, Look> = {
  open: { word: m.step_open, icon: 'dash', tone: 'neutral' },
  blocked: { word: m.step_blocked, icon: 'ban', tone: 'neutral' },
  busy: { word: m.step_busy, icon: 'hourglass', tone: 'info' },
  failed: { word: m.step_failed, icon: 'alert', tone: 'danger' },
  unproven: { word: m.step_unproven, icon: 'hourglass', tone: 'info' },
  done: { word: m.step_done, icon: 'check-circle', tone: 'success' },
};

/** A step has the tone of what was found: no trouble is red at one place and yellow at another. */
export function lookOfStep(
  { step, state, failure }: StepView,
  steps: StepView[],
  { findings, health }: Pick<ConnectionView, 'findings' | 'health'>,
): Look {
  const look = stepLook[state];
  if (state === 'blocked') {
    // Lever's half never waits for Refapp's.
    const first = steps.find((one) => one.step !== 'refapp' && !isSet(one));
    if (first === undefined || first.step === step) return look;
    const waits = health === 'not-set-up' ? m.step_waits : m.step_waits_saved;
    return { ...look, word: () => waits({ step: stepName(first.step) }) };
  }
  const found = findings.find((one) => one.failure.code === failure?.code);
  return state === 'failed' && found ? { ...look, tone: findingTone(found) } : look;
}

const steps: Record<Step, () => string> = {
  refapp: m.step_refapp,
  'data-centre': m.step_data_centre,
  lever: m.step_lever,
  'acting-user': m.step_acting_user,
  rights: m.step_rights,
  channels: m.step_channels,
  stage: m.step_stage,
  done: m.step_finish,
};
export const stepName = (step: Step): string => steps[step]();

const halfNames: Record<Half, () => string> = { refapp: m.half_refapp, lever: m.half_lever };
export const halfName = (half: Half): string => halfNames[half]();

const awaited: Record<WaitsFor, () => string> = {
  token: m.waits_token,
  'update-address': m.waits_update_address,
  'first-status': m.waits_first_status,
  bearer: m.waits_bearer,
  'data-centre': m.waits_data_centre,
  access: m.waits_access,
  'acting-user': m.waits_acting_user,
  permissions: m.waits_permissions,
  'missing-permissions': m.waits_missing_permissions,
  'stage-changes': m.waits_stage_changes,
  stage: m.waits_stage,
  'first-event': m.waits_first_event,
};
/** What a half of the set-up waits for. */
export const waitsFor = (what: WaitsFor): string => awaited[what]();

const owners: Record<Owner, () => string> = {
  recruiter: m.who_recruiter,
  admin: m.who_admin,
  'lever-super-admin': m.who_lever_super_admin,
  'refapp-admin': m.who_refapp_admin,
  it: m.who_it,
  lever: m.who_lever,
  refapp: m.who_refapp,
  us: m.who_us,
};
/** On a server without a window, whoever keeps the server is the admin of the app too. */
export const ownerName = (owner: Owner, host: HostKind | null = null): string =>
  host === 'headless' && (owner === 'admin' || owner === 'it')
    ? m.who_customers_it()
    : owners[owner]();
/** Nobody of those who set the app up: their support is asked. */
export const isOutside = (owner: Owner): boolean => ['lever', 'refapp', 'us'].includes(owner);
/** Whoever has to act, all of them. */
export const ownerNames = ([one, other]: Owner[], host: HostKind | null = null): string =>
  other === undefined || one === undefined
    ? ownerName(one ?? 'us', host)
    : m.who_both({ one: ownerName(one, host), other: ownerName(other, host) });

const actors: Record<WhoActs, () => string> = {
  app: m.acts_app,
  recruiter: m.acts_recruiter,
  admin: m.acts_admin,
  'lever-super-admin': m.who_lever_super_admin,
  'refapp-admin': m.who_refapp_admin,
  candidate: m.acts_candidate,
  referees: m.acts_referees,
  refapp: m.acts_refapp,
  nobody: m.acts_nobody,
};
export const whoActs = (who: WhoActs): string => actors[who]();
export const everyActor = Object.keys(actors) as WhoActs[];

/** Nothing more comes of it: there is nobody to be named any more. */
const isOver = ({ status }: CheckRow): boolean => status === 'completed' || status === 'failed';

/** Somebody has read of all its warnings. */
const areRead = (row: CheckRow): boolean => row.warnings.length > 0 && row.unread.length === 0;

const badges: Record<Badge, (row: CheckRow) => string> = {
  'status-missed': () => m.badge_status_missed(),
  declined: (row) => m.badge_declined({ count: row.declined }),
  warnings: (row) =>
    areRead(row)
      ? m.badge_warnings_read({ count: row.warnings.length })
      : m.badge_warnings({ count: row.warnings.length }),
  'no-progress': () => m.badge_no_progress(),
  'on-hold': () => m.badge_on_hold(),
  'unknown-status': () => m.badge_unknown_status(),
  'former-template-name': () => m.badge_former_template_name(),
  'template-without-effect': () => m.badge_template_without_effect(),
  'one-word-name': () => m.badge_one_word_name(),
  'note-unknown': () => m.badge_note_unknown(),
  'not-written': () => m.badge_not_written(),
  'changed-by-hand': () => m.badge_changed(),
};
/** Refapp's fraud and mismatch warnings (`refapp-api.md §4`). Those that it makes up later are shown as they come. */
const warnings: Record<string, () => string> = {
  'same-ip-address': m.warning_same_ip_address,
  'same-email-address': m.warning_same_email_address,
  'same-phone-number': m.warning_same_phone_number,
  'mismatch-relation': m.warning_mismatch_relation,
  'mismatch-referee-title': m.warning_mismatch_referee_title,
  'mismatch-candidate-title': m.warning_mismatch_candidate_title,
  'mismatch-relation-age': m.warning_mismatch_relation_age,
  'mismatch-relation-duration': m.warning_mismatch_relation_duration,
  'mismatch-name': m.warning_mismatch_name,
};
export const warningText = (code: string): string =>
  (Object.hasOwn(warnings, code) ? warnings[code] : undefined)?.() ??
  m.warning_other({ code: code.replaceAll('-', ' ') });

/** Those that came after somebody had read of the others are named as new. */
export function warningsOf({ warnings, unread }: CheckRow): string[] {
  const some = unread.length < warnings.length;
  return warnings.map((code) => {
    const what = warningText(code);
    return some && unread.includes(code) ? m.warning_new({ what }) : what;
  });
}

/**
 * The template that a check runs with. Where none was sent, the project's own or Refapp's default applies: only Refapp
 * knows which.
 */
export const templateName = (name: string | null): string => name ?? m.template_of_refapp();

export const badgeText = (badge: Badge, row: CheckRow): string => badges[badge](row);

/** They only tell something: nothing is to be done about them. */
const HINTS: readonly Badge[] = [
  'declined',
  'former-template-name',
  'template-without-effect',
  'one-word-name',
];
export const isHint = (badge: Badge): boolean => HINTS.includes(badge);

/** What somebody changed by hand of it in Lever. */
function changes({ changed }: CheckRow): string[] {
  if (changed === null) return [];
  const { tagGone, tagsAdded, noteGone } = changed;
  return [
    ...(tagGone === null ? [] : [m.changed_tag_gone({ tag: tagGone })]),
    ...(tagsAdded.length === 0
      ? []
      : [m.changed_tags_added({ count: tagsAdded.length, tags: tagsAdded.join(', ') })]),
    ...(noteGone ? [m.changed_note_gone()] : []),
  ];
}

const explained: Record<Badge, (row?: CheckRow) => string> = {
  'status-missed': () => m.badge_status_missed_help(),
  declined: (row) => (row && isOver(row) ? m.badge_declined_over() : m.badge_declined_help()),
  warnings: (row) => (row && areRead(row) ? m.badge_warnings_read_help() : m.badge_warnings_help()),
  'no-progress': () => m.badge_no_progress_help(),
  'on-hold': () => m.badge_on_hold_help(),
  'unknown-status': () => m.badge_unknown_status_help(),
  'former-template-name': () => m.badge_former_template_name_help(),
  'template-without-effect': () => m.badge_template_without_effect_help(),
  'one-word-name': () => m.badge_one_word_name_help(),
  'note-unknown': () => m.badge_note_unknown_help(),
  'not-written': () => m.badge_not_written_help(),
  'changed-by-hand': (row) => [...(row ? changes(row) : []), m.badge_changed_help()].join(' '),
};
export const badgeHelp = (badge: Badge, row?: CheckRow): string => explained[badge](row);

/** What each decision does. Whether it makes Refapp write to people is the host's to say. */
export const decisions: Record<
  Decision,
  {
    label: () => string;
    effect: () => string;
    /** That it was done, in as few words. */
    done: () => string;
    /** What comes of it for good, should it be a mistake: then it is confirmed first. */
    mistaken?: () => string;
  }
> = {
  'try-again': {
    label: m.decision_try_again,
    effect: m.decision_try_again_help,
    done: m.decided_try_again,
  },
  start: { label: m.decision_start, effect: m.decision_start_help, done: m.decided_start },
  'it-was-started': {
    label: m.decision_started,
    effect: m.decision_started_help,
    done: m.decided_started,
    mistaken: m.decide_mistaken_started,
  },
  'send-again': {
    label: m.decision_send_again,
    effect: m.decision_send_again_help,
    done: m.decided_start,
  },
  'note-is-there': {
    label: m.decision_note_there,
    effect: m.decision_note_there_help,
    done: m.decided_note_there,
  },
  'note-is-not-there': {
    label: m.decision_note_missing,
    effect: m.decision_note_missing_help,
    done: m.decided_note_missing,
    mistaken: m.decide_doubles_note,
  },
  'mark-read': {
    label: m.decision_mark_read,
    effect: m.decision_mark_read_help,
    done: m.decided_mark_read,
  },
  repair: { label: m.decision_repair, effect: m.decision_repair_help, done: m.decided_repair },
  'leave-to-other': {
    label: m.decision_leave,
    effect: m.decision_leave_help,
    done: m.decided_leave,
  },
  adopt: {
    label: m.decision_adopt,
    effect: m.decision_adopt_help,
    done: m.decided_adopt,
    mistaken: m.decide_mistaken_adopt,
  },
  dismiss: {
    label: m.decision_dismiss,
    effect: m.decision_dismiss_help,
    done: m.decided_dismiss,
  },
};

/** As the error dictionary names it under the reason that asks. */
export function decisionLabel(decision: Decision, reason?: Code): string {
  if (decision === 'start' && reason === 'CHECK-AGAIN') return m.decision_start_again();
  if (decision === 'start' && reason === 'CHECK-OTHER') return m.decision_start_anyway();
  return decisions[decision].label();
}

export const timelineLook: Record<TimelineStep, Look> = {
  'stage-moved': { word: m.timeline_stage_moved, icon: 'flag', tone: 'neutral' },
  'webhook-received': { word: m.timeline_webhook_received, icon: 'plug', tone: 'neutral' },
  'found-by-polling': { word: m.timeline_found_by_polling, icon: 'refresh', tone: 'neutral' },
  'read-from-lever': { word: m.timeline_read_from_lever, icon: 'info', tone: 'neutral' },
  'seen-in-lever': { word: m.timeline_seen_in_lever, icon: 'info', tone: 'neutral' },
  'form-read': { word: m.timeline_form_read, icon: 'info', tone: 'neutral' },
  'start-sent': { word: m.timeline_start_sent, icon: 'send', tone: 'neutral' },
  accepted: { word: m.timeline_accepted, icon: 'check-circle', tone: 'success' },
  'start-unknown': { word: m.timeline_start_unknown, icon: 'help', tone: 'warning' },
  refused: { word: m.timeline_refused, icon: 'cross', tone: 'danger' },
  parked: { word: m.timeline_parked, icon: 'alert', tone: 'warning' },
  skipped: { word: m.timeline_skipped, icon: 'skip', tone: 'neutral' },
  decided: { word: m.timeline_decided, icon: 'person', tone: 'info' },
  'update-received': { word: m.timeline_update_received, icon: 'people', tone: 'info' },
  'tag-added': { word: m.timeline_tag_added, icon: 'check', tone: 'neutral' },
  'tag-removed': { word: m.timeline_tag_removed, icon: 'check', tone: 'neutral' },
  'note-written': { word: m.timeline_note_written, icon: 'check', tone: 'neutral' },
  'note-deleted': { word: m.timeline_note_deleted, icon: 'check', tone: 'neutral' },
  'note-unknown': { word: m.timeline_note_unknown, icon: 'help', tone: 'warning' },
  'changed-by-hand': { word: m.timeline_changed, icon: 'flag', tone: 'warning' },
  'write-failed': { word: m.timeline_write_failed, icon: 'cross', tone: 'danger' },
  settled: { word: m.timeline_settled, icon: 'check-circle', tone: 'success' },
};

/** A step's word; of a look at Lever it tells whether the posting was among what was shown. */
export const timelineWord = (step: TimelineStep, postingHidden: boolean): string =>
  step === 'read-from-lever' && postingHidden
    ? m.timeline_posting_hidden()
    : timelineLook[step].word();

const doers = {
  'lever-user': m.actor_lever_user,
  'app-user': m.actor_app_user,
  app: m.actor_app,
  lever: () => LEVER,
  refapp: () => REFAPP,
};
const doneBy: Record<TimelineStep, keyof typeof doers> = {
  'stage-moved': 'lever-user',
  'webhook-received': 'lever',
  'found-by-polling': 'app',
  'read-from-lever': 'app',
  'seen-in-lever': 'app',
  'form-read': 'app',
  'start-sent': 'app',
  accepted: 'refapp',
  'start-unknown': 'app',
  refused: 'refapp',
  parked: 'app',
  skipped: 'app',
  decided: 'app-user',
  'update-received': 'refapp',
  'tag-added': 'app',
  'tag-removed': 'app',
  'note-written': 'app',
  'note-deleted': 'app',
  'note-unknown': 'app',
  'changed-by-hand': 'lever-user',
  'write-failed': 'app',
  settled: 'app',
};
/** Who did it. People are not named: their names are not stored. */
export const actorOf = (step: TimelineStep): string => doers[doneBy[step]]();

const centres: Record<DataCentre, () => string> = {
  us: m.centre_us,
  eu: m.centre_eu,
  sandbox: m.centre_sandbox,
  custom: m.centre_custom,
};
export const dataCentreName = (centre: DataCentre): string => centres[centre]();

const ways: Record<WayIn, () => string> = { oauth: m.way_oauth, 'api-key': m.way_api_key };
export const wayInName = (way: WayIn): string => ways[way]();

const rights: Record<Right, (inputs?: object, options?: { locale?: Locale }) => string> = {
  'read-user': m.why_read_user,
  'read-posting': m.why_read_posting,
  'read-opportunity': m.why_read_opportunity,
  'list-webhooks': m.why_list_webhooks,
  'list-stages': m.why_list_stages,
  'list-users': m.why_list_users,
  'add-opportunity-tag': m.why_add_opportunity_tag,
  'remove-opportunity-tag': m.why_remove_opportunity_tag,
  'create-opportunity-note': m.why_create_opportunity_note,
  'delete-opportunity-note': m.why_delete_opportunity_note,
  'create-opportunity': m.why_create_opportunity,
  'add-webhooks': m.why_add_webhooks,
  'list-opportunities': m.why_list_opportunities,
  'list-postings': m.why_list_postings,
  'list-tags': m.why_list_tags,
  'list-opportunity-notes': m.why_list_opportunity_notes,
  'update-opportunity-note': m.why_update_opportunity_note,
  'delete-webhooks': m.why_delete_webhooks,
};
export const everyRight = Object.keys(rights) as Right[];
/** What the boxes are good for where the app only looks on. */
const toLookOn: Partial<typeof rights> = {
  'list-opportunities': m.observer_why_list,
  'list-stages': m.observer_why_stages,
  'read-posting': m.observer_why_posting,
  'read-user': m.observer_why_user,
  'list-tags': m.observer_why_tags,
};
/** What the app needs a permission for; in the language of the screen, or of a letter's reader. */
export const whyRight = (right: Right, locale?: Locale, mode: Mode = 'integration'): string => {
  const why = (mode === 'observer' && toLookOn[right]) || rights[right];
  return why({}, locale ? { locale } : {});
};

const groups: Record<RightGroup, (inputs?: object, options?: { locale?: Locale }) => string> = {
  read: m.permission_group_read,
  write: m.permission_group_write,
};
/** The heading over Lever's boxes: what it means, and what it says there. */
export const groupName = (group: RightGroup, locale?: Locale): string =>
  groups[group]({}, locale ? { locale } : {});

/** When one is proven that this step may leave open. */
const later: Partial<Record<Right, () => string>> = {
  'read-posting': m.right_proven_by_check,
  'add-webhooks': m.right_proven_by_channels,
  'delete-webhooks': m.right_proven_by_disconnect,
};
export const provenLater = (right: Right): string => later[right]?.() ?? '';
/** Whether it was tried and is not there: what needs it says so beforehand. */
export const isMissing = (rights: RightView[], right: Right): boolean =>
  rights.some((one) => one.right === right && one.state === 'missing');
/** Whether the app cannot ask Lever for stage changes itself, and hears only what the webhook tells. */
export const heardOnly = (rights: RightView[]): boolean =>
  !rights.some(({ right, state }) => right === 'list-opportunities' && state === 'proven');
/** The same in few words; `number` is that of the step about the channels. */
export const followsLater = (right: Right, label: string, number: number): string =>
  right === 'add-webhooks'
    ? m.right_follows_channels({ right: label, number })
    : m.right_follows_check({ right: label });

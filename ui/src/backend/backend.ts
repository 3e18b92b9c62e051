/** The host as the screens see it. Not here: who the host is (`tauri.ts`), and any rule of the business. */
import type { Anchor } from './types/Anchor';
import type { AuditLog } from './types/AuditLog';
import type { Batch } from './types/Batch';
import type { Causes } from './types/Causes';
import type { CheckDetail } from './types/CheckDetail';
import type { CheckId } from './types/CheckId';
import type { CheckWindow } from './types/CheckWindow';
import type { Code } from './types/Code';
import type { ConnectionId } from './types/ConnectionId';
import type { CsvOrder } from './types/CsvOrder';
import type { DataCentre } from './types/DataCentre';
import type { Decision } from './types/Decision';
import type { Desk } from './types/Desk';
import type { Diagnostics } from './types/Diagnostics';
import type { DryRun } from './types/DryRun';
import type { Durations } from './types/Durations';
import type { Erasure } from './types/Erasure';
import type { Event } from './types/Event';
import type { Exported } from './types/Exported';
import type { Failure } from './types/Failure';
import type { Filter } from './types/Filter';
import type { FilterChoices } from './types/FilterChoices';
import type { Gathered } from './types/Gathered';
import type { Held } from './types/Held';
import type { Language } from './types/Language';
import type { Limits } from './types/Limits';
import type { Look } from './types/Look';
import type { Mode } from './types/Mode';
import type { Notify } from './types/Notify';
import type { OpportunityId } from './types/OpportunityId';
import type { Overview } from './types/Overview';
import type { PersonWords } from './types/PersonWords';
import type { PostingAudit } from './types/PostingAudit';
import type { Redirect } from './types/Redirect';
import type { Reply } from './types/Reply';
import type { Request } from './types/Request';
import type { Sight } from './types/Sight';
import type { StageId } from './types/StageId';
import type { TemplateId } from './types/TemplateId';
import type { TemplateReport } from './types/TemplateReport';
import type { Together } from './types/Together';
import type { Undecided } from './types/Undecided';
import type { TextFile } from './types/TextFile';
import type { UserId } from './types/UserId';
import type { View } from './types/View';
import type { ViewName } from './types/ViewName';
import type { WayIn } from './types/WayIn';
import type { Whom } from './types/Whom';

export interface Backend {
  /** Resolves with the reply, or rejects with a `Failure`. */
  ask(request: Request): Promise<Reply>;
  /** The host replays the Overview on subscribing; or it cannot be subscribed to. Returns how to stop. */
  subscribe(onEvent: (event: Event) => void, onFailure: (thrown: unknown) => void): () => void;
}

/** All checks: who needs action first, then the oldest. */
export const EVERYTHING: Look = {
  filter: {
    text: '',
    statuses: [],
    needsAction: false,
    running: false,
    toCall: false,
    postings: [],
    owners: [],
    mine: false,
    templates: [],
    warnings: false,
    age: null,
    pace: null,
  },
  sort: { by: 'needs-action', descending: false },
};

/** Whatever a call rejected with, as a failure that can be shown. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'params' in thrown) {
    return thrown as Failure;
  }
  return { code: 'APP-INTERNAL', params: {} };
}

type Kind = Reply['reply'];
type Value<K extends Kind> =
  Extract<Reply, { reply: K }> extends { value: infer V } ? V : undefined;

/** One method for each request, so that a screen never takes a raw reply apart. */
export class Host {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  subscribe(onEvent: (event: Event) => void, onFailure: (failure: Failure) => void): () => void {
    return this.#backend.subscribe(onEvent, (thrown) => onFailure(asFailure(thrown)));
  }

  overview(): Promise<Overview> {
    return this.#ask({ ask: 'overview' }, 'overview');
  }
  createConnection(name: string): Promise<ConnectionId> {
    return this.#ask({ ask: 'create-connection', name }, 'connection');
  }

  setRefapp(connection: ConnectionId, url: string, token: string | null): Promise<undefined> {
    return this.#ask({ ask: 'set-refapp', connection, url, token }, 'done');
  }
  setMode(connection: ConnectionId, mode: Mode): Promise<undefined> {
    return this.#ask({ ask: 'set-mode', connection, mode }, 'done');
  }
  setDataCentre(
    connection: ConnectionId,
    dataCentre: DataCentre,
    wayIn: WayIn,
  ): Promise<undefined> {
    return this.#ask({ ask: 'set-data-centre', connection, dataCentre, wayIn }, 'done');
  }
  setApiKey(connection: ConnectionId, key: string): Promise<undefined> {
    return this.#ask({ ask: 'set-api-key', connection, key }, 'done');
  }
  setOauthClient(
    connection: ConnectionId,
    clientId: string,
    /** `null`: the one that is stored. */
    clientSecret: string | null,
  ): Promise<undefined> {
    return this.#ask({ ask: 'set-oauth-client', connection, clientId, clientSecret }, 'done');
  }
  beginOauth(connection: ConnectionId, redirect: Redirect): Promise<undefined> {
    return this.#ask({ ask: 'begin-oauth', connection, redirect }, 'done');
  }
  pasteOauthReturn(connection: ConnectionId, address: string): Promise<undefined> {
    return this.#ask({ ask: 'paste-oauth-return', connection, address }, 'done');
  }
  cancelOauth(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'cancel-oauth', connection }, 'done');
  }
  connectOauth(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'connect-oauth', connection }, 'done');
  }
  setActingUser(connection: ConnectionId, user: UserId): Promise<undefined> {
    return this.#ask({ ask: 'set-acting-user', connection, user }, 'done');
  }
  proveRights(connection: ConnectionId, consent: boolean): Promise<undefined> {
    return this.#ask({ ask: 'prove-rights', connection, consent }, 'done');
  }
  setChannels(
    connection: ConnectionId,
    publicUrl: string,
    updateBearer: string | null,
  ): Promise<undefined> {
    return this.#ask({ ask: 'set-channels', connection, publicUrl, updateBearer }, 'done');
  }
  readStages(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'read-stages', connection }, 'done');
  }
  chooseStage(connection: ConnectionId, stage: StageId): Promise<undefined> {
    return this.#ask({ ask: 'choose-stage', connection, stage }, 'done');
  }
  setDefaults(
    connection: ConnectionId,
    defaultLanguage: string,
    defaultTemplate: TemplateId | null,
  ): Promise<undefined> {
    return this.#ask({ ask: 'set-defaults', connection, defaultLanguage, defaultTemplate }, 'done');
  }
  finishSetup(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'finish-setup', connection }, 'done');
  }

  /** The settings without their secrets: the file as it would be saved. */
  exportSettings(connection: ConnectionId): Promise<TextFile> {
    return this.#ask({ ask: 'export-settings', connection }, 'text-file');
  }
  importSettings(text: string): Promise<ConnectionId> {
    return this.#ask({ ask: 'import-settings', text }, 'connection');
  }

  updateTemplates(connection: ConnectionId): Promise<TemplateReport> {
    return this.#ask({ ask: 'update-templates', connection }, 'template-report');
  }

  /** `subject`: an opportunity's id, the address of its page at Lever, or an event as JSON. */
  dryRun(connection: ConnectionId, subject: string): Promise<DryRun> {
    return this.#ask({ ask: 'dry-run', connection, subject }, 'dry-run');
  }

  auditPostings(connection: ConnectionId): Promise<PostingAudit> {
    return this.#ask({ ask: 'audit-postings', connection }, 'posting-audit');
  }
  /** The audit under way answers with what it has found. */
  cancelAudit(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'cancel-audit', connection }, 'done');
  }

  checks(
    connection: ConnectionId,
    offset: number,
    limit: number,
    look: Look = EVERYTHING,
    anchor: Anchor | null = null,
  ): Promise<CheckWindow> {
    return this.#ask({ ask: 'checks', connection, look, offset, limit, anchor }, 'check-window');
  }
  /** What the checks can be filtered by, and how many are listed then. */
  filterChoices(
    connection: ConnectionId,
    filter: Filter = EVERYTHING.filter,
    me: string | null = null,
  ): Promise<FilterChoices> {
    return this.#ask({ ask: 'filter-choices', connection, filter, me }, 'filter-choices');
  }
  /** Of the checks that match and need action, why: those that ask for the same together. */
  causes(connection: ConnectionId, look: Look): Promise<Causes> {
    return this.#ask({ ask: 'causes', connection, look }, 'causes');
  }
  /** All that match and need attention, to be answered together; as they are, or those that were seen. */
  gather(
    connection: ConnectionId,
    look: Look,
    but: CheckId[],
    sight: Sight | null,
  ): Promise<Gathered> {
    return this.#ask({ ask: 'gather', connection, look, but, sight }, 'gathered');
  }
  /** Some of a batch, by name. */
  whom(connection: ConnectionId, batch: Batch, offset: number, limit: number): Promise<Whom> {
    return this.#ask({ ask: 'whom', connection, batch, offset, limit }, 'whom');
  }
  /** How many there are still of a batch, and which of these. */
  held(connection: ConnectionId, batch: Batch, checks: CheckId[]): Promise<Held> {
    return this.#ask({ ask: 'held', connection, batch, checks }, 'held');
  }
  /** How long completed checks took, by template. */
  durations(connection: ConnectionId): Promise<Durations> {
    return this.#ask({ ask: 'durations', connection }, 'durations');
  }

  /** How the recruiter at this computer looks at the checks. Each change answers with what it is then. */
  desk(): Promise<Desk> {
    return this.#ask({ ask: 'desk' }, 'desk');
  }
  setMe(me: string | null): Promise<Desk> {
    return this.#ask({ ask: 'set-me', me }, 'desk');
  }
  keepView(view: View): Promise<Desk> {
    return this.#ask({ ask: 'keep-view', view }, 'desk');
  }
  forgetView(name: ViewName): Promise<Desk> {
    return this.#ask({ ask: 'forget-view', name }, 'desk');
  }
  turnToView(name: ViewName, mine: boolean): Promise<Desk> {
    return this.#ask({ ask: 'turn-to-view', name, mine }, 'desk');
  }
  /** Of what the system notifies. */
  setNotify(notify: Notify): Promise<undefined> {
    return this.#ask({ ask: 'set-notify', notify }, 'done');
  }
  /** Whether “/” goes to the search. */
  setSearchKey(on: boolean): Promise<undefined> {
    return this.#ask({ ask: 'set-search-key', on }, 'done');
  }
  /** What is said outside of the window follows it. */
  setLanguage(language: Language): Promise<undefined> {
    return this.#ask({ ask: 'set-language', language }, 'done');
  }
  startWithSession(start: boolean): Promise<undefined> {
    return this.#ask({ ask: 'start-with-session', start }, 'done');
  }
  setLimits(connection: ConnectionId, limits: Limits): Promise<undefined> {
    return this.#ask({ ask: 'set-limits', connection, limits }, 'done');
  }
  /** Writes all checks that match to a file. How far it is, is in the connection's view. */
  exportChecks(connection: ConnectionId, order: CsvOrder): Promise<Exported> {
    return this.#ask({ ask: 'export-checks', connection, order }, 'exported');
  }
  cancelExport(): Promise<undefined> {
    return this.#ask({ ask: 'cancel-export' }, 'done');
  }

  /** All that is stored of one candidate: the file as it would be saved. */
  exportPerson(
    connection: ConnectionId,
    opportunity: OpportunityId,
    words: PersonWords,
  ): Promise<TextFile> {
    return this.#ask({ ask: 'export-person', connection, opportunity, words }, 'text-file');
  }
  /** What is personal goes at once; note, tag and rows follow. */
  erasePerson(connection: ConnectionId, opportunity: OpportunityId): Promise<Erasure> {
    return this.#ask({ ask: 'erase-person', connection, opportunity }, 'erased');
  }
  /** How many checks would go at once if they were kept for so many days. */
  wouldPurge(connection: ConnectionId, days: number): Promise<number> {
    return this.#ask({ ask: 'would-purge', connection, days }, 'would-purge');
  }
  /** For how many days a check is kept after it is over. */
  setRetention(connection: ConnectionId, days: number): Promise<undefined> {
    return this.#ask({ ask: 'set-retention', connection, days }, 'done');
  }
  /** What was done with personal data, before the entry of this number. */
  auditLog(before: number | null, limit: number): Promise<AuditLog> {
    return this.#ask({ ask: 'audit-log', before, limit }, 'audit-log');
  }
  /** All of it, with what chains it: the file as it would be saved. */
  exportAuditLog(): Promise<TextFile> {
    return this.#ask({ ask: 'export-audit-log' }, 'text-file');
  }

  /** Those of one candidate, oldest first. */
  checksOf(connection: ConnectionId, opportunity: OpportunityId): Promise<CheckWindow> {
    return this.#ask({ ask: 'checks-of', connection, opportunity }, 'check-window');
  }
  check(check: CheckId): Promise<CheckDetail> {
    return this.#ask({ ask: 'check', check }, 'check-detail');
  }
  /** Those that could not be decided, each with why; the others are. */
  decide(checks: CheckId[], decision: Decision): Promise<Undecided[]> {
    return this.#ask({ ask: 'decide', checks, decision }, 'decided');
  }
  /** The same for all of a batch. */
  decideTogether(connection: ConnectionId, batch: Batch, decision: Decision): Promise<Together> {
    return this.#ask({ ask: 'decide-together', connection, batch, decision }, 'decided-together');
  }

  pause(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'pause', connection }, 'done');
  }
  resume(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'resume', connection }, 'done');
  }
  disconnect(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'disconnect', connection }, 'done');
  }
  removeData(connection: ConnectionId): Promise<undefined> {
    return this.#ask({ ask: 'remove-data', connection }, 'done');
  }

  /** Somebody has looked after what only a person can: of a connection, or of the whole host. */
  acknowledge(connection: ConnectionId | null, code: Code): Promise<undefined> {
    return this.#ask({ ask: 'acknowledge', connection, code }, 'done');
  }

  /** What support needs to see, of one connection or of all: the file as it would be saved. */
  diagnostics(connection: ConnectionId | null): Promise<TextFile> {
    return this.#ask({ ask: 'diagnostics', connection }, 'text-file');
  }
  /** Saves what was given last. Where it is. */
  saveTextFile(): Promise<string> {
    return this.#ask({ ask: 'save-text-file' }, 'saved');
  }
  /** What was saved or exported last. */
  showInFolder(): Promise<undefined> {
    return this.#ask({ ask: 'show-in-folder' }, 'done');
  }
  readDiagnostics(text: string): Promise<Diagnostics> {
    return this.#ask({ ask: 'read-diagnostics', text }, 'diagnostics');
  }

  openLink(url: string): Promise<undefined> {
    return this.#ask({ ask: 'open-link', url }, 'done');
  }

  async #ask<K extends Kind>(request: Request, kind: K): Promise<Value<K>> {
    const reply = await this.#backend.ask(request);
    if (reply.reply !== kind) throw { code: 'APP-INTERNAL', params: {} } satisfies Failure;
    return ('value' in reply ? reply.value : undefined) as Value<K>;
  }
}

/** A host that plays from a script: what it shows is set, what it was asked is kept. */
import { type Backend, EVERYTHING } from '../src/backend/backend';
import type { AuditLog } from '../src/backend/types/AuditLog';
import type { Batch } from '../src/backend/types/Batch';
import type { Cause } from '../src/backend/types/Cause';
import type { Causes } from '../src/backend/types/Causes';
import type { CheckDetail } from '../src/backend/types/CheckDetail';
import type { CheckRow } from '../src/backend/types/CheckRow';
import type { CheckWindow } from '../src/backend/types/CheckWindow';
import type { Computer } from '../src/backend/types/Computer';
import type { Decision } from '../src/backend/types/Decision';
import type { Desk } from '../src/backend/types/Desk';
import type { Event } from '../src/backend/types/Event';
import type { Failure } from '../src/backend/types/Failure';
import type { Filter } from '../src/backend/types/Filter';
import type { Head } from '../src/backend/types/Head';
import type { Look } from '../src/backend/types/Look';
import type { Overview } from '../src/backend/types/Overview';
import type { Reply } from '../src/backend/types/Reply';
import type { Request } from '../src/backend/types/Request';
import type { Sight } from '../src/backend/types/Sight';
import type { View } from '../src/backend/types/View';
import type { ViewName } from '../src/backend/types/ViewName';
import { everyColumn } from '../src/dashboard/columns';
import { keyOf, sameFilter } from '../src/dashboard/filter';
import { COMPUTER } from './scenes';

type Ask = Request['ask'];

export const SIGHT: Sight = { change: 1, last: null };

export class Fake implements Backend {
  overview: Overview;
  rows: CheckRow[];
  details = new Map<string, CheckDetail>();
  log: AuditLog = { entries: [], more: false, whole: true };
  desk: Desk = {
    me: null,
    current: { kind: 'all' },
    mine: false,
    views: given(),
    computer: COMPUTER,
  };
  readonly asked: Request[] = [];
  readonly #replies = new Map<Ask, (request: Request) => Promise<Reply>>();
  #deaf: Failure | null = null;
  readonly #listeners = new Set<(event: Event) => void>();

  constructor(overview: Overview, rows: CheckRow[] = []) {
    this.overview = overview;
    this.rows = rows;
  }

  /** From now on this request is answered so. */
  on(ask: Ask, reply: (request: Request) => Promise<Reply>): void {
    this.#replies.set(ask, reply);
  }

  refuse(ask: Ask, failure: Failure): void {
    this.on(ask, () => Promise.reject(failure));
  }

  push(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Changes the Overview and tells of it. */
  show(overview: Overview): void {
    this.overview = overview;
    this.push({ event: 'overview', value: overview });
  }

  ask(request: Request): Promise<Reply> {
    this.asked.push(request);
    const reply = this.#replies.get(request.ask);
    return reply ? reply(request) : Promise.resolve(this.#usual(request));
  }

  /** From now on nobody can subscribe. */
  deafen(failure: Failure | null): void {
    this.#deaf = failure;
  }

  subscribe(onEvent: (event: Event) => void, onFailure: (thrown: unknown) => void): () => void {
    if (this.#deaf) {
      const thrown = this.#deaf;
      void Promise.resolve().then(() => onFailure(thrown));
      return () => undefined;
    }
    this.#listeners.add(onEvent);
    onEvent({ event: 'overview', value: this.overview });
    return () => this.#listeners.delete(onEvent);
  }

  #usual(request: Request): Reply {
    switch (request.ask) {
      case 'overview':
        return { reply: 'overview', value: this.overview };
      case 'create-connection':
        return { reply: 'connection', value: this.overview.connections[0]?.id ?? 'new' };
      case 'update-templates':
        return {
          reply: 'template-report',
          value: {
            at: Date.now(),
            added: ['Refapp Template: Customer success'],
            removed: ['Refapp Template: Summer staff'],
            renamed: [{ from: 'Refapp Template: Devs', to: 'Refapp Template: Developers' }],
            unchanged: 2,
            stillCarried: [{ tag: 'Refapp Template: Devs', by: 'Backend engineer, Malmö' }],
            notSeen: null,
          },
        };
      case 'checks':
        return { reply: 'check-window', value: this.#window(request) };
      case 'desk':
        return this.#desk({});
      case 'set-me':
        return this.#desk({ me: request.me });
      case 'turn-to-view':
        return this.#desk({ current: request.name, mine: request.mine ?? false });
      case 'keep-view': {
        const { view } = request;
        const others = this.desk.views.filter((one) => keyOf(one.name) !== keyOf(view.name));
        const place = this.desk.views.findIndex((one) => keyOf(one.name) === keyOf(view.name));
        return this.#desk({
          views: others.toSpliced(place === -1 ? others.length : place, 0, view),
        });
      }
      case 'forget-view': {
        const views = this.desk.views.filter((one) => keyOf(one.name) !== keyOf(request.name));
        return this.#desk({ views });
      }
      case 'filter-choices':
        return {
          reply: 'filter-choices',
          value: {
            total: this.#window({
              look: { ...EVERYTHING, filter: request.filter ?? EVERYTHING.filter },
              offset: 0,
              limit: 0,
            }).total,
            statuses: {},
            postings: tally(this.rows, (row) => row.posting).map(([id, row, checks]) => ({
              id,
              title: row.postingTitle,
              checks,
            })),
            owners: tally(this.rows, (row) => row.owner).map(([name, , checks]) => ({
              name,
              checks,
            })),
            templates: [],
          },
        };
      case 'causes':
        return { reply: 'causes', value: this.#causes(request.look) };
      case 'gather': {
        const rows = this.#needing(request.look).filter((row) => !request.but.includes(row.id));
        const each = (of: (row: CheckRow) => Decision[]) =>
          (rows[0] ? of(rows[0]) : []).filter((one) => rows.every((row) => of(row).includes(one)));
        const [decisions, mailing] = [each((row) => row.decisions), each((row) => row.mailing)];
        const sight = request.sight ?? SIGHT;
        return {
          reply: 'gathered',
          value: { checks: rows.length, decisions, mailing, sight },
        };
      }
      case 'whom': {
        const { offset, limit } = request;
        const of = this.#of(request.batch);
        const checks = of.slice(offset, offset + limit);
        return { reply: 'whom', value: { total: of.length, offset, checks } };
      }
      case 'held': {
        const of = this.#of(request.batch).map((row) => row.id);
        const checks = request.checks.filter((check) => of.includes(check));
        return { reply: 'held', value: { total: of.length, checks } };
      }
      case 'decide-together': {
        const decided = this.#of(request.batch).length;
        return { reply: 'decided-together', value: { decided, left: 0, undecided: [] } };
      }
      case 'set-notify':
        return this.#computer({ notify: request.notify });
      case 'set-search-key':
        return this.#computer({ searchKey: request.on });
      case 'set-language':
        return this.#computer({ language: request.language });
      case 'start-with-session':
        this.show({ ...this.overview, autostart: { on: request.start, failure: null } });
        return { reply: 'done' };
      case 'durations': {
        const took = (completed: number, [lower = 0, median = 0, upper = 0]: number[]) => {
          const hour = 3_600_000;
          return { completed, median: median * hour, lower: lower * hour, upper: upper * hour };
        };
        return {
          reply: 'durations',
          value: {
            all: took(24, [20, 40, 99]),
            templates: [
              { template: null, took: took(12, [20, 30, 52]) },
              { template: 'Sales', took: took(12, [48, 50, 99]) },
            ],
          },
        };
      }
      case 'check': {
        const row = this.rows.find((one) => one.id === request.check);
        const detail = this.details.get(request.check);
        if (detail) return { reply: 'check-detail', value: detail };
        if (row) return { reply: 'check-detail', value: { row, timeline: [], note: null } };
        throw { code: 'APP-NOT-FOUND', params: {} } satisfies Failure;
      }
      case 'diagnostics':
        return {
          reply: 'text-file',
          value: {
            name: 'refapp-lever-diagnostics-2026-11-26-1002.json',
            text: '{\n  "å": 1\n}\n',
          },
        };
      case 'export-settings':
        return {
          reply: 'text-file',
          value: { name: 'refapp-lever-settings.toml', text: '[[connection]]\nname = "Nordvik"\n' },
        };
      case 'show-in-folder':
        return { reply: 'done' };
      case 'save-text-file':
        return { reply: 'saved', value: '/home/astrid/Downloads/refapp-lever-diagnostics.json' };
      case 'export-checks':
        return {
          reply: 'exported',
          value: { path: '/home/astrid/Downloads/refapp-lever-checks.csv', rows: this.rows.length },
        };
      case 'export-person':
        return {
          reply: 'text-file',
          value: { name: 'refapp-lever-person.txt', text: `${request.words.lead}\n` },
        };
      case 'export-audit-log':
        return {
          reply: 'text-file',
          value: { name: 'refapp-lever-audit-log.json', text: '{ "whole": true }\n' },
        };
      case 'audit-log': {
        const before = request.before ?? Infinity;
        const older = this.log.entries.filter((entry) => entry.number < before);
        const entries = older.slice(0, request.limit);
        return {
          reply: 'audit-log',
          value: { ...this.log, entries, more: older.length > entries.length },
        };
      }
      case 'would-purge':
        return { reply: 'would-purge', value: request.days < 90 ? 3 : 0 };
      case 'erase-person': {
        const theirs = this.rows.filter((row) => row.opportunity === request.opportunity);
        const checks = theirs.length;
        return { reply: 'erased', value: { checks, isAtRefapp: true, noteMayStay: false } };
      }
      case 'checks-of': {
        const rows = this.rows.filter((row) => row.opportunity === request.opportunity);
        return {
          reply: 'check-window',
          value: { total: rows.length, counts: {}, needsAction: 0, head: null, offset: 0, rows },
        };
      }
      case 'decide':
        return { reply: 'decided', value: [] };
      default:
        return { reply: 'done' };
    }
  }

  #computer(change: Partial<Computer>): Reply {
    const { overview } = this;
    this.show({ ...overview, computer: { ...overview.computer, ...change } });
    return { reply: 'done' };
  }

  /** By the code of why each waits. */
  #causes(look: Look): Causes {
    const filter = { ...look.filter, needsAction: true };
    const asking = this.rows.filter((row) => row.reason && this.#matches(row, filter));
    const codes = new Set(asking.map((row) => row.reason?.code));
    const causes = [...codes].flatMap((code): Cause[] => {
      const same = asking.filter((row) => row.reason?.code === code);
      const [first] = same;
      if (!first?.reason) return [];
      return [
        {
          failure: first.reason,
          alike: true,
          checks: same.length,
          decisions: first.decisions,
          mailing: first.mailing,
        },
      ];
    });
    return { causes, checks: asking.length, more: 0, sight: SIGHT };
  }

  #needing(look: Look): CheckRow[] {
    return this.rows.filter(
      (row) => row.status === 'needs-attention' && this.#matches(row, look.filter),
    );
  }

  #of({ look, cause, but }: Batch): CheckRow[] {
    const rows = cause
      ? this.rows.filter((row) => row.reason?.code === cause.code)
      : this.#needing(look);
    return rows.filter((row) => !but.includes(row.id));
  }

  #desk(change: Partial<Desk>): Reply {
    this.desk = { ...this.desk, ...change };
    return { reply: 'desk', value: this.desk };
  }

  /** In the order of the script. */
  #window({ look, offset, limit }: { look: Look; offset: number; limit: number }): CheckWindow {
    const { statuses, ...others } = look.filter;
    // Of a hundred thousand, no list is made in vain.
    const all = sameFilter({ ...others, statuses: [] }, EVERYTHING.filter);
    const rows = all ? this.rows : this.rows.filter((row) => this.#matches(row, others));
    const counts: CheckWindow['counts'] = {};
    for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
    const found =
      statuses.length === 0 ? rows : rows.filter((row) => statuses.includes(row.status));
    const needsAction = counts['needs-attention'] ?? 0;
    return {
      total: found.length,
      counts,
      needsAction,
      head: this.#head(others.mine),
      offset,
      rows: found.slice(offset, offset + limit),
    };
  }

  #head(mine: boolean): Head {
    const all = this.rows.filter((row) => !mine || row.owner === this.desk.me);
    const many = (of: (row: CheckRow) => boolean) => all.filter(of).length;
    const completed = (row: CheckRow) => row.status === 'completed';
    return {
      needsAction: many((row) => row.whoActs === 'recruiter' || row.status === 'needs-attention'),
      toCall: many(isToCall),
      running: many((row) => !completed(row)),
      completed: many(completed),
      toRead: many((row) => completed(row) && row.whoActs === 'recruiter'),
      withoutReport: many(({ status }) => status === 'failed' || status === 'skipped'),
      withoutReportToRead: many((row) => row.status === 'failed' && row.whoActs === 'recruiter'),
    };
  }

  #matches(row: CheckRow, filter: Omit<Filter, 'statuses'>): boolean {
    const text = filter.text.trim().toLowerCase();
    const names = [row.candidate, row.postingTitle, row.owner];
    return (
      (text === '' || names.some((name) => name.toLowerCase().includes(text))) &&
      (!filter.mine || row.owner === this.desk.me) &&
      (!filter.warnings || row.warnings.length > 0) &&
      (!filter.needsAction || row.status === 'needs-attention') &&
      (!filter.toCall || isToCall(row)) &&
      (filter.postings.length === 0 || filter.postings.includes(row.posting ?? ''))
    );
  }
}

/** Those that a row says it of. */
const isToCall = ({ rhythm }: CheckRow): boolean =>
  rhythm.reason === 'deadline-passed' || rhythm.reason === 'reminders-used-up';

/** The views that are always there. */
function given(): View[] {
  const view = (kind: Exclude<ViewName['kind'], 'own'>, filter: Partial<Filter>): View => ({
    name: { kind },
    look: { ...EVERYTHING, filter: { ...EVERYTHING.filter, ...filter } },
    columns: everyColumn,
  });
  return [
    view('all', {}),
    view('needs-action', { needsAction: true }),
    view('to-call', { toCall: true }),
    view('waiting-for-candidate', { statuses: ['waiting-for-candidate'] }),
    view('waiting-for-referees', { statuses: ['waiting-for-referees'] }),
    view('completed-this-week', { statuses: ['completed'], age: { age: 'this-week' } }),
    view('failed', { statuses: ['failed'] }),
  ];
}

function tally(
  rows: readonly CheckRow[],
  by: (row: CheckRow) => string | null,
): [string, CheckRow, number][] {
  const found = new Map<string, [string, CheckRow, number]>();
  for (const row of rows) {
    const key = by(row) ?? '';
    found.set(key, [key, row, (found.get(key)?.[2] ?? 0) + 1]);
  }
  return [...found.values()];
}

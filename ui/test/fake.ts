/** A host that plays from a script: what it shows is set, what it was asked is kept. */
import type { Backend } from '../src/backend/backend';
import type { CheckDetail } from '../src/backend/types/CheckDetail';
import type { CheckRow } from '../src/backend/types/CheckRow';
import type { Event } from '../src/backend/types/Event';
import type { Failure } from '../src/backend/types/Failure';
import type { Overview } from '../src/backend/types/Overview';
import type { Reply } from '../src/backend/types/Reply';
import type { Request } from '../src/backend/types/Request';

type Ask = Request['ask'];

export class Fake implements Backend {
  overview: Overview;
  rows: CheckRow[];
  details = new Map<string, CheckDetail>();
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
        return {
          reply: 'check-window',
          value: {
            total: this.rows.length,
            counts: {},
            needsAction: 0,
            offset: request.offset,
            rows: this.rows.slice(request.offset, request.offset + request.limit),
          },
        };
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
      case 'save-text-file':
        return { reply: 'saved', value: '/home/astrid/Downloads/refapp-lever-diagnostics.json' };
      case 'decide':
        return { reply: 'decided', value: [] };
      default:
        return { reply: 'done' };
    }
  }
}

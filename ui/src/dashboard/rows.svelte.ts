import { asFailure, type Host } from '../backend/backend';
import type { CheckRow } from '../backend/types/CheckRow';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Failure } from '../backend/types/Failure';

/**
 * The rows that can be seen, out of as many as there are. One question is under way at a time, so answers never
 * overtake each other; whatever is wished for meanwhile is asked next.
 */
export class Rows {
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  #offset = $state(0);
  #rows = $state.raw<CheckRow[]>([]);

  readonly #host: Host;
  readonly #connection: ConnectionId;
  #wanted = { offset: 0, limit: 0 };
  #asking = false;
  #again = false;

  constructor(host: Host, connection: ConnectionId) {
    this.#host = host;
    this.#connection = connection;
  }

  /** The row at this place of the whole list, if it has come. */
  at(index: number): CheckRow | undefined {
    return this.#rows[index - this.#offset];
  }

  get loaded(): readonly CheckRow[] {
    return this.#rows;
  }

  /** Reads these rows anew. */
  want(offset: number, limit: number): void {
    this.#wanted = { offset, limit };
    if (this.#asking) this.#again = true;
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    do {
      this.#again = false;
      const { offset, limit } = this.#wanted;
      try {
        const window = await this.#host.checks(this.#connection, offset, limit);
        this.total = window.total;
        this.#offset = window.offset;
        this.#rows = window.rows;
        this.failure = null;
      } catch (thrown) {
        this.failure = asFailure(thrown);
      }
    } while (this.#again);
    this.#asking = false;
  }
}

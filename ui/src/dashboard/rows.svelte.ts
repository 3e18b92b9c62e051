import { asFailure, EVERYTHING, type Host } from '../backend/backend';
import { inTurn } from '../backend/turns';
import type { Anchor } from '../backend/types/Anchor';
import type { CheckId } from '../backend/types/CheckId';
import type { CheckRow } from '../backend/types/CheckRow';
import type { CheckWindow } from '../backend/types/CheckWindow';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Failure } from '../backend/types/Failure';
import type { Look } from '../backend/types/Look';
import type { Range } from './ahead';

interface Wanted {
  look: Look;
  /** Whose checks are “mine”. */
  me: string | null;
  offset: number;
  limit: number;
}

/** The list on screen, which must not move under anybody's hands. */
export interface Hands {
  /** What is to stay where it is. */
  held(): Anchor | null;
  /** It stays if the list is shown from so many rows later on. */
  shift(by: number): void;
}

/**
 * The rows that can be seen, out of as many as there are. One question is under way at a time, so answers never
 * overtake each other; whatever is wished for meanwhile is asked next.
 */
export class Rows {
  total = $state<number | null>(null);
  /** How many of each status match all but the statuses that are asked for. */
  counts = $state.raw<CheckWindow['counts']>({});
  /** How many there are in all, or of one's own. `null` before it is known. */
  head = $state.raw<CheckWindow['head']>(null);
  failure = $state.raw<Failure | null>(null);
  /** What the rows are the answer to. */
  look = $state.raw<Look | null>(null);
  #offset = $state(0);
  #rows = $state.raw<CheckRow[]>([]);

  readonly #host: Host;
  readonly #connection: ConnectionId;
  readonly #onchange: (checks: CheckId[]) => void;
  #wanted: Wanted = { look: EVERYTHING, me: null, offset: 0, limit: 0 };
  /** The whole question that they are the answer to. */
  #answered = '';
  /** Of the list, while there is one. */
  hands: Hands | null = null;

  /** `onchange` hears of rows that are not as they were when the same was asked before. */
  constructor(
    host: Host,
    connection: ConnectionId,
    onchange: (checks: CheckId[]) => void = () => undefined,
  ) {
    this.#host = host;
    this.#connection = connection;
    this.#onchange = onchange;
  }

  /** The row at this place of the whole list, if it has come. */
  at(index: number): CheckRow | undefined {
    return this.#rows[index - this.#offset];
  }

  get loaded(): readonly CheckRow[] {
    return this.#rows;
  }

  /** They are known already. */
  know(look: Look, me: string | null, { offset, limit }: Range, window: CheckWindow): void {
    this.#take(window, { look, me, offset, limit });
  }

  /** Reads these rows anew. */
  want(look: Look, me: string | null, offset: number, limit: number): void {
    this.#wanted = { look, me, offset, limit };
    void this.#ask();
  }

  readonly #ask = inTurn(async () => {
    const wanted = this.#wanted;
    try {
      const { look, offset, limit } = wanted;
      // Another look is seen from its beginning.
      const asBefore = JSON.stringify(look) === JSON.stringify(this.look);
      const anchor = asBefore ? (this.hands?.held() ?? null) : null;
      this.#take(await this.#host.checks(this.#connection, offset, limit, look, anchor), wanted);
      this.failure = null;
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  });

  #take(window: CheckWindow, wanted: Wanted): void {
    const before = this.#rows;
    const asItWas = ({ id }: CheckRow) => before.find((one) => one.id === id);
    const changed = window.rows.filter((row) => {
      const same = asItWas(row);
      return !same || gist(same) !== gist(row);
    });
    const asBefore = JSON.stringify(wanted) === this.#answered;
    this.total = window.total;
    this.counts = window.counts;
    this.head = window.head;
    this.#offset = window.offset;
    // A row that is as it was stays the same object, and is not drawn anew.
    this.#rows = window.rows.map((row) => {
      const same = asItWas(row);
      return same && JSON.stringify(same) === JSON.stringify(row) ? same : row;
    });
    this.#answered = JSON.stringify({ ...wanted, offset: window.offset });
    this.look = wanted.look;
    const by = window.offset - wanted.offset;
    if (by !== 0) {
      this.hands?.shift(by);
      // What was wished for of it meanwhile was so from where the list was then.
      const { look, offset } = this.#wanted;
      if (JSON.stringify(look) === JSON.stringify(wanted.look)) {
        this.#wanted = { ...this.#wanted, offset: Math.max(0, offset + by) };
      }
    }
    if (asBefore && changed.length > 0) this.#onchange(changed.map((row) => row.id));
  }
}

/** What of a check somebody would want to hear of. */
function gist({ status, answered, declined, warnings }: CheckRow): string {
  return JSON.stringify([status, answered, declined, warnings.length]);
}

import { asFailure, type Host } from '../backend/backend';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Failure } from '../backend/types/Failure';
import type { Filter } from '../backend/types/Filter';
import type { FilterChoices } from '../backend/types/FilterChoices';

/** What the checks can be filtered by, read when somebody wants to choose or to see what was chosen. */
export class Choices {
  value = $state.raw<FilterChoices | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #host: Host;
  readonly #connection: ConnectionId;
  #asked = 0;

  constructor(host: Host, connection: ConnectionId) {
    this.#host = host;
    this.#connection = connection;
  }

  /** Beside a filter: how many are left then. */
  async read(filter?: Filter, me?: string | null): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const value = await this.#host.filterChoices(this.#connection, filter, me);
      // Something else was chosen meanwhile.
      if (mine !== this.#asked) return;
      this.value = value;
      this.failure = null;
    } catch (thrown) {
      if (mine === this.#asked) this.failure = asFailure(thrown);
    }
  }
}

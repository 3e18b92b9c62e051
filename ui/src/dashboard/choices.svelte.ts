import { asFailure, type Host } from '../backend/backend';
import type { ConnectionId } from '../backend/types/ConnectionId';
import type { Failure } from '../backend/types/Failure';
import type { FilterChoices } from '../backend/types/FilterChoices';

/** What the checks can be filtered by, read when somebody wants to choose or to see what was chosen. */
export class Choices {
  value = $state.raw<FilterChoices | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #host: Host;
  readonly #connection: ConnectionId;

  constructor(host: Host, connection: ConnectionId) {
    this.#host = host;
    this.#connection = connection;
  }

  async read(): Promise<void> {
    try {
      this.value = await this.#host.filterChoices(this.#connection);
      this.failure = null;
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
  }
}

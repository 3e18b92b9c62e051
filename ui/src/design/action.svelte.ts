import { asFailure } from '../backend/backend';
import type { Failure } from '../backend/types/Failure';

/**
 * One order to the host, as a button sees it: busy while it runs, and how it failed. A second click while it runs
 * does nothing.
 */
export class Action<Arguments extends unknown[]> {
  busy = $state(false);
  failure = $state.raw<Failure | null>(null);
  readonly #work: (...args: Arguments) => Promise<unknown>;

  constructor(work: (...args: Arguments) => Promise<unknown>) {
    this.#work = work;
  }

  readonly run = async (...args: Arguments): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      await this.#work(...args);
    } catch (thrown) {
      this.failure = asFailure(thrown);
    } finally {
      this.busy = false;
    }
  };
}

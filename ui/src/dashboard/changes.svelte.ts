import type { CheckId } from '../backend/types/CheckId';

/** So that a bulk move is one sentence and not a hundred. */
const PAUSE = 3000;

/** How many checks have changed, said once for many. */
export class Changes {
  /** 0 while there is nothing to say. */
  count = $state(0);
  #checks: CheckId[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  note(checks: readonly CheckId[]): void {
    this.#checks.push(...checks.filter((check) => !this.#checks.includes(check)));
    if (this.#timer !== undefined || this.#checks.length === 0) return;
    // The same sentence is heard a second time only if it was gone in between.
    this.count = 0;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.count = this.#checks.length;
      this.#checks = [];
    }, PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

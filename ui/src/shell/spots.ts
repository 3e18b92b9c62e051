/** Where on each screen one was when it was left: how far down, and at what. */
import { tick } from 'svelte';

interface Spot {
  top: number;
  /** The id of what had the focus. */
  at: string;
}

export class Spots {
  readonly #left = new Map<string, Spot>();

  leave(screen: string, main: HTMLElement): void {
    this.#left.set(screen, { top: main.scrollTop, at: document.activeElement?.id ?? '' });
  }

  /** Puts somebody who comes back to where they were, after the screen has put the focus on its heading. */
  async find(screen: string, main: HTMLElement): Promise<void> {
    const spot = this.#left.get(screen);
    if (!spot) return;
    await tick();
    const had = spot.at === '' ? null : document.getElementById(spot.at);
    if (had && main.contains(had)) had.focus({ preventScroll: true });
    main.scrollTop = spot.top;
  }
}

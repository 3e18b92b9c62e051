/**
 * The pages of the help: they lie over whichever screen one is on, and over one another. What is underneath stays as it
 * is, with what was typed into it, and closing a page gives the focus back to what it was opened from.
 */
import { createContext, tick } from 'svelte';
import type { Code } from '../backend/types/Code';

export type HelpPage = { at: 'errors'; code: Code | null } | { at: 'diagnostics' } | { at: 'sent' };

interface Open {
  page: HelpPage;
  from: Element | null;
  /** How far what lies under it was scrolled. */
  scrolled: number;
}

const scroller = (): HTMLElement | null => document.querySelector('main');

export class Help {
  #open = $state.raw<Open[]>([]);

  /** From the bottom to the top. */
  get pages(): HelpPage[] {
    return this.#open.map(({ page }) => page);
  }

  /** The one on top. */
  get page(): HelpPage | null {
    return this.#open.at(-1)?.page ?? null;
  }

  /** A page that is open already comes to the top as it is now wanted. */
  open(page: HelpPage): void {
    const place = this.#open.findIndex((one) => one.page.at === page.at);
    const under = place === -1 ? this.#open : this.#open.slice(0, place);
    const from = this.#open[place]?.from ?? document.activeElement;
    const scrolled = this.#open[place]?.scrolled ?? scroller()?.scrollTop ?? 0;
    this.#open = [...under, { page, from, scrolled }];
  }

  /** Back to where one was. */
  async close(): Promise<void> {
    const { from, scrolled = 0 } = this.#open.at(-1) ?? {};
    this.#open = this.#open.slice(0, -1);
    // Not before it is on screen again.
    await tick();
    if (from instanceof HTMLElement) from.focus({ preventScroll: true });
    scroller()?.scrollTo({ top: scrolled });
  }

  /** Another screen is wanted. */
  leave(): void {
    this.#open = [];
  }
}

export const [getHelp, setHelp] = createContext<Help>();

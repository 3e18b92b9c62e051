/** The focus is never lost: what is pressed often goes away with what it ordered (WCAG 2.4.3). */
import type { Attachment } from 'svelte/attachments';

/** What takes the focus for the surroundings in which it stands carries this attribute. */
const HOME = '[data-focus-home]';

/** On whatever appears in place of what was just pressed. */
export const takesFocus: Attachment<HTMLElement> = (element) => element.focus();

/**
 * When what had the focus is gone and nothing else has taken it, it goes to the home of the nearest surroundings that
 * are left. What was only moved gets it back.
 */
export const keepsFocus: Attachment<HTMLElement> = (within) => {
  /** What had the focus last, and all that it stood in, from the inside out. */
  let line: Element[] = [];

  const onfocusin = ({ target }: FocusEvent): void => {
    line = [];
    for (let at = target instanceof Element ? target : null; at; at = at.parentElement) {
      line.push(at);
      if (at === within) break;
    }
  };
  // Whoever clicks on nothing has let go of it.
  const onpointerdown = ({ target }: PointerEvent): void => {
    if (!(target instanceof Node && line[0]?.contains(target))) line = [];
  };
  const observer = new MutationObserver(() => {
    const had = line[0];
    if (!had || (document.activeElement !== null && document.activeElement !== document.body)) {
      return;
    }
    // A row that moves to another place loses it on the way.
    if (had.isConnected && had instanceof HTMLElement) return had.focus({ preventScroll: true });
    const left = line.filter((one) => one.isConnected);
    line = [];
    for (const one of left) {
      const home = one.querySelector<HTMLElement>(HOME);
      if (home) return home.focus({ preventScroll: true });
    }
  });

  within.addEventListener('focusin', onfocusin);
  document.addEventListener('pointerdown', onpointerdown);
  observer.observe(within, { childList: true, subtree: true });
  return () => {
    within.removeEventListener('focusin', onfocusin);
    document.removeEventListener('pointerdown', onpointerdown);
    observer.disconnect();
  };
};

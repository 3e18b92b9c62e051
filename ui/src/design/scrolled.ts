/** What scrolls is put back to where it was left. */
import type { Attachment } from 'svelte/attachments';

/** What somebody does to move it: then it stays where they want it. */
const HANDS = ['wheel', 'keydown', 'pointerdown'] as const;

/** On what holds something that scrolls, which may have to be read before it is as long as it was. */
export const scrolledTo =
  (top: number): Attachment<HTMLElement> =>
  (element) => {
    if (top === 0) return;
    const put = (): void => {
      const long = [...element.children].find(
        ({ scrollHeight, clientHeight }) => clientHeight > 0 && scrollHeight - clientHeight >= top,
      );
      if (!long) return;
      stop();
      long.scrollTop = top;
    };
    const observer = new MutationObserver(put);
    const stop = (): void => {
      observer.disconnect();
      for (const hand of HANDS) element.removeEventListener(hand, stop);
    };
    for (const hand of HANDS) element.addEventListener(hand, stop, { passive: true });
    observer.observe(element, { childList: true, subtree: true, attributes: true });
    put();
    return stop;
  };

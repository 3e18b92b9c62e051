/** A tooltip that only repeats what can be read covers what lies under it: it is there where the text is cut. */
import type { Attachment } from 'svelte/attachments';

/** How much more than there is room for may only be rounding, in pixels. */
const ROUNDING = 1;

const isCut = (element: Element): boolean =>
  element.scrollWidth - element.clientWidth > ROUNDING ||
  element.scrollHeight - element.clientHeight > ROUNDING;

/** On what the texts stand in. */
export const tooltipsWhereCut: Attachment<HTMLElement> = (within) => {
  const onpointerover = ({ target }: PointerEvent): void => {
    const text = target instanceof Element && target.closest<HTMLElement>('[title], [data-whole]');
    if (!text || !within.contains(text)) return;
    const whole = text.title || (text.dataset['whole'] ?? '');
    if (whole.trim() !== text.textContent.trim()) return;
    // Of what stands in a line only what is around it has a width.
    if ([text, text.parentElement].some((element) => element && isCut(element))) {
      text.title = whole;
    } else {
      text.dataset['whole'] = whole;
      text.removeAttribute('title');
    }
  };
  within.addEventListener('pointerover', onpointerover);
  return () => within.removeEventListener('pointerover', onpointerover);
};

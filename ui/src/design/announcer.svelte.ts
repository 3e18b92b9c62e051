/**
 * What is said to whoever hears the screen and does not see it (WCAG 4.1.3). A region speaks when its words change; what
 * appears with its words already in it stays unheard by some screen readers. So one region is there from the beginning,
 * in the frame, and repeats the words of what appears.
 */
import { tick } from 'svelte';
import type { Attachment } from 'svelte/attachments';

class Announcer {
  #said = $state('');

  get said(): string {
    return this.#said;
  }

  /** Once more, too, if it is what was said last. */
  async say(text: string): Promise<void> {
    this.#said = '';
    await tick();
    this.#said = text;
  }
}

export const announcer = new Announcer();

/** On what appears and is to be heard, politely. */
export const announced: Attachment<HTMLElement> = (element) => {
  void announcer.say(element.textContent.trim().replace(/\s+/g, ' '));
};

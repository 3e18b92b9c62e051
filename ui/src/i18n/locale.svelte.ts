/** The language of the screen. Messages read it, so a change shows at once, without a reload. */
import { isLocale, overwriteGetLocale, type Locale } from '../paraglide/runtime.js';

const KEY = 'language';

function initial(): Locale {
  const stored = localStorage.getItem(KEY);
  if (isLocale(stored)) return stored;
  return navigator.language.toLowerCase().startsWith('sv') ? 'sv' : 'en';
}

class Language {
  #current = $state<Locale>(initial());

  constructor() {
    overwriteGetLocale(() => this.#current);
    document.documentElement.lang = this.#current;
  }

  get current(): Locale {
    return this.#current;
  }

  set current(locale: Locale) {
    this.#current = locale;
    localStorage.setItem(KEY, locale);
    document.documentElement.lang = locale;
  }

  /** For `Intl`: English with the day before the month and 24 hours, as in the rest of Europe. */
  get tag(): string {
    return this.#current === 'sv' ? 'sv-SE' : 'en-GB';
  }
}

export type { Locale };
export const language = new Language();

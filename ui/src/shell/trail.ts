/**
 * Going back goes back: Alt+Left, a mouse's button, ⌘[. The browser's history holds numbers only; what they stand for is
 * kept here, so that a place can be amended as often as somebody types. (WebKit refuses more than a hundred entries in
 * ten seconds.)
 */
export class Trail<Place> {
  #places: Place[];
  #at = 0;
  readonly #show: (place: Place) => void;

  /** `show` puts a place on screen that one comes back to. */
  constructor(first: Place, show: (place: Place) => void) {
    this.#places = [first];
    this.#show = show;
  }

  /** Returns how to stop. */
  listen(): () => void {
    history.replaceState({ at: this.#at }, '');
    addEventListener('popstate', this.#onpopstate);
    addEventListener('keydown', this.#onkeydown);
    return () => {
      removeEventListener('popstate', this.#onpopstate);
      removeEventListener('keydown', this.#onkeydown);
    };
  }

  /** One is somewhere else now. What lay ahead is no more. */
  push(place: Place): void {
    if (same(place, this.#places[this.#at])) return;
    this.#places = [...this.#places.slice(0, this.#at + 1), place];
    this.#at += 1;
    history.pushState({ at: this.#at }, '');
  }

  /** The place before this one. */
  get before(): Place | undefined {
    return this.#places[this.#at - 1];
  }

  /** The same place, which has changed a little: nothing to go back to. */
  amend(place: Place): void {
    this.#places[this.#at] = place;
  }

  readonly #onpopstate = ({ state }: PopStateEvent): void => {
    const at: unknown = typeof state === 'object' && state !== null ? state.at : undefined;
    const place = typeof at === 'number' ? this.#places[at] : undefined;
    if (typeof at !== 'number' || place === undefined) return;
    this.#at = at;
    this.#show(place);
  };

  readonly #onkeydown = (event: KeyboardEvent): void => {
    const by = steps(event);
    // A dialog is answered first.
    if (by === 0 || document.querySelector('dialog[open]') !== null) return;
    event.preventDefault();
    if (this.#places[this.#at + by] !== undefined) history.go(by);
  };
}

/** In a field of a Mac, Option and an arrow go by a word. */
const MAC = navigator.userAgent.includes('Mac OS');

/** Whether a key goes back (-1) or on (1). */
export function steps({ key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): -1 | 0 | 1 {
  if (ctrlKey || shiftKey || (MAC ? altKey || !metaKey : metaKey || !altKey)) return 0;
  if (key === (MAC ? '[' : 'ArrowLeft')) return -1;
  return key === (MAC ? ']' : 'ArrowRight') ? 1 : 0;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

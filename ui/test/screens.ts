/** Mounts the whole app on a scripted host, and finds things as people's tools find them. */
import { flushSync, mount, unmount } from 'svelte';
import { Host } from '../src/backend/backend';
import App from '../src/shell/App.svelte';
import type { Fake } from './fake';

export class Screen {
  readonly #app: ReturnType<typeof mount>;

  constructor(fake: Fake) {
    document.body.innerHTML = '<div id="app"></div>';
    const target = document.getElementById('app');
    if (!target) throw new Error('the line above made it');
    this.#app = mount(App, { target, props: { host: new Host(fake) } });
    flushSync();
  }

  async close(): Promise<void> {
    await unmount(this.#app);
  }

  all(testid: string): HTMLElement[] {
    return [...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`)];
  }

  has(testid: string): boolean {
    return this.all(testid).length > 0;
  }

  /** The one thing of this name; fails if there is none or more than one. */
  get(testid: string): HTMLElement {
    const found = this.all(testid);
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${testid}`);
    return found[0];
  }

  text(testid: string): string {
    return (this.get(testid).textContent ?? '').replace(/\s+/g, ' ').trim();
  }

  async click(testid: string): Promise<void> {
    this.get(testid).click();
    await settle();
  }

  async type(testid: string, text: string): Promise<void> {
    const input = this.get(testid) as HTMLInputElement;
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await settle();
  }

  async choose(testid: string, value: string): Promise<void> {
    const select = this.get(testid) as HTMLSelectElement;
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await settle();
  }

  /** Picks a file with this text. */
  async pick(testid: string, text: string): Promise<void> {
    const input = this.get(testid) as HTMLInputElement;
    Object.defineProperty(input, 'files', {
      value: [new File([text], 'picked')],
      configurable: true,
    });
    input.dispatchEvent(new Event('change', { bubbles: true }));
    // A file is read in its own time.
    await new Promise((done) => setTimeout(done));
    await settle();
  }
}

/** Until every answer that is already there has been drawn. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await Promise.resolve();
    flushSync();
  }
}

/** An answer that comes when the test says so. */
export function later<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

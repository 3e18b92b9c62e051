import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reply } from '../src/backend/types/Reply';
import { open } from '../src/shell/opening';
import { Fake } from './fake';
import { healthy, overview, rows } from './scenes';
import { later } from './screens';

const NOW = Date.now();
const all = (testid: string) => document.querySelectorAll(`[data-testid="${testid}"]`).length;

function target(): HTMLElement {
  document.body.innerHTML = '<div id="app"></div>';
  const app = document.getElementById('app');
  if (!app) throw new Error('the line above made it');
  return app;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.innerHTML = '';
});

describe('the first moment of the window', () => {
  it('has rows at once, and never says that it waits', async () => {
    const app = target();
    const seen: number[] = [];
    const watch = new MutationObserver(() => seen.push(all('check-row')));
    watch.observe(app, { childList: true });
    await open(app, new Fake(overview([healthy(NOW)]), rows(NOW)));
    await Promise.resolve();
    watch.disconnect();
    // Once something is painted, it is the list.
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((many) => many > 0)).toBe(true);
  });

  it('asks once more for the rows, as nobody listened to the host before', async () => {
    const fake = new Fake(overview([healthy(NOW)]), rows(NOW));
    await open(target(), fake);
    flushSync();
    expect(fake.asked.filter(({ ask }) => ask === 'checks').length).toBeGreaterThan(1);
    expect(fake.asked.filter(({ ask }) => ask === 'desk')).toHaveLength(1);
  });

  it('says that it waits when the host takes long, and shows what it answers then', async () => {
    const fake = new Fake(overview([healthy(NOW)]), rows(NOW));
    const answer = later<Reply>();
    fake.on('overview', () => answer.promise);
    // It tells nobody anything either.
    const slow = { ask: fake.ask.bind(fake), subscribe: () => () => undefined };
    const opened = open(target(), slow);
    await vi.advanceTimersByTimeAsync(200);
    expect(document.querySelector('[role="status"]')).toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    await opened;
    flushSync();
    expect(document.querySelector('[role="status"]')).not.toBeNull();
    expect(all('check-row')).toBe(0);
    answer.resolve({ reply: 'overview', value: fake.overview });
    await vi.advanceTimersByTimeAsync(50);
    flushSync();
    expect(all('check-row')).toBeGreaterThan(0);
  });

  it('says what the host says when there is none', async () => {
    const fake = new Fake(overview([]));
    fake.refuse('overview', { code: 'APP-LOCKED', params: {} });
    fake.deafen({ code: 'APP-LOCKED', params: {} });
    await open(target(), fake);
    await vi.advanceTimersByTimeAsync(50);
    flushSync();
    expect(document.body.textContent).toContain('APP-LOCKED');
  });
});

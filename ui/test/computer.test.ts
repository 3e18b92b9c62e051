import { afterEach, describe, expect, it } from 'vitest';
import type { Overview } from '../src/backend/types/Overview';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import { COMPUTER, healthy, overview, rows } from './scenes';
import { Screen, settle } from './screens';

const NOW = Date.now();
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

async function open(change: Partial<Overview> = {}): Promise<Fake> {
  const fake = new Fake({ ...overview([healthy(NOW)]), ...change }, rows(NOW));
  screen = new Screen(fake);
  await settle();
  await screen.click('computer-open');
  return fake;
}

const box = (testid: string) => screen.get(testid) as HTMLInputElement;

describe('the settings of this computer', () => {
  it('open on a page of the help as on any other', async () => {
    screen = new Screen(new Fake(overview([healthy(NOW)]), rows(NOW)));
    await settle();
    await screen.click('help');
    await screen.click('help-errors');
    await screen.click('computer-open');
    expect(document.querySelector('dialog')?.open).toBe(true);
  });

  it('are what the host knows, and each counts at once', async () => {
    const fake = await open();
    expect(box('notify-needsAction').checked).toBe(true);
    expect(box('notify-names').checked).toBe(false);
    // One right after the other, before the host has told of the first: neither is lost.
    fake.on('set-notify', () => Promise.resolve({ reply: 'done' }));
    box('notify-completed').click();
    box('notify-names').click();
    await settle();
    const notify = { ...COMPUTER.notify, completed: false, names: true };
    expect(fake.asked.at(-1)).toEqual({ ask: 'set-notify', notify });
    fake.show({ ...fake.overview, computer: { ...COMPUTER, notify } });
    await screen.click('autostart');
    expect(fake.asked.at(-1)).toEqual({ ask: 'start-with-session', start: true });
    await screen.click('computer-close');
    await screen.click('computer-open');
    expect(box('notify-completed').checked).toBe(false);
    expect(box('autostart').checked).toBe(true);
  });

  it('show what holds where an order is refused', async () => {
    const fake = await open();
    fake.refuse('start-with-session', { code: 'APP-AUTOSTART', params: {} });
    await screen.click('autostart');
    expect(screen.text('computer-failure')).toContain('Cannot start with the session');
    expect(box('autostart').checked).toBe(false);
  });

  it('say plainly where the app cannot start with the session', async () => {
    const failure = { code: 'APP-AUTOSTART' as const, params: {} };
    await open({ autostart: { on: false, failure } });
    expect(box('autostart').disabled).toBe(true);
    expect(screen.text('autostart-cannot')).toContain('the system’s own settings');
    await screen.close();
    await open({ ...overview([healthy(NOW)], true) });
    expect(screen.text('autostart-help')).toContain('changes nothing');
  });

  it('switch off the key that goes to the search', async () => {
    const fake = await open();
    await screen.click('keys-search');
    expect(fake.asked.at(-1)).toEqual({ ask: 'set-search-key', on: false });
    await screen.click('computer-close');
    const press = () =>
      window.dispatchEvent(new KeyboardEvent('keydown', { key: '/', cancelable: true }));
    press();
    expect(document.activeElement).not.toBe(screen.get('search'));
    expect(screen.get('search').getAttribute('aria-keyshortcuts')).toBe('Control+F');
    await screen.click('computer-open');
    await screen.click('keys-search');
    await screen.click('computer-close');
    press();
    expect(document.activeElement).toBe(screen.get('search'));
  });

  it('tell the host the language of the window', async () => {
    const fake = await open();
    expect(fake.asked.some((one) => one.ask === 'set-language')).toBe(false);
    language.current = 'sv';
    await settle();
    expect(fake.asked.at(-1)).toEqual({ ask: 'set-language', language: 'sv' });
    expect(fake.asked.filter((one) => one.ask === 'set-language')).toHaveLength(1);
  });
});

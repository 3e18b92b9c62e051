import { afterEach, describe, expect, it } from 'vitest';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import { healthy, overview } from './scenes';
import { Screen } from './screens';

const NOW = Date.UTC(2026, 10, 26, 12);
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

describe('the settings file', () => {
  it('is shown before it is saved', async () => {
    const fake = new Fake(overview([healthy(NOW)]));
    screen = new Screen(fake);
    await screen.click('nav-connection');
    expect(screen.has('settings-file-text')).toBe(false);
    await screen.click('settings-file-export');
    expect(screen.text('settings-file-text')).toContain('[[connection]]');
    await screen.click('settings-file-save');
    expect(fake.asked.at(-1)).toEqual({ ask: 'save-text-file' });
    expect(screen.has('settings-file-path')).toBe(true);
    await screen.click('settings-file-export');
    expect(screen.has('settings-file-text')).toBe(false);
  });

  it('begins a connection, or says why it is none', async () => {
    const fake = new Fake(overview([]));
    screen = new Screen(fake);
    fake.refuse('import-settings', {
      code: 'APP-CONFIG',
      params: { where: 'line 3', problem: 'no value' },
    });
    await screen.pick('welcome-import', 'a letter');
    expect(screen.text('welcome-import-failure')).toContain('line 3');
    fake.on('import-settings', () => {
      fake.overview = overview([healthy(NOW)]);
      return Promise.resolve({ reply: 'connection', value: healthy(NOW).id });
    });
    await screen.pick('welcome-import', '[[connection]]');
    expect(fake.asked).toContainEqual({ ask: 'import-settings', text: '[[connection]]' });
    expect(screen.has('welcome')).toBe(false);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../src/backend/types/AuditEntry';
import type { ConnectionView } from '../src/backend/types/ConnectionView';
import type { Reply } from '../src/backend/types/Reply';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import { auditLog, detail, erased, healthy, overview, rows } from './scenes';
import { later, Screen, settle } from './screens';

const NOW = Date.now();
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

async function open(change: Partial<ConnectionView> = {}): Promise<Fake> {
  const list = rows(NOW);
  const fake = new Fake(overview([healthy(NOW, change)]), list);
  for (const row of list) fake.details.set(row.id, detail(row, NOW));
  fake.log = auditLog(NOW, healthy(NOW).id);
  screen = new Screen(fake);
  await settle();
  return fake;
}

const asked = (fake: Fake, ask: string) => fake.asked.filter((one) => one.ask === ask);

describe('an export', () => {
  it('is of what is looked at, in the words and the form of the screen’s language', async () => {
    language.current = 'sv';
    const fake = await open();
    const view = screen.all('view').find((one) => one.textContent.includes('Att göra'));
    view?.click();
    await settle();
    await screen.click('export-open');
    expect(screen.text('export-count')).toContain('4 referenstagningar');
    await screen.click('export-run');
    const [request] = asked(fake, 'export-checks');
    if (request?.ask !== 'export-checks') throw new Error('none');
    expect(request.order.format).toBe('swedish-excel');
    expect(request.order.title).toBe('Att göra');
    expect(request.order.look.filter.needsAction).toBe(true);
    expect(request.order.words.columns.candidate).toBe('Kandidat');
    expect(request.order.words.statuses['needs-attention']).toBe('Behöver åtgärdas');
    expect(screen.text('export-path')).toContain('refapp-lever-checks.csv');
    await screen.click('export-show');
    expect(asked(fake, 'show-in-folder')).toHaveLength(1);
    fake.refuse('show-in-folder', { code: 'APP-NOT-NOW', params: {} });
    await screen.click('export-show');
    expect(screen.text('export-show-failure-code')).toBe('APP-NOT-NOW');
    await screen.click('export-close');
    expect(screen.has('export')).toBe(false);
  });

  it('has commas in English, unless another form is chosen', async () => {
    const fake = await open();
    await screen.click('export-open');
    await screen.click('export-run');
    await screen.click('export-format-swedish-excel');
    await screen.click('export-run');
    const formats = asked(fake, 'export-checks').map((one) => 'order' in one && one.order.format);
    expect(formats).toEqual(['comma', 'swedish-excel']);
  });

  it('says how far it is, and that nothing is left of it when it is cancelled', async () => {
    const fake = await open();
    const answer = later<Reply>();
    fake.on('export-checks', () => answer.promise);
    await screen.click('export-open');
    await screen.click('export-run');
    fake.show(overview([healthy(NOW, { exporting: { done: 1500, total: 90_000 } })]));
    await settle();
    expect(screen.text('export-state')).toBe('1,500 of 90,000 written');
    await screen.click('export-cancel');
    expect(asked(fake, 'cancel-export')).toHaveLength(1);
    answer.reject({ code: 'APP-NOT-NOW', params: {} });
    await settle();
    expect(screen.has('export-cancelled')).toBe(true);
    expect(screen.has('export-failure')).toBe(false);
  });

  it('that fails says why', async () => {
    const fake = await open();
    fake.refuse('export-checks', { code: 'APP-DISK-FULL', params: {} });
    await screen.click('export-open');
    await screen.click('export-run');
    expect(screen.text('export-failure-code')).toBe('APP-DISK-FULL');
    expect(screen.has('export-path')).toBe(false);
  });
});

async function privacy(change: Partial<ConnectionView> = {}): Promise<Fake> {
  const fake = await open(change);
  await screen.click('nav-connection');
  await screen.click('open-privacy');
  return fake;
}

describe('the retention', () => {
  it('counts what would go before it is saved, and asks once more', async () => {
    const fake = await privacy();
    expect(screen.text('retention-would')).toBe('Saving this removes nothing now.');
    await screen.type('retention-days', '30');
    expect(screen.text('retention-would')).toBe('Saving this removes 3 checks at once.');
    await screen.click('retention-save');
    expect(asked(fake, 'set-retention')).toEqual([]);
    expect(screen.text('confirm-retention')).toContain('Remove 3 checks now?');
    await screen.click('confirm-retention-yes');
    expect(asked(fake, 'set-retention')).toEqual([
      { ask: 'set-retention', connection: healthy(NOW).id, days: 30 },
    ]);
    expect(screen.has('confirm-retention')).toBe(false);
  });

  it('is saved at once where nothing goes', async () => {
    const fake = await privacy();
    await screen.type('retention-days', '365');
    await screen.click('retention-save');
    await settle();
    expect(asked(fake, 'set-retention')).toHaveLength(1);
    expect(screen.text('retention-would')).toBe('Saved: checks are kept for 365 days.');
  });

  it.each(['0', '731', '1.5', ''])('is no “%s” days', async (days) => {
    const fake = await privacy();
    await screen.type('retention-days', days);
    expect(screen.text('retention-would')).toContain('from 1 to 730');
    await screen.click('retention-save');
    expect(asked(fake, 'set-retention')).toEqual([]);
  });

  it('says why it could not be saved', async () => {
    const fake = await privacy();
    fake.refuse('set-retention', { code: 'APP-DISK-FULL', params: {} });
    await screen.type('retention-days', '30');
    await screen.click('retention-save');
    await screen.click('confirm-retention-yes');
    expect(screen.text('confirm-retention')).toContain('APP-DISK-FULL');
  });
});

describe('the audit log', () => {
  it('tells every entry in words, a page at a time', async () => {
    await privacy();
    expect(screen.all('log-entry')).toHaveLength(50);
    expect(screen.text('log-whole')).toContain('Unbroken');
    await screen.click('log-older');
    expect(screen.all('log-entry')).toHaveLength(60);
    expect(screen.has('log-older')).toBe(false);
    const texts = screen.all('log-entry').map((entry) => entry.textContent);
    expect(texts.join()).not.toMatch(/undefined|NaN|null/);
    expect(new Set(screen.all('log-entry').map((entry) => entry.dataset['act'])).size).toBe(8);
  });

  it('says that it is broken, by a code', async () => {
    const fake = await open();
    fake.log = { ...fake.log, whole: false };
    await screen.click('nav-connection');
    await screen.click('open-privacy');
    expect(screen.text('log-broken-code')).toBe('APP-AUDIT-LOG');
    expect(screen.has('log-whole')).toBe(false);
  });

  it('names the connection where there are several', async () => {
    const fake = await open();
    const other: AuditEntry = { ...(fake.log.entries[0] as AuditEntry), connection: 'gone' };
    fake.log = { ...fake.log, entries: [other] };
    await screen.click('nav-connection');
    await screen.click('open-privacy');
    expect(screen.text('log')).toContain('removed');
  });

  it('is shown as a file before it is saved', async () => {
    const fake = await privacy();
    await screen.click('log-export');
    expect(screen.text('log-file-text')).toContain('whole');
    await screen.click('log-file-save');
    expect(fake.asked.at(-1)).toEqual({ ask: 'save-text-file' });
  });
});

async function person(): Promise<Fake> {
  const fake = await open();
  screen.all('check-open')[6]?.click();
  await settle();
  return fake;
}

describe('one person', () => {
  it('is shown all that is stored of them, in the language of the screen', async () => {
    const fake = await person();
    await screen.click('person-access');
    const [request] = asked(fake, 'export-person');
    if (request?.ask !== 'export-person') throw new Error('none');
    expect(request.words.language).toBe('en');
    expect(request.words.steps['stage-moved']).toBe('Moved to the trigger stage');
    expect(screen.text('person-file-text')).toContain('All that Refapp for Lever has stored');
    expect(screen.get('person-file-text').lang).toBe('en');
    await screen.click('person-file-close');
    expect(screen.has('person-file-text')).toBe(false);
  });

  it('is erased after it was said what that does, and followed until note and tag are out', async () => {
    const fake = await person();
    await screen.click('person-erase');
    expect(asked(fake, 'erase-person')).toEqual([]);
    for (const part of ['Here', 'Lever', 'Refapp']) expect(screen.text('erase')).toContain(part);
    fake.on('erase-person', () => {
      fake.rows = fake.rows.map((row) => (row.id === 'check-6' ? erased(row) : row));
      fake.details.delete('check-6');
      return Promise.resolve({
        reply: 'erased',
        value: { checks: 1, isAtRefapp: true, noteMayStay: true },
      });
    });
    await screen.click('erase-yes');
    expect(screen.text('erase-state')).toContain('being taken out of Lever');
    expect(screen.text('erase-by-hand')).toContain('Refapp’s support');
    expect(screen.text('erase-by-hand')).toContain('last note');
    expect(document.activeElement).toBe(screen.get('erase-done'));
    // Even if there is no other one: what is said of it stays.
    fake.rows = [];
    fake.push({ event: 'checks-changed', value: healthy(NOW).id });
    await settle();
    expect(screen.has('erase-out')).toBe(true);
    await screen.click('erase-close');
    expect(screen.has('check-detail')).toBe(false);
  });

  it('says what Lever refuses, and that it goes on by itself', async () => {
    const fake = await person();
    fake.on('erase-person', () => {
      fake.rows = fake.rows.map((row) =>
        row.id === 'check-6'
          ? { ...erased(row), hitch: 'LEV-WRITE', decisions: ['try-again'] }
          : row,
      );
      const value = { checks: 1, isAtRefapp: false, noteMayStay: false };
      return Promise.resolve({ reply: 'erased', value });
    });
    await screen.click('person-erase');
    await screen.click('erase-yes');
    expect(screen.text('erase-refused-code')).toBe('LEV-WRITE');
    expect(screen.text('erase')).toContain('every ten minutes');
    await screen.click('erase-again');
    expect(asked(fake, 'decide')).toEqual([
      { ask: 'decide', checks: ['check-6'], decision: 'try-again' },
    ]);
    expect(screen.text('erase-by-hand')).not.toContain('Refapp’s support');
  });

  it('waits where the connection does not run', async () => {
    const fake = await person();
    fake.show(overview([healthy(NOW, { health: 'paused' })]));
    fake.on('erase-person', () => {
      fake.rows = fake.rows.map((row) => (row.id === 'check-6' ? erased(row) : row));
      const value = { checks: 1, isAtRefapp: false, noteMayStay: false };
      return Promise.resolve({ reply: 'erased', value });
    });
    await screen.click('person-erase');
    await screen.click('erase-yes');
    expect(screen.has('erase-waits')).toBe(true);
  });

  it('who could not be erased is still there', async () => {
    const fake = await person();
    fake.refuse('erase-person', { code: 'APP-READ-ONLY', params: {} });
    await screen.click('person-erase');
    await screen.click('erase-yes');
    expect(screen.text('erase-failure-code')).toBe('APP-READ-ONLY');
    expect(screen.has('erase-done')).toBe(false);
  });
});

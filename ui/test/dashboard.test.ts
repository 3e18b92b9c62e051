import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CheckRow } from '../src/backend/types/CheckRow';
import type { ConnectionView } from '../src/backend/types/ConnectionView';
import { HOUR } from '../src/i18n/time.svelte';
import { language } from '../src/i18n/locale.svelte';
import { Fake, SIGHT } from './fake';
import {
  aside,
  connection,
  detail,
  finding,
  gap,
  healthy,
  overview,
  rows,
  TROUBLES,
  troubled,
} from './scenes';
import { errorText } from '../src/i18n/errors';
import { later, Screen, settle } from './screens';

const NOW = Date.now();
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

async function open(count?: number, change: Partial<ConnectionView> = {}): Promise<Fake> {
  const list = rows(NOW, count);
  const fake = new Fake(overview([healthy(NOW, change)]), list);
  for (const row of list.slice(0, 20)) fake.details.set(row.id, detail(row, NOW));
  screen = new Screen(fake);
  await settle();
  return fake;
}

const row = (index: number): HTMLElement => {
  const found = screen.all('check-row').find((one) => one.dataset['check'] === `check-${index}`);
  if (!found) throw new Error(`row ${index} is not drawn`);
  return found;
};
const inRow = (index: number, testid: string): HTMLElement => {
  const found = row(index).querySelector<HTMLElement>(`[data-testid="${testid}"]`);
  if (!found) throw new Error(`no ${testid} in row ${index}`);
  return found;
};

describe('the table of checks', () => {
  it('says of warnings whether somebody has read of them, and which are new', async () => {
    const fake = await open();
    const [warned] = fake.rows.filter((one) => one.status === 'completed');
    if (!warned) throw new Error('the scene has one');
    const at = fake.rows.indexOf(warned);
    const show = async (change: Partial<CheckRow>) => {
      const row = { ...warned, ...change };
      fake.rows = fake.rows.map((one, index) => (index === at ? row : one));
      fake.details.set(row.id, { ...detail(row, NOW), row });
      fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
      await settle();
    };
    inRow(at, 'check-open').click();
    await settle();
    expect(screen.text('detail-reason')).toContain('Then choose “Mark as read”.');
    await screen.click('decide-mark-read');
    expect(fake.asked.findLast((one) => one.ask === 'decide')).toEqual({
      ask: 'decide',
      checks: [warned.id],
      decision: 'mark-read',
    });
    await show({ unread: [], reason: null, decisions: [], whoActs: 'nobody' });
    expect(screen.has('detail-reason')).toBe(false);
    expect(screen.text('detail-badge-warnings')).toContain('1 warning, read');
    expect(inRow(at, 'check-badges').textContent).toContain('1 warning, read');
    await show({ warnings: ['same-ip', 'same-phone-number'], unread: ['same-phone-number'] });
    const items = screen.get('detail-badge-warnings').querySelectorAll('li');
    expect([...items].map((item) => item.textContent?.endsWith(' New.'))).toEqual([false, true]);
  });

  it('asks nobody to name another referee of a check that is over', async () => {
    const fake = await open();
    const [first] = fake.rows;
    if (!first) throw new Error('the scene has rows');
    const story = [{ at: NOW - 30_000, step: 'update-received' as const, params: {} }];
    for (const [status, said] of [
      ['waiting-for-referees', 'can name another one'],
      ['completed', 'The check is over'],
    ] as const) {
      const row: CheckRow = {
        ...first,
        status,
        since: NOW - 30_000,
        badges: ['declined'],
        declined: 1,
      };
      fake.details.set(row.id, { ...detail(row, NOW), row, timeline: story });
      inRow(0, 'check-open').click();
      await settle();
      expect(screen.text('detail-badge-declined')).toContain(said);
      expect(screen.text('check-detail')).toContain('for less than a minute');
      await screen.click('detail-close');
    }
  });

  it('says when a status may have been told that nobody heard, without a mark on the row', async () => {
    const fake = await open();
    const [first] = fake.rows;
    if (!first) throw new Error('the scene has rows');
    const row = { ...first, badges: [], away: { from: NOW - 8 * HOUR, to: NOW - HOUR } };
    fake.details.set(row.id, { ...detail(row, NOW), row });
    inRow(0, 'check-open').click();
    await settle();
    expect(screen.text('detail-away')).toMatch(
      /^Refapp could not reach this app from .+ to .+ next/,
    );
  });

  it('draws a window of a hundred thousand rows, and says how many there are', async () => {
    const fake = await open(100_000);
    expect(screen.all('check-row').length).toBeLessThan(60);
    expect(screen.get('checks').getAttribute('aria-rowcount')).toBe('100001');
    expect(row(0).getAttribute('aria-rowindex')).toBe('2');
    const asked = fake.asked.filter((one) => one.ask === 'checks');
    expect(Math.max(...asked.map((one) => one.limit))).toBeLessThan(100);
  });

  it('never draws the whole list, however high a style sheet lets it grow', async () => {
    const height = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'clientHeight');
    Object.defineProperty(HTMLElement.prototype, 'clientHeight', {
      configurable: true,
      get: () => 100_000 * 56,
    });
    const fake = await open(10_000);
    if (height) Object.defineProperty(HTMLElement.prototype, 'clientHeight', height);
    else delete (HTMLElement.prototype as { clientHeight?: number }).clientHeight;
    expect(screen.all('check-row').length).toBeLessThanOrEqual(150);
    expect(fake.asked.every((one) => one.ask !== 'checks' || one.limit <= 200)).toBe(true);
  });

  it('asks for the rows that come into view', async () => {
    const fake = await open(100_000);
    const scroll = screen.get('checks-scroll');
    scroll.scrollTop = 56 * 5000;
    scroll.dispatchEvent(new Event('scroll'));
    await settle();
    const last = fake.asked.findLast((one) => one.ask === 'checks');
    const { offset, limit } = last ?? { offset: 0, limit: 0 };
    expect(offset).toBeLessThanOrEqual(4992);
    expect(offset + limit).toBeGreaterThan(5008);
    expect(row(5000).dataset['status']).toBe(fake.rows[5000]?.status);
  });

  it('reads the window again when rows have changed', async () => {
    const fake = await open();
    const [first] = fake.rows;
    if (!first) throw new Error('the scene has rows');
    fake.rows = [{ ...first, status: 'queued', decisions: [] }, ...fake.rows.slice(1)];
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(row(0).dataset['status']).toBe('queued');
  });

  it('shows names that look like HTML as text', async () => {
    await open();
    expect(inRow(7, 'check-candidate').textContent).toBe('<img src=x onerror=alert(1)>');
    expect(document.querySelector('img')).toBeNull();
  });

  it('says status, who acts and how many have answered', async () => {
    await open();
    expect(inRow(6, 'check-status').textContent).toContain('Waiting for referees');
    expect(inRow(6, 'check-waiting').textContent).toBe('Referees');
    expect(inRow(6, 'check-answered').textContent?.trim()).toBe('1 of 3');
  });

  it('opens links only by way of the host', async () => {
    const fake = await open();
    inRow(11, 'check-report').click();
    await settle();
    expect(fake.asked.at(-1)).toEqual({
      ask: 'open-link',
      url: 'https://app.refapp.com/report/1',
    });
    expect(document.querySelector('a[href^="http"]')).toBeNull();
    expect(screen.has('check-detail')).toBe(false);
  });

  it('explains what to do while there are none', async () => {
    screen = new Screen(new Fake(overview([healthy(NOW)])));
    await settle();
    expect(screen.text('checks-empty')).toContain('“Reference check”');
  });

  it('says above the rows what cannot arrive', async () => {
    await open(undefined, {
      findings: [
        {
          failure: { code: 'REF-UPDATES', params: {} },
          owner: 'refapp',
          stops: false,
          passes: false,
          unproven: false,
          waitsForReader: false,
          since: NOW,
          worked: null,
        },
      ],
    });
    expect(screen.text('alarm')).toContain('No status from Refapp yet');
    expect(screen.get('alarm').getAttribute('role')).toBe(null);
    await screen.click('alarm-open');
    expect(screen.has('connection')).toBe(true);
  });

  it('names what it is about, and is folded by whoever has read it', async () => {
    const failure = { code: 'LEV-OWNER', params: { postings: 'Welder, Luleå' } } as const;
    const fake = await open(undefined, { findings: [finding(NOW, failure, 'recruiter')] });
    expect(screen.text('alarm')).toContain('Welder, Luleå');
    await screen.click('alarm-fold');
    expect(screen.text('alarm')).toBe('A posting’s owner cannot be invited');
    await screen.click('nav-connection');
    await screen.click('nav-checks');
    expect(screen.text('alarm')).not.toContain('Welder');
    // Something else has not been read.
    const other = { ...failure, params: { postings: 'Welder, Kiruna' } };
    fake.show(overview([healthy(NOW, { findings: [finding(NOW, other, 'recruiter')] })]));
    await settle();
    expect(screen.text('alarm')).toContain('Welder, Kiruna');
  });

  it('says aloud that nothing works any more', async () => {
    const failure = { code: 'LEV-401', params: {} } as const;
    await open(undefined, {
      health: 'action-needed',
      findings: [finding(NOW, failure, 'lever-super-admin', true)],
    });
    expect(screen.get('alarm').getAttribute('role')).toBe('alert');
    expect(screen.get('alarm').className).toContain('danger');
  });

  it('calls nobody for what is over by itself', async () => {
    const failure = { code: 'LEV-5XX', params: {} } as const;
    await open(undefined, {
      health: 'warning',
      findings: [finding(NOW, failure, 'lever', true, true)],
    });
    expect(screen.get('alarm').getAttribute('role')).toBe(null);
    expect(screen.get('alarm').className).not.toContain('danger');
    await screen.click('alarm-open');
    expect(screen.text('findings')).toContain('goes on by itself');
  });

  it('changes its language without a reload', async () => {
    await open();
    language.current = 'sv';
    await settle();
    expect(inRow(6, 'check-status').textContent).toContain('Väntar på referenterna');
  });
});

describe('when something outside is not as it should be', () => {
  it.each(Object.keys(TROUBLES) as (keyof typeof TROUBLES)[])(
    'it says so of %s, what is safe meanwhile, and how many wait',
    async (trouble) => {
      const [code, health] = TROUBLES[trouble];
      await open(undefined, troubled(NOW, trouble));
      const { title, why } = errorText({ code, params: {} });
      expect(screen.text('alarm')).toContain(title);
      expect(screen.text('alarm')).toContain(why);
      expect(screen.get('health').dataset['state']).toBe(health);
      expect(screen.text('count-waiting')).toBe('6 events waiting 3 queued');
    },
  );

  it('says how long what waits will take only while that is known', async () => {
    const counts = { ...healthy(NOW).counts, queued: 3, secondsLeft: 95 };
    const fake = await open(undefined, { counts });
    expect(screen.text('count-waiting')).toMatch(/^3 queued about .+ left$/);
    fake.show(overview([healthy(NOW, { counts: { ...counts, secondsLeft: null } })]));
    await settle();
    expect(screen.text('count-waiting')).toBe('3 queued');
  });

  it('names a gap with its times and Lever’s way to rerun, until somebody has looked', async () => {
    const fake = await open(undefined, { health: 'warning', findings: [gap(NOW)] });
    await screen.click('alarm-open');
    expect(screen.text('finding')).toContain('Rerun');
    expect(screen.text('finding')).not.toContain('{from}');
    expect(screen.text('finding')).not.toContain('–');
    fake.on('acknowledge', () => {
      fake.overview = overview([healthy(NOW)]);
      return Promise.resolve({ reply: 'done' });
    });
    await screen.click('acknowledge');
    expect(fake.asked).toContainEqual({
      ask: 'acknowledge',
      connection: fake.overview.connections[0]?.id,
      code: 'LEV-WH-GAP',
    });
    expect(screen.has('finding')).toBe(false);
  });

  it('tells on every screen of a database that was set aside, until somebody has read it', async () => {
    const fake = new Fake(overview([], false, [aside(NOW)]));
    screen = new Screen(fake);
    await settle();
    expect(screen.has('welcome')).toBe(true);
    expect(screen.text('host-finding')).toContain('refapp-lever-damaged-2026-11-24T07-45-40Z.db');
    fake.show(overview([healthy(NOW)], false, [aside(NOW)]));
    language.current = 'sv';
    await settle();
    expect(screen.text('host-finding')).toContain('En skadad databas lades åt sidan');
    fake.on('acknowledge', () => {
      fake.overview = overview([healthy(NOW)]);
      return Promise.resolve({ reply: 'done' });
    });
    await screen.click('acknowledge');
    expect(fake.asked).toContainEqual({
      ask: 'acknowledge',
      connection: null,
      code: 'APP-DB-ASIDE',
    });
    expect(screen.has('host-finding')).toBe(false);
  });
});

describe('a note of unknown fate', () => {
  const uncertain = async (): Promise<Fake> => {
    const fake = await open();
    for (const index of [6, 7]) {
      const before = fake.rows[index];
      if (!before) throw new Error('the scene has rows');
      const row: typeof before = {
        ...before,
        badges: ['note-unknown'],
        decisions: ['note-is-there', 'note-is-not-there'],
        mailing: [],
      };
      fake.rows[index] = row;
      fake.details.set(row.id, { ...detail(row, NOW), row });
    }
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    return fake;
  };

  it('is settled by whoever has looked; writing it again is confirmed, as it may double it', async () => {
    const fake = await uncertain();
    row(6).click();
    await settle();
    await screen.click('decide-note-is-not-there');
    expect(fake.asked.some((one) => one.ask === 'decide')).toBe(false);
    expect(screen.text('confirm-decision')).toContain('the same note stands there twice');
    expect(screen.text('confirm-decision')).not.toContain('Refapp writes');
    await screen.click('confirm-decision-yes');
    await screen.click('decide-note-is-there');
    const asked = fake.asked.filter((one) => one.ask === 'decide');
    expect(asked.map((one) => one.decision)).toEqual(['note-is-not-there', 'note-is-there']);
  });

  it('is settled for many at once', async () => {
    const fake = await uncertain();
    for (const index of [6, 7]) row(index).querySelector('label')?.click();
    await settle();
    await screen.click('decide-note-is-there');
    // One click too many is taken for many: whom it is about is seen first.
    expect(fake.asked.some((one) => one.ask === 'decide')).toBe(false);
    expect(screen.get('confirm-decision-whom').querySelectorAll('li').length).toBe(2);
    await screen.click('confirm-decision-yes');
    expect(fake.asked.find((one) => one.ask === 'decide')).toMatchObject({
      checks: ['check-6', 'check-7'],
      decision: 'note-is-there',
    });
  });
});

describe('the boxes before the rows', () => {
  const box = () => screen.get('select-all') as HTMLInputElement;

  it('open nothing, nor does what is beside them', async () => {
    await open();
    row(0).querySelector('label')?.click();
    row(1).querySelector<HTMLElement>('[role=cell]')?.click();
    await settle();
    expect(screen.has('check-detail')).toBe(false);
    expect(screen.text('selection')).toContain('1 selected');
    row(6).click();
    await settle();
    expect(screen.has('check-detail')).toBe(true);
  });

  it('select all that need attention, and none', async () => {
    await open();
    expect(box().getAttribute('aria-label')).toBe('Select all that need attention');
    await screen.click('select-all');
    expect(screen.text('selection')).toContain('4 selected');
    expect([box().checked, box().indeterminate]).toEqual([true, false]);
    inRow(0, 'check-select').click();
    await settle();
    expect([box().checked, box().indeterminate]).toEqual([false, true]);
    inRow(0, 'check-select').click();
    await settle();
    expect([box().checked, box().indeterminate]).toEqual([true, false]);
    await screen.click('select-all');
    expect(screen.has('selection')).toBe(false);
    expect([box().checked, box().indeterminate]).toEqual([false, false]);
  });

  it('select those that are out of sight, too', async () => {
    const list = rows(NOW, 1400);
    const urgent = list
      .filter((one) => one.status === 'needs-attention')
      .map((one) => ({ ...one, decisions: ['dismiss' as const], mailing: [] }));
    const rest = list.filter((one) => one.status !== 'needs-attention');
    const counts = { ...healthy(NOW).counts, needsAttention: urgent.length };
    const fake = new Fake(overview([healthy(NOW, { counts })]), [...urgent, ...rest]);
    screen = new Screen(fake);
    await settle();
    await screen.click('select-all');
    expect(screen.text('selection')).toContain('400 selected');
    expect([box().checked, box().indeterminate]).toEqual([true, false]);
    // Answered together: by no name but of those that were left out.
    const [first] = urgent;
    inRow(0, 'check-select').click();
    await settle();
    expect(screen.text('selection')).toContain('399 selected');
    await screen.click('decide-dismiss');
    await screen.click('confirm-decision-yes');
    expect(fake.asked.at(-1)).not.toMatchObject({ ask: 'decide' });
    expect(fake.asked.find((one) => one.ask === 'decide-together')).toMatchObject({
      batch: { cause: null, but: [first?.id], sight: SIGHT },
      decision: 'dismiss',
    });
    expect(fake.asked.some((one) => one.ask === 'decide')).toBe(false);
  });

  it('leave out what comes or changes after all were selected', async () => {
    const fake = await open();
    await screen.click('select-all');
    expect(screen.text('selection')).toContain('4 selected');
    const held = { total: 3, checks: fake.rows.slice(1, 4).map((one) => one.id) };
    fake.on('held', () => Promise.resolve({ reply: 'held', value: held }));
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(screen.text('selection')).toContain('3 selected');
    expect((inRow(0, 'check-select') as HTMLInputElement).checked).toBe(false);
    expect([box().checked, box().indeterminate]).toEqual([false, true]);
  });

  it('say why they could not all be read', async () => {
    const fake = await open();
    fake.refuse('gather', { code: 'APP-STORE', params: {} });
    await screen.click('select-all');
    expect(screen.text('failure-code')).toBe('APP-STORE');
    expect([box().checked, box().indeterminate]).toEqual([false, false]);
  });
});

describe('a decision', () => {
  it('that writes to a person is confirmed first', async () => {
    const fake = await open();
    inRow(1, 'check-open').click();
    await settle();
    await screen.click('decide-send-again');
    expect(fake.asked.some((one) => one.ask === 'decide')).toBe(false);
    expect(screen.text('confirm-decision')).toContain('Send again: \u2068Oskar Nyberg\u2069?');
    await screen.click('confirm-decision-yes');
    expect(fake.asked.find((one) => one.ask === 'decide')).toEqual({
      ask: 'decide',
      checks: ['check-1'],
      decision: 'send-again',
    });
    expect(screen.has('confirm-decision')).toBe(false);
  });

  it('for many names all of them before it writes to them', async () => {
    const list = rows(NOW).map((one) => ({
      ...one,
      decisions: ['start' as const],
      mailing: ['start' as const],
    }));
    screen = new Screen(new Fake(overview([healthy(NOW)]), list));
    await settle();
    for (const index of [5, 7]) inRow(index, 'check-select').click();
    await settle();
    await screen.click('decide-start');
    expect(screen.text('confirm-decision')).toContain('Start: 2 checks?');
    const whom = screen.get('confirm-decision-whom');
    const names = [...whom.querySelectorAll('li > bdi')].map((one) => one.textContent);
    expect(names).toEqual(['Fatima Al-Rashid', '<img src=x onerror=alert(1)>']);
  });

  it('for many says for whom it could not be taken, and leaves them selected', async () => {
    const list = rows(NOW).map((one) => ({
      ...one,
      decisions: ['start' as const],
      mailing: ['start' as const],
    }));
    const fake = new Fake(overview([healthy(NOW)]), list);
    screen = new Screen(fake);
    await settle();
    for (const index of [5, 6, 7]) inRow(index, 'check-select').click();
    await settle();
    const late = { check: 'check-7', failure: { code: 'APP-NOT-NOW' as const, params: {} } };
    fake.on('decide', () => Promise.resolve({ reply: 'decided', value: [late] }));
    await screen.click('decide-start');
    await screen.click('confirm-decision-yes');
    expect(screen.text('undecided')).toContain('Done for 2. Not for these:');
    expect(screen.text('undecided')).toContain('APP-NOT-NOW');
    expect(screen.text('selection')).toContain('1 selected');
  });

  it('that may write once Lever is looked at again is confirmed too', async () => {
    const fake = await open();
    inRow(0, 'check-open').click();
    await settle();
    await screen.click('decide-try-again');
    expect(fake.asked.some((one) => one.ask === 'decide')).toBe(false);
    expect(screen.text('confirm-decision')).toContain('If nothing stops the check any more');
  });

  it('that cannot be taken back is confirmed first', async () => {
    const fake = await open();
    inRow(1, 'check-open').click();
    await settle();
    await screen.click('decide-it-was-started');
    expect(screen.text('confirm-decision')).toContain('This cannot be taken back');
    expect(fake.asked.some((one) => one.ask === 'decide')).toBe(false);
    await screen.click('confirm-decision-yes');
    expect(fake.asked.find((one) => one.ask === 'decide')).toMatchObject({
      decision: 'it-was-started',
    });
    expect(screen.text('detail-done')).toBe('Noted: it was started.');
  });

  it('is said to have been taken where the check stands, aloud too, and seen from the top', async () => {
    await open();
    inRow(0, 'check-open').click();
    await settle();
    const detail = screen.get('check-detail');
    detail.scrollTop = 200;
    await screen.click('decide-dismiss');
    expect(screen.text('detail-done')).toMatch(/^Not started\. .*“Try again”/);
    expect(screen.text('announcer')).toMatch(/^Not started/);
    expect(detail.scrollTop).toBe(0);
  });

  it('that is done hands the focus to the check, as its buttons go', async () => {
    const fake = await open();
    inRow(1, 'check-open').click();
    await settle();
    const known = fake.details.get('check-1');
    if (!known) throw new Error('the scene has its detail');
    const row = { ...known.row, status: 'sent' as const, reason: null, decisions: [] };
    fake.details.set('check-1', { ...known, row });
    for (const button of ['decide-send-again', 'confirm-decision-yes']) {
      screen.get(button).focus();
      await screen.click(button);
    }
    expect(screen.has('decide-send-again')).toBe(false);
    expect(document.activeElement?.id).toBe('detail-title');
  });

  it('for many hands the focus to the table, as the selection goes', async () => {
    await open();
    for (const button of ['selection-clear', 'decide-dismiss']) {
      inRow(0, 'check-select').click();
      await settle();
      screen.get(button).focus();
      await screen.click(button);
      expect(screen.has('selection')).toBe(false);
      expect(document.activeElement).toBe(screen.get('checks-scroll'));
    }
  });

  it('for many offers only what fits all of them', async () => {
    const fake = await open();
    for (const index of [0, 2]) inRow(index, 'check-select').click();
    await settle();
    expect(screen.text('selection')).toContain('2 selected');
    expect(screen.has('decide-try-again')).toBe(false);
    await screen.click('decide-dismiss');
    await screen.click('confirm-decision-yes');
    expect(fake.asked.find((one) => one.ask === 'decide')).toMatchObject({
      checks: ['check-0', 'check-2'],
      decision: 'dismiss',
    });
    expect(screen.has('selection')).toBe(false);
  });
});

describe('the detail of a check', () => {
  it('stays open when Escape closes a dialog above it', async () => {
    await open();
    inRow(1, 'check-open').click();
    await settle();
    const escape = () => new KeyboardEvent('keydown', { key: 'Escape', bubbles: true });
    await screen.click('decide-send-again');
    screen.get('confirm-decision').dispatchEvent(escape());
    await settle();
    expect(screen.has('check-detail')).toBe(true);
    await screen.click('confirm-decision-no');
    screen.get('detail-close').dispatchEvent(escape());
    await settle();
    expect(screen.has('check-detail')).toBe(false);
  });

  it('gives reason, remedy and story, and hands the focus on and back', async () => {
    await open();
    const opener = inRow(0, 'check-open');
    opener.focus();
    opener.click();
    await settle();
    expect(document.activeElement?.id).toBe('detail-title');
    expect(screen.text('detail-reason-code')).toBe('CAND-CONTACT');
    expect(screen.get('timeline').children).toHaveLength(10);
    expect(screen.text('timeline-update-received')).toContain(
      'Waiting for referees 1 of 3 answered',
    );
    expect(screen.text('timeline')).not.toContain('LEV-');
    await screen.click('detail-close');
    expect(document.activeElement).toBe(opener);
  });

  it('keeps the focus on a row that moves up or down the list', async () => {
    const fake = await open();
    const button = inRow(6, 'check-open');
    button.focus();
    fake.rows = fake.rows.toReversed();
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(document.activeElement).toBe(button);
  });

  it('hands the focus back to the check that was shown last', async () => {
    await open();
    for (const index of [0, 6]) {
      inRow(index, 'check-open').focus();
      inRow(index, 'check-open').click();
      await settle();
    }
    await screen.click('detail-close');
    expect(document.activeElement).toBe(inRow(6, 'check-open'));
  });

  it('says whether the candidate finds questions in the default language', async () => {
    const fake = await open();
    const known = fake.details.get('check-6');
    if (!known) throw new Error('the scene has its detail');
    fake.details.set('check-6', { ...known, row: { ...known.row, coverage: 'missing' } });
    inRow(6, 'check-open').click();
    await settle();
    expect(screen.text('detail-coverage')).toBe('Missing');
    // Where nobody can tell, nothing is said.
    fake.details.set('check-7', { ...known, row: { ...known.row, coverage: 'unchecked' } });
    inRow(7, 'check-open').click();
    await settle();
    expect(screen.has('detail-coverage')).toBe(false);
  });

  it('says whom to call once nobody reminds them any more, and leads to where they are', async () => {
    const fake = await open();
    const known = fake.details.get('check-6');
    if (!known) throw new Error('the scene has its detail');
    const show = async (index: number, change: Partial<CheckRow>) => {
      const row = { ...known.row, ...change };
      fake.details.set(`check-${index}`, { ...known, row });
      inRow(index, 'check-open').click();
      await settle();
    };
    const rhythm = { ...known.row.rhythm, reason: 'reminders-used-up' as const };
    await show(6, { rhythm, whoActs: 'referees' });
    expect(screen.text('detail-call')).toMatch(/^Call The referees\..*in Refapp\./);
    expect(screen.has('detail-call-refapp')).toBe(true);
    await show(7, { rhythm, whoActs: 'candidate', leverUrl: 'https://hire.lever.co/x' });
    expect(screen.text('detail-call')).toMatch(/^Call The candidate\..*in Lever\./);
    await show(8, { rhythm: { ...rhythm, reason: 'within-limit' }, whoActs: 'referees' });
    expect(screen.has('detail-call')).toBe(false);
    // Before Refapp has told of anybody, whose turn it is is not known.
    await show(9, { rhythm, status: 'sent', whoActs: 'nobody' });
    expect(screen.text('detail-call')).toMatch(/^Call The candidate, who has not begun/);
  });

  it('is gone through by the arrows, from name to name and from box to box', async () => {
    await open(30);
    const focused = () => {
      const at = document.activeElement?.closest('[data-check]');
      const what = document.activeElement?.getAttribute('data-testid');
      return `${at?.getAttribute('data-check') ?? 'none'} ${what}`;
    };
    const press = (key: string, change: KeyboardEventInit = {}) => {
      const event = new KeyboardEvent('keydown', {
        key,
        bubbles: true,
        cancelable: true,
        ...change,
      });
      document.activeElement?.dispatchEvent(event);
      return event.defaultPrevented;
    };
    screen.get('checks-scroll').focus();
    // Up from the list itself is the list's own.
    expect(press('ArrowUp')).toBe(false);
    expect(press('ArrowDown')).toBe(true);
    expect(focused()).toBe('check-0 check-open');
    press('ArrowDown');
    expect(focused()).toBe('check-1 check-open');
    press('ArrowUp');
    expect(press('ArrowUp')).toBe(false);
    expect(focused()).toBe('check-0 check-open');
    inRow(0, 'check-select').focus();
    press('ArrowDown');
    expect(focused()).toBe('check-1 check-select');
    expect(press('ArrowDown', { altKey: true })).toBe(false);
  });

  it('of which nobody knows whether it was started leads to Refapp', async () => {
    await open();
    inRow(1, 'check-open').click();
    await settle();
    expect(screen.text('detail-reason-code')).toBe('REF-UNKNOWN');
    expect(screen.text('detail-unknown-refapp')).toContain('Refapp');
  });

  it('says when something happened last as a moment, not as another age', async () => {
    await open();
    inRow(6, 'check-open').click();
    await settle();
    expect(screen.text('detail-active')).not.toContain('ago');
  });

  it('says aloud that something could not be copied', async () => {
    await open();
    inRow(0, 'check-open').click();
    await settle();
    const clipboard = vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error());
    document.execCommand = () => false;
    await screen.click('detail-reference-copy');
    clipboard.mockRestore();
    const said = screen.get('detail-reference-copy').nextElementSibling;
    expect([said?.getAttribute('role'), said?.textContent?.trim()]).toEqual([
      'status',
      'Could not copy',
    ]);
  });

  it('drops an answer that a newer question has overtaken', async () => {
    const fake = await open();
    inRow(6, 'check-open').click();
    await settle();
    const [slow, quick] = [later<never>(), fake.details.get('check-6')];
    if (!quick) throw new Error('the scene has its detail');
    fake.on('check', () => slow.promise);
    const changed = {
      event: 'checks-changed' as const,
      value: fake.overview.connections[0]?.id ?? '',
    };
    fake.push(changed);
    await settle();
    const fresh = { ...quick, row: { ...quick.row, status: 'completed' as const } };
    fake.on('check', () => Promise.resolve({ reply: 'check-detail', value: fresh }));
    fake.push(changed);
    await settle();
    slow.resolve({ reply: 'check-detail', value: quick } as never);
    await settle();
    expect(screen.get('detail-status').dataset['state']).toBe('completed');
  });
});

describe('the page of the connection', () => {
  it('lists what Update did', async () => {
    await open();
    await screen.click('nav-connection');
    await screen.click('templates-update');
    expect(screen.text('report-added')).toBe('Refapp Template: Customer success');
    expect(screen.text('report-removed')).toBe('Refapp Template: Summer staff');
    expect(screen.text('report-renamed')).toContain('Refapp Template: Developers');
    expect(screen.text('report-still')).toContain('Backend engineer, Malmö');
    expect(screen.has('report-not-seen')).toBe(false);
  });

  it('takes an optional right that is not there for no trouble', async () => {
    const fake = await open();
    const report = {
      at: NOW,
      added: [],
      removed: ['Refapp Template: Sales'],
      renamed: [],
      unchanged: 2,
      stillCarried: [
        { tag: 'Refapp Template: Sales', by: '1' },
        { tag: 'Refapp Template: Devs', by: '3' },
      ],
      notSeen: { code: 'LEV-403', params: { right: 'list postings' } } as const,
    };
    fake.on('update-templates', () => Promise.resolve({ reply: 'template-report', value: report }));
    await screen.click('nav-connection');
    await screen.click('templates-update');
    expect(screen.text('report-not-seen')).toBe(
      'With “list postings” the app could also show what still carries old tags.',
    );
    expect(screen.text('connection')).not.toContain('LEV-403');
    expect(screen.text('report-still')).toContain('Refapp Template: Sales · used once');
    expect(screen.text('report-still')).toContain('Refapp Template: Devs · used 3 times');
  });

  it('says what Disconnect does in each place before it does it', async () => {
    const fake = await open();
    await screen.click('nav-connection');
    await screen.click('settings-disconnect');
    expect(fake.asked.some((one) => one.ask === 'disconnect')).toBe(false);
    for (const place of ['Here', 'Lever', 'Refapp']) {
      expect(screen.text('confirm-disconnect')).toContain(place);
    }
    await screen.click('confirm-disconnect-yes');
    expect(fake.asked.some((one) => one.ask === 'disconnect')).toBe(true);
  });

  it('pauses and resumes', async () => {
    const fake = await open();
    await screen.click('nav-connection');
    await screen.click('settings-pause');
    fake.show(overview([healthy(NOW, { health: 'paused' })]));
    await settle();
    await screen.click('settings-resume');
    const orders = fake.asked.map((one) => one.ask);
    expect(orders.filter((one) => one === 'pause' || one === 'resume')).toEqual([
      'pause',
      'resume',
    ]);
  });
});

describe('the frame', () => {
  it('says why the host does not answer, and tries again', async () => {
    const fake = new Fake(overview([]));
    fake.subscribe = () => () => undefined;
    fake.refuse('overview', { code: 'APP-STORE', params: {} });
    screen = new Screen(fake);
    await settle();
    expect(screen.text('start-failure-code')).toBe('APP-STORE');
    fake.on('overview', () => Promise.resolve({ reply: 'overview', value: fake.overview }));
    await screen.click('start-again');
    expect(screen.has('welcome')).toBe(true);
  });

  it('says who is needed before anything is asked, and starts a connection', async () => {
    const fake = new Fake(overview([], true));
    screen = new Screen(fake);
    expect(screen.text('welcome')).toContain('Refapp Administrator');
    expect(screen.text('welcome')).toContain('Lever Super Admin');
    fake.overview = overview([connection()], true);
    await screen.click('welcome-start');
    expect(fake.asked[0]).toEqual({ ask: 'create-connection', name: 'Lever' });
    expect(screen.has('wizard-refapp')).toBe(true);
  });

  it('subscribes once, however much the host tells', async () => {
    const fake = new Fake(overview([healthy(NOW)]));
    let times = 0;
    const { subscribe } = fake;
    fake.subscribe = (...how) => {
      times += 1;
      return subscribe.apply(fake, how);
    };
    screen = new Screen(fake);
    fake.show(overview([healthy(NOW, { health: 'warning' })]));
    await settle();
    fake.show(overview([healthy(NOW, { health: 'offline' })]));
    await settle();
    expect([times, screen.get('health').dataset['state']]).toEqual([1, 'offline']);
  });

  it('says that it is told of nothing any more, and listens again', async () => {
    const fake = new Fake(overview([healthy(NOW)]));
    fake.deafen({ code: 'APP-INTERNAL', params: {} });
    screen = new Screen(fake);
    await settle();
    expect(screen.has('dashboard')).toBe(true);
    expect(screen.get('deaf').getAttribute('role')).toBe('alert');
    fake.deafen(null);
    await screen.click('listen-again');
    expect(screen.has('deaf')).toBe(false);
    fake.show(overview([healthy(NOW, { health: 'offline' })]));
    await settle();
    expect(screen.get('health').dataset['state']).toBe('offline');
  });

  it('leads to a second connection from the page of the only one, and tells the version', async () => {
    screen = new Screen(new Fake(overview([healthy(NOW)])));
    await settle();
    expect(screen.has('connection-switch')).toBe(false);
    await screen.click('nav-connection');
    expect(screen.text('version')).toBe('Refapp for Lever 0.1.0');
    await screen.click('connection-add');
    expect(screen.has('welcome-name')).toBe(true);
    expect(screen.text('version')).toBe('Refapp for Lever 0.1.0');
  });

  it('asks for the name of a second connection, which tells it from the first', async () => {
    const fake = new Fake(overview([healthy(NOW), connection({ id: 'other', name: 'Other' })]));
    screen = new Screen(fake);
    await settle();
    await screen.choose('connection-switch', 'add');
    await screen.click('welcome-start');
    expect(fake.asked.some((one) => one.ask === 'create-connection')).toBe(false);
    await screen.type('welcome-name', ' Our ');
    expect((screen.get('welcome-name') as HTMLInputElement).value).toBe(' Our ');
    await screen.type('welcome-name', ' Our Sandbox ');
    await screen.click('welcome-start');
    expect(fake.asked.findLast((one) => one.ask === 'create-connection')?.name).toBe('Our Sandbox');
  });

  it('keeps the practice banner on every screen, with the board', async () => {
    const fake = new Fake(overview([healthy(NOW)], true));
    screen = new Screen(fake);
    await settle();
    await screen.click('nav-connection');
    await screen.click('practice-board');
    expect(fake.asked.at(-1)).toEqual({ ask: 'open-link', url: 'http://127.0.0.1:47800/board' });
  });

  it('switches between connections', async () => {
    const other = connection({ id: 'other', name: 'Sandbox' });
    screen = new Screen(new Fake(overview([healthy(NOW), other])));
    await settle();
    await screen.choose('connection-switch', 'other');
    expect(screen.has('wizard-refapp')).toBe(true);
  });
});

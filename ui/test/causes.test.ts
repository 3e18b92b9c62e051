import { afterEach, describe, expect, it } from 'vitest';
import type { Asking } from '../src/backend/types/Asking';
import type { Cause } from '../src/backend/types/Cause';
import type { Causes } from '../src/backend/types/Causes';
import { language } from '../src/i18n/locale.svelte';
import { Fake, SIGHT } from './fake';
import { detail, healthy, overview, rows } from './scenes';
import { Screen, settle } from './screens';

const NOW = Date.now();
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

const asking = (names: string[]): Asking[] =>
  names.map((candidate, index) => ({
    id: `check-${index}`,
    reference: `RL-${index}`,
    candidate,
    postingTitle: 'Backend Developer',
    since: NOW - 60_000,
  }));

const CONTACT: Cause = {
  failure: { code: 'CAND-CONTACT', params: {} },
  alike: true,
  checks: 2,
  decisions: ['try-again', 'dismiss'],
  mailing: ['try-again'],
};

const AGAIN: Cause = {
  failure: { code: 'CHECK-AGAIN', params: {} },
  alike: false,
  checks: 1,
  decisions: ['start', 'dismiss'],
  mailing: ['start'],
};

/** What the host says of them. */
const found = (causes: Cause[], more = 0): Causes => ({
  causes,
  checks: causes.reduce((sum, cause) => sum + cause.checks, 0),
  more,
  sight: SIGHT,
});

async function open(causes: Cause[], more = 0, names = ['Kim Berg', 'Åsa Öberg']): Promise<Fake> {
  const list = rows(NOW);
  const fake = new Fake(overview([healthy(NOW)]), list);
  for (const row of list) fake.details.set(row.id, detail(row, NOW));
  fake.on('causes', () => Promise.resolve({ reply: 'causes', value: found(causes, more) }));
  const all = asking(names);
  fake.on('whom', (request) => {
    const { offset, limit } = request as Extract<typeof request, { ask: 'whom' }>;
    const checks = all.slice(offset, offset + limit);
    return Promise.resolve({ reply: 'whom', value: { total: all.length, offset, checks } });
  });
  fake.on('decide-together', () => {
    const value = { decided: all.length, left: 0, undecided: [] };
    return Promise.resolve({ reply: 'decided-together', value });
  });
  screen = new Screen(fake);
  await settle();
  await screen.click('count-attention');
  return fake;
}

const cause = (code: string): HTMLElement => {
  const found = screen.all('cause').find((one) => one.dataset['code'] === code);
  if (!found) throw new Error(`${code} is not shown`);
  return found;
};
const inCause = (code: string, testid: string): HTMLElement => {
  const found = cause(code).querySelector<HTMLElement>(`[data-testid="${testid}"]`);
  if (!found) throw new Error(`no ${testid} under ${code}`);
  return found;
};

describe('what needs action', () => {
  it('is shown by cause: how many, what to do, who can', async () => {
    await open([CONTACT, AGAIN]);
    expect(screen.text('causes-summary')).toContain('To do: 3 checks');
    expect(cause('CAND-CONTACT').textContent).toContain('Neither e-mail nor phone');
    expect(inCause('CAND-CONTACT', 'cause-count').textContent).toBe('2 checks');
    expect(cause('CAND-CONTACT').textContent).toContain('add an e-mail address');
    expect(inCause('CAND-CONTACT', 'cause-owner').textContent).toContain('recruiter');
    // What is not the same for all is not said for all.
    expect(cause('CHECK-AGAIN').textContent).not.toContain('…');
    expect(screen.has('check-row')).toBe(false);
  });

  it('is answered for all of a cause, after the names of those whom it mails', async () => {
    const fake = await open([CONTACT, AGAIN]);
    const again = inCause('CAND-CONTACT', 'decide-try-again');
    expect(again.textContent?.trim()).toBe('Try again – all 2');
    again.click();
    await settle();
    expect(screen.text('confirm-decision-whom')).toMatch(
      /Kim Berg\s*Backend Developer\s*Åsa Öberg/,
    );
    await screen.click('confirm-decision-yes');
    expect(fake.asked.find((one) => one.ask === 'decide-together')).toMatchObject({
      batch: { cause: CONTACT.failure, but: [], sight: SIGHT },
      decision: 'try-again',
    });
  });

  it('is confirmed for those who stood there, and says how many are others since', async () => {
    const fake = await open([CONTACT]);
    inCause('CAND-CONTACT', 'decide-try-again').click();
    await settle();
    const later = { ...found([{ ...CONTACT, checks: 3 }]), sight: { change: 2, last: null } };
    fake.on('causes', () => Promise.resolve({ reply: 'causes', value: later }));
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(inCause('CAND-CONTACT', 'cause-count').textContent).toBe('3 checks');
    expect(screen.text('confirm-decision')).toContain('Try again: 2 checks?');
    const value = { decided: 1, left: 0, undecided: [] };
    fake.on('decide-together', () => Promise.resolve({ reply: 'decided-together', value }));
    await screen.click('confirm-decision-yes');
    expect(fake.asked.find((one) => one.ask === 'decide-together')).toMatchObject({
      batch: { sight: SIGHT },
    });
    expect(screen.text('cause-done')).toContain('Done for 1 check');
    expect(screen.text('changed-meanwhile')).toContain('1 check has changed meanwhile');
  });

  it('names no more of very many at a time than one page', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `Candidate ${index + 1}`);
    const fake = await open([{ ...CONTACT, checks: 120 }], 0, names);
    const range = () => screen.text('names-range');
    await screen.click('cause-who');
    expect(screen.all('cause-check').length).toBe(50);
    expect(range()).toBe('1–50 of 120');
    await screen.click('names-next');
    await screen.click('names-next');
    expect(range()).toBe('101–120 of 120');
    expect(screen.all('cause-check').at(-1)?.textContent).toBe('Candidate 120');
    // There is no more.
    await screen.click('names-next');
    expect(range()).toBe('101–120 of 120');
    await screen.click('names-before');
    expect(range()).toBe('51–100 of 120');
    inCause('CAND-CONTACT', 'decide-try-again').click();
    await settle();
    expect(screen.get('confirm-decision-whom').querySelectorAll('li').length).toBe(50);
    const limits = fake.asked.flatMap((one) => (one.ask === 'whom' ? [one.limit] : []));
    expect(Math.max(...limits)).toBe(50);
  });

  it('opens to the candidates, and gives the focus back to where it was', async () => {
    await open([CONTACT]);
    expect(screen.has('cause-check')).toBe(false);
    await screen.click('cause-who');
    expect(screen.text('cause-who')).toContain('Hide the 2 candidates');
    const [first] = screen.all('cause-check');
    first?.click();
    await settle();
    expect(screen.get('check-detail').dataset['check']).toBe('check-0');
    await screen.click('detail-close');
    expect((document.activeElement as HTMLElement).dataset['check']).toBe('check-0');
  });

  it('is shown by cause in every view that has nothing else', async () => {
    await open([CONTACT]);
    await screen.click('filters-clear');
    expect(screen.has('causes')).toBe(false);
    await screen.click('filters-open');
    await screen.click('filter-needs-action');
    await screen.click('filters-apply');
    expect(screen.has('causes')).toBe(true);
  });

  it('stays in its place when it is answered, and says for how many', async () => {
    const fake = await open([CONTACT, AGAIN]);
    fake.on('causes', () => Promise.resolve({ reply: 'causes', value: found([AGAIN]) }));
    inCause('CAND-CONTACT', 'decide-dismiss').click();
    await settle();
    await screen.click('confirm-decision-yes');
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(screen.all('cause').map((one) => one.dataset['code'])).toEqual([
      'CAND-CONTACT',
      'CHECK-AGAIN',
    ]);
    expect(inCause('CAND-CONTACT', 'cause-done').textContent).toContain('Done for 2 checks');
    expect(screen.text('causes-said')).toContain('Done for 2 checks: Do not start');
    expect(cause('CAND-CONTACT').querySelector('[data-testid^="decide-"]')).toBe(null);
    // What somebody else answered goes.
    fake.on('causes', () => Promise.resolve({ reply: 'causes', value: found([CONTACT]) }));
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(screen.all('cause').map((one) => one.dataset['code'])).toEqual(['CAND-CONTACT']);
    expect(cause('CAND-CONTACT').querySelector('[data-testid="decide-dismiss"]')).not.toBe(null);
  });

  it('is listed above all cards where they are many, and each leads to its card', async () => {
    const codes = ['CAND-CONTACT', 'TAG-MULTI', 'TAG-STALE', 'CHECK-LATE'] as const;
    const causes = codes.map((code) => ({ ...CONTACT, failure: { code, params: {} } }));
    await open(causes);
    const [, , third] = screen.all('causes-to');
    expect(third?.textContent).toContain('2');
    third?.click();
    await settle();
    expect(document.activeElement?.closest<HTMLElement>('[data-code]')?.dataset['code']).toBe(
      'TAG-STALE',
    );
  });

  it('can be had as a list', async () => {
    await open([CONTACT]);
    await screen.click('causes-toggle');
    expect(screen.has('causes')).toBe(false);
    expect(screen.all('check-row').length).toBeGreaterThan(0);
    await screen.click('causes-toggle');
    expect(screen.has('causes')).toBe(true);
  });

  it('says so where nothing does, and leads out', async () => {
    await open([]);
    expect(screen.text('causes-none')).toContain('Nothing to do');
    await screen.click('causes-all');
    expect(screen.has('checks')).toBe(true);
  });

  it('is answered in parts where it is very much', async () => {
    await open([CONTACT], 1200);
    expect(screen.text('causes-more')).toContain('1,200');
  });
});

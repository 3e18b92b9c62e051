import { afterEach, describe, expect, it } from 'vitest';
import type { Cause } from '../src/backend/types/Cause';
import type { Causes } from '../src/backend/types/Causes';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import { detail, healthy, overview, rows } from './scenes';
import { Screen, settle } from './screens';

const NOW = Date.now();
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

const asking = (names: string[]): Cause['checks'] =>
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
  checks: asking(['Kim Berg', 'Åsa Öberg']),
  decisions: ['try-again', 'dismiss'],
  mailing: ['try-again'],
};

const AGAIN: Cause = {
  failure: { code: 'CHECK-AGAIN', params: {} },
  alike: false,
  checks: asking(['Omar Haddad']).map((check) => ({ ...check, id: 'check-2' })),
  decisions: ['start', 'dismiss'],
  mailing: ['start'],
};

async function open(causes: Causes): Promise<Fake> {
  const list = rows(NOW);
  const fake = new Fake(overview([healthy(NOW)]), list);
  for (const row of list) fake.details.set(row.id, detail(row, NOW));
  fake.on('causes', () => Promise.resolve({ reply: 'causes', value: causes }));
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
    await open({ causes: [CONTACT, AGAIN], more: 0 });
    expect(screen.text('causes-summary')).toContain('3 checks need action');
    expect(cause('CAND-CONTACT').textContent).toContain('Neither e-mail nor phone');
    expect(inCause('CAND-CONTACT', 'cause-count').textContent).toBe('2 checks');
    expect(cause('CAND-CONTACT').textContent).toContain('add an e-mail address');
    expect(inCause('CAND-CONTACT', 'cause-owner').textContent).toContain('recruiter');
    // What is not the same for all is not said for all.
    expect(cause('CHECK-AGAIN').textContent).not.toContain('…');
    expect(screen.has('check-row')).toBe(false);
  });

  it('is answered for all of a cause, after the names of those whom it mails', async () => {
    const fake = await open({ causes: [CONTACT, AGAIN], more: 0 });
    const again = inCause('CAND-CONTACT', 'decide-try-again');
    expect(again.textContent?.trim()).toBe('Try again – all 2');
    again.click();
    await settle();
    expect(screen.text('confirm-decision-whom')).toBe('Kim BergÅsa Öberg');
    await screen.click('confirm-decision-yes');
    const checks = ['check-0', 'check-1'];
    expect(fake.asked.find((one) => one.ask === 'decide')).toEqual({
      ask: 'decide',
      checks,
      decision: 'try-again',
    });
  });

  it('opens to the candidates, and gives the focus back to where it was', async () => {
    await open({ causes: [CONTACT], more: 0 });
    expect(screen.has('cause-check')).toBe(false);
    await screen.click('cause-who');
    const [first] = screen.all('cause-check');
    first?.click();
    await settle();
    expect(screen.get('check-detail').dataset['check']).toBe('check-0');
    await screen.click('detail-close');
    expect((document.activeElement as HTMLElement).dataset['check']).toBe('check-0');
  });

  it('is shown by cause in every view that has nothing else', async () => {
    await open({ causes: [CONTACT], more: 0 });
    await screen.click('filters-clear');
    expect(screen.has('causes')).toBe(false);
    await screen.click('filters-open');
    await screen.click('filter-needs-action');
    await screen.click('filters-apply');
    expect(screen.has('causes')).toBe(true);
  });

  it('can be had as a list', async () => {
    await open({ causes: [CONTACT], more: 0 });
    await screen.click('causes-toggle');
    expect(screen.has('causes')).toBe(false);
    expect(screen.all('check-row').length).toBeGreaterThan(0);
    await screen.click('causes-toggle');
    expect(screen.has('causes')).toBe(true);
  });

  it('says so where nothing does, and leads out', async () => {
    await open({ causes: [], more: 0 });
    expect(screen.text('causes-none')).toContain('Nothing to act on');
    await screen.click('causes-all');
    expect(screen.has('checks')).toBe(true);
  });

  it('is answered in parts where it is very much', async () => {
    await open({ causes: [CONTACT], more: 1200 });
    expect(screen.text('causes-more')).toContain('1,200');
  });
});

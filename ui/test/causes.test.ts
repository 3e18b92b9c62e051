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
    const fake = await open({ causes: [CONTACT, AGAIN], more: 0 });
    const again = inCause('CAND-CONTACT', 'decide-try-again');
    expect(again.textContent?.trim()).toBe('Try again – all 2');
    again.click();
    await settle();
    expect(screen.text('confirm-decision-whom')).toMatch(
      /Kim Berg\s*Backend Developer\s*Åsa Öberg/,
    );
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
    expect(screen.text('cause-who')).toContain('Hide the 2 candidates');
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

  it('stays in its place when it is answered, and says for how many', async () => {
    const fake = await open({ causes: [CONTACT, AGAIN], more: 0 });
    fake.on('causes', () =>
      Promise.resolve({ reply: 'causes', value: { causes: [AGAIN], more: 0 } }),
    );
    inCause('CAND-CONTACT', 'decide-dismiss').click();
    await settle();
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
    fake.on('causes', () =>
      Promise.resolve({ reply: 'causes', value: { causes: [CONTACT], more: 0 } }),
    );
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(screen.all('cause').map((one) => one.dataset['code'])).toEqual(['CAND-CONTACT']);
    expect(cause('CAND-CONTACT').querySelector('[data-testid="decide-dismiss"]')).not.toBe(null);
  });

  it('is listed above all cards where they are many, and each leads to its card', async () => {
    const codes = ['CAND-CONTACT', 'TAG-MULTI', 'TAG-STALE', 'CHECK-LATE'] as const;
    const causes = codes.map((code) => ({ ...CONTACT, failure: { code, params: {} } }));
    await open({ causes, more: 0 });
    const [, , third] = screen.all('causes-to');
    expect(third?.textContent).toContain('2');
    third?.click();
    await settle();
    expect(document.activeElement?.closest<HTMLElement>('[data-code]')?.dataset['code']).toBe(
      'TAG-STALE',
    );
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
    expect(screen.text('causes-none')).toContain('Nothing to do');
    await screen.click('causes-all');
    expect(screen.has('checks')).toBe(true);
  });

  it('is answered in parts where it is very much', async () => {
    await open({ causes: [CONTACT], more: 1200 });
    expect(screen.text('causes-more')).toContain('1,200');
  });
});

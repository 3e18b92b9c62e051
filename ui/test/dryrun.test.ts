import { afterEach, describe, expect, it } from 'vitest';
import type { CheckRow } from '../src/backend/types/CheckRow';
import type { Course } from '../src/backend/types/Course';
import type { DryRun } from '../src/backend/types/DryRun';
import type { PostingAudit } from '../src/backend/types/PostingAudit';
import type { TimelineStep } from '../src/backend/types/TimelineStep';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import { healthy, overview, rights, rows } from './scenes';
import { later, Screen, settle } from './screens';

const NOW = Date.now();
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

async function open(tool: 'dry-run' | 'audit' | 'test-candidate'): Promise<Fake> {
  const fake = new Fake(overview([healthy(NOW)]));
  screen = new Screen(fake);
  await settle();
  await screen.click('nav-connection');
  await screen.click(`open-${tool}`);
  return fake;
}

const course: Course = {
  opportunity: 'opportunity-1',
  outcome: { outcome: 'starts' },
  reference: null,
  seen: {
    candidate: 'Kim Berg',
    leverUrl: 'https://hire.lever.co/candidates/opportunity-1',
    stage: 'Reference check',
    hasEmail: true,
    hasPhone: false,
    posting: { id: 'posting-1', title: 'Backend Developer' },
    members: [
      { name: 'Jonas Ek', why: 'mover', hasEmail: true },
      { name: 'Maja Holm', why: 'posting-owner', hasEmail: false },
    ],
  },
  start: { template: 'Developers', by: 'tag', coverage: 'unchecked', badges: [], updates: true },
  written: { tag: 'Refapp Status: Sent', note: 'Refapp: Sent\nReference: RL-…' },
};

async function dryRun(tried: Partial<DryRun>): Promise<Fake> {
  const fake = await open('dry-run');
  const value: DryRun = { at: NOW, idle: [], course, ...tried };
  fake.on('dry-run', () => Promise.resolve({ reply: 'dry-run', value }));
  await screen.type('dry-run-subject', ' opportunity-1 ');
  await screen.click('dry-run-ask');
  return fake;
}

describe('the dry run', () => {
  it('asks for what was pasted, and shows what would start', async () => {
    const fake = await dryRun({});
    const asked = fake.asked.find((one) => one.ask === 'dry-run');
    expect(asked).toMatchObject({ subject: 'opportunity-1' });
    expect(screen.get('dry-run-outcome').dataset['outcome']).toBe('starts');
    expect(screen.text('dry-run-template')).toBe('Developers, by the posting’s tag');
    expect(screen.all('dry-run-member').map((one) => one.textContent?.trim())).toHaveLength(2);
    expect(screen.all('dry-run-member')[1]?.textContent).toContain('not a member');
    expect([
      screen.get('dry-run-email').dataset['state'],
      screen.get('dry-run-phone').dataset['state'],
    ]).toEqual(['true', 'false']);
    expect(screen.text('dry-run-tag')).toBe('Refapp Status: Sent');
    expect(screen.has('dry-run-idle')).toBe(false);
  });

  it('says in the language of the app that nothing was entered, and asks nobody', async () => {
    const fake = await open('dry-run');
    language.current = 'sv';
    await settle();
    const form = screen.get('dry-run-subject').closest('form');
    expect(form?.checkValidity(), 'the browser has nothing to say').toBe(true);
    form?.requestSubmit();
    await settle();
    expect(screen.text('dry-run-failure')).toContain('går inte att söka på namn');
    expect(screen.get('dry-run-subject').getAttribute('aria-invalid')).toBe('true');
    expect(fake.asked.some(({ ask }) => ask === 'dry-run')).toBe(false);
    await screen.type('dry-run-subject', 'opportunity-1');
    expect(screen.has('dry-run-failure')).toBe(false);
  });

  it('says why nothing happens, and then what would happen otherwise', async () => {
    await dryRun({ idle: [{ idle: 'not-in-stage', stage: 'Offer' }, { idle: 'not-running' }] });
    expect(screen.text('dry-run-idle-not-in-stage')).toContain('“Offer”');
    expect(screen.has('dry-run-idle-not-running')).toBe(true);
    expect(screen.text('dry-run-result')).toContain('If that were not so');
  });

  it('says of a check that is over that it is, and not that it goes on', async () => {
    const outcome = (status: 'completed' | 'waiting-for-candidate') => ({
      course: { ...course, outcome: { outcome: 'goes-on' as const, status }, start: null },
    });
    await dryRun(outcome('completed'));
    expect(screen.text('dry-run-outcome')).toContain('and it is completed');
    await screen.close();
    await dryRun(outcome('waiting-for-candidate'));
    expect(screen.text('dry-run-outcome')).toContain('and it goes on');
  });

  it('leaves it at that where there is nothing more to be said', async () => {
    await dryRun({ idle: [{ idle: 'test-delivery' }], course: null });
    expect(screen.has('dry-run-idle-test-delivery')).toBe(true);
    expect(screen.has('dry-run-outcome')).toBe(false);
  });

  it('explains by the dictionary what parks a check', async () => {
    const outcome: Course['outcome'] = {
      outcome: 'parks',
      failure: { code: 'TAG-STALE', params: { tags: 'Refapp Template: Retail' } },
    };
    await dryRun({ course: { ...course, outcome, start: null } });
    expect(screen.text('dry-run-reason-code')).toBe('TAG-STALE');
    expect(screen.text('dry-run-reason')).toContain('Refapp Template: Retail');
    language.current = 'sv';
    await settle();
    expect(screen.text('dry-run-outcome')).toContain('skulle inte starta');
  });

  it('shows what it could not read, and asks again on request', async () => {
    const fake = await dryRun({});
    fake.refuse('dry-run', { code: 'LEV-NET', params: {} });
    await screen.click('dry-run-ask');
    expect(screen.text('dry-run-failure-code')).toBe('LEV-NET');
    expect(screen.has('dry-run-result'), 'what was said before is not left standing').toBe(false);
    await screen.click('back-to-connection');
    expect(screen.has('connection')).toBe(true);
  });
});

const audit: PostingAudit = {
  at: NOW,
  left: 0,
  failure: null,
  postings: [
    {
      id: 'posting-2',
      title: 'Store Manager',
      url: 'https://jobs.lever.co/nordvik/posting-2',
      grade: 'stops',
      template: {
        template: 'parks',
        failure: { code: 'TAG-STALE', params: { tags: 'Refapp Template: Retail' } },
      },
      owner: { owner: 'deactivated', name: 'Petra Gran' },
      coverage: 'unchecked',
    },
    {
      id: 'posting-1',
      title: 'Backend Developer',
      url: null,
      grade: 'fine',
      template: { template: 'chosen', name: 'Developers', by: 'tag' },
      owner: { owner: 'fine', name: 'Jonas Ek' },
      coverage: 'covered',
    },
  ],
};

describe('the posting audit', () => {
  it('lists the postings as the host sorted them, and only those with a problem on request', async () => {
    const fake = await open('audit');
    fake.on('audit-postings', () => Promise.resolve({ reply: 'posting-audit', value: audit }));
    await screen.click('audit-run');
    const shown = () => screen.all('audit-row').map((row) => row.dataset['posting']);
    expect(shown()).toEqual(['posting-2', 'posting-1']);
    expect(screen.get('audit-trouble').dataset['code']).toBe('TAG-STALE');
    expect(screen.get('audit-owner').dataset['state']).toBe('deactivated');
    // Of a posting nothing goes on by itself, and nothing is tried again.
    expect(screen.text('audit-mend')).toContain('replace the tag');
    expect(screen.text('audit-mend')).not.toMatch(/Try again|24 hours|your admin/);
    expect(screen.text('audit-template')).toBe('Developers, by the posting’s tag');
    expect(screen.text('audit-count-stops')).toBe('No check can start 1');
    expect(screen.text('audit-unchecked')).toContain('templates only');
    await screen.click('audit-only-problems');
    expect(shown()).toEqual(['posting-2']);
    expect(screen.all('audit-link')).toHaveLength(1);
  });

  it('names the warning, and keeps the tab of the connection marked', async () => {
    const fake = await open('audit');
    const [, posting] = audit.postings;
    if (!posting) throw new Error('there are two');
    const template = { template: 'chosen', name: null, by: 'refapp' } as const;
    const value: PostingAudit = { ...audit, postings: [{ ...posting, grade: 'warns', template }] };
    fake.on('audit-postings', () => Promise.resolve({ reply: 'posting-audit', value }));
    await screen.click('audit-run');
    expect(screen.text('audit-template')).toBe('No tag: Refapp’s own default applies');
    expect(screen.text('audit-why')).toContain('put a template tag on the posting');
    expect(screen.get('nav-connection').getAttribute('aria-current')).toBe('true');
  });

  it('shows how far it is, and can be ended', async () => {
    const fake = await open('audit');
    const answer = later<{ reply: 'posting-audit'; value: PostingAudit }>();
    fake.on('audit-postings', () => answer.promise);
    await screen.click('audit-run');
    fake.show({
      ...fake.overview,
      revision: fake.overview.revision + 1,
      connections: [healthy(NOW, { auditing: { done: 3, total: 14 } })],
    });
    await settle();
    expect(screen.text('audit-progress')).toBe('3 of 14');
    await screen.click('audit-cancel');
    expect(fake.asked.some((one) => one.ask === 'cancel-audit')).toBe(true);
    answer.resolve({ reply: 'posting-audit', value: { ...audit, left: 1 } });
    await settle();
    expect(screen.text('audit-left')).toBe('1 posting was not looked at');
    expect(screen.has('audit-cancel')).toBe(false);
  });

  it('says that there is no posting, or none with a problem', async () => {
    const fake = await open('audit');
    const answer = (postings: PostingAudit['postings']) =>
      fake.on('audit-postings', () =>
        Promise.resolve({ reply: 'posting-audit', value: { ...audit, postings } }),
      );
    answer([]);
    await screen.click('audit-run');
    expect(screen.has('audit-empty')).toBe(true);
    answer(audit.postings.filter((posting) => posting.grade === 'fine'));
    await screen.click('audit-run');
    await screen.click('audit-only-problems');
    expect(screen.has('audit-no-problems')).toBe(true);
  });

  it('says beforehand which optional box it needs, where that is known to be missing', async () => {
    const fake = await open('audit');
    const asked = () => fake.asked.filter((one) => one.ask === 'audit-postings').length;
    expect([screen.has('audit-needs'), asked()]).toEqual([false, 1]);
    const without = rights((right) => (right === 'list-postings' ? 'missing' : 'proven'));
    const view = healthy(NOW);
    fake.show(overview([{ ...view, setup: { ...view.setup, rights: without } }]));
    await screen.click('back-to-connection');
    expect(screen.text('audit-lacks')).toBe('It is not granted now.');
    await screen.click('open-audit');
    expect(asked()).toBe(1);
    expect(screen.has('audit-rights')).toBe(true);
    expect(screen.text('audit-needs')).toContain('“list postings”');
    fake.on('audit-postings', () => Promise.resolve({ reply: 'posting-audit', value: audit }));
    await screen.click('audit-run');
    expect(screen.has('audit-needs')).toBe(false);
  });

  it('names the box that is missing', async () => {
    const fake = await open('audit');
    fake.refuse('audit-postings', { code: 'LEV-403', params: { right: 'list postings' } });
    await screen.click('audit-run');
    expect(screen.text('audit-failure')).toContain('list postings');
    expect(screen.text('audit-failure')).toContain('what does not need it goes on');
  });
});

describe('the test candidate', () => {
  const states = () =>
    ['moved', 'heard', 'accepted', 'written', 'updated'].map(
      (line) => screen.get(`test-line-${line}`).dataset['state'],
    );

  it('warns that it is real, tries first, and proves each line by the story of the check', async () => {
    const fake = await open('test-candidate');
    expect(screen.text('test-real')).toContain('real e-mail');
    expect(screen.has('test-watch'), 'nothing to watch yet').toBe(false);
    fake.on('dry-run', () =>
      Promise.resolve({ reply: 'dry-run', value: { at: NOW, idle: [], course } }),
    );
    let checks: CheckRow[] = [];
    fake.on('checks-of', () =>
      Promise.resolve({
        reply: 'check-window',
        value: { total: 1, counts: {}, needsAction: 0, head: null, offset: 0, rows: checks },
      }),
    );
    await screen.type('test-subject', 'opportunity-1');
    await screen.click('test-ask');
    expect(states()).toEqual(Array(5).fill('waiting'));

    const row = rows(NOW, 1)[0];
    if (!row) throw new Error('there is one');
    checks = [{ ...row, reason: null }];
    fake.rows = checks;
    const tell = async (steps: TimelineStep[]) => {
      const timeline = steps.map((step) => ({ at: NOW, step, params: {} }));
      fake.details.set(row.id, { row: checks[0] ?? row, timeline, note: null });
      fake.push({ event: 'checks-changed', value: healthy(NOW).id });
      await settle();
    };
    await tell(['stage-moved', 'webhook-received', 'form-read', 'start-sent', 'tag-added']);
    expect(states()).toEqual(['proven', 'proven', 'waiting', 'waiting', 'waiting']);
    expect(screen.text('test-done')).toBe('');
    await tell([
      'stage-moved',
      'found-by-polling',
      'accepted',
      'tag-added',
      'note-written',
      'update-received',
    ]);
    expect(states()).toEqual(Array(5).fill('proven'));
    expect(screen.text('test-done')).toContain('from end to end');
    await screen.click('test-clean-project');
    expect((screen.get('test-clean-project') as HTMLInputElement).checked).toBe(true);
  });

  it('says in practice where the board has a candidate and the address', async () => {
    screen = new Screen(new Fake(overview([healthy(NOW)], true)));
    await settle();
    await screen.click('nav-connection');
    await screen.click('open-test-candidate');
    expect(screen.text('test-candidate')).toContain('Open the person’s page there');
    expect(screen.text('test-candidate')).not.toContain('Make a posting');
  });

  it('takes nobody whose check is over already', async () => {
    const fake = await open('test-candidate');
    const outcome = { outcome: 'goes-on', status: 'completed' } as const;
    const value: DryRun = { at: NOW, idle: [], course: { ...course, outcome, start: null } };
    fake.on('dry-run', () => Promise.resolve({ reply: 'dry-run', value }));
    await screen.type('test-subject', 'opportunity-1');
    await screen.click('test-ask');
    expect(screen.text('test-over')).toContain('This is no test candidate');
    expect([screen.has('test-watch'), screen.has('test-clean-up')]).toEqual([false, false]);
  });

  it('says what stopped the check', async () => {
    const fake = await open('test-candidate');
    fake.on('dry-run', () =>
      Promise.resolve({ reply: 'dry-run', value: { at: NOW, idle: [], course } }),
    );
    const row = rows(NOW, 1)[0];
    if (!row) throw new Error('there is one');
    const parked: CheckRow = { ...row, reason: { code: 'CAND-CONTACT', params: {} } };
    fake.rows = [parked];
    fake.on('checks-of', () =>
      Promise.resolve({
        reply: 'check-window',
        value: { total: 1, counts: {}, needsAction: 0, head: null, offset: 0, rows: [parked] },
      }),
    );
    await screen.type('test-subject', 'opportunity-1');
    await screen.click('test-ask');
    expect(screen.text('test-reason-code')).toBe('CAND-CONTACT');
  });
});

import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Code } from '../src/backend/types/Code';
import type { EventReport } from '../src/backend/types/EventReport';
import { search } from '../src/help/dictionary';
import { failures } from '../src/help/failures';
import { parked } from '../src/help/parked';
import { codes, errorText } from '../src/i18n/errors';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import {
  connection,
  diagnostics,
  finding,
  healthy,
  HOUR,
  overview,
  rights,
  setup,
  steps,
} from './scenes';
import { Screen, settle } from './screens';

const found = (wanted: string): Code[] => search(wanted).codes;

const NOW = Date.UTC(2026, 10, 23, 12);
let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

function open(fake: Fake): Fake {
  screen = new Screen(fake);
  return fake;
}

const shown = () => screen.all('error-entry').map((one) => one.dataset['code']);

async function flaws(): Promise<string[]> {
  // Without layout there is nothing to say about contrast and size: the window tests do.
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false } },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

describe('the error dictionary', () => {
  it('has every code once, by what it is about, and says what, why, how and who', async () => {
    open(new Fake(overview([])));
    await screen.click('help');
    await screen.click('help-errors');
    expect([...shown()].sort()).toEqual([...codes].sort());
    const entry = screen.all('error-entry').find((one) => one.dataset['code'] === 'REF-TOKEN');
    const { title, what, why, mend } = errorText({ code: 'REF-TOKEN', params: {} });
    for (const text of [title, what, why, ...mend, 'Refapp Administrator']) {
      expect(entry?.textContent).toContain(text);
    }
    expect(screen.text('errors-count')).toBe(`${codes.length} codes`);
  });

  it('finds a code as it is heard, and as the line that is read out has it', () => {
    expect(found('lev403')).toEqual(['LEV-403']);
    expect(found('LEV-403 delete opportunity note')).toEqual(['LEV-403']);
    expect(found('lev 403')).toEqual(['LEV-403']);
    expect(found('lev 403 delete opportunity note')).toEqual(['LEV-403']);
  });

  it('finds a code whose digits and signs are spelt out', () => {
    for (const heard of [
      'lev four oh one',
      'LEV 4 oh 1',
      'lev fyra noll ett',
      'lev dash four o one',
      'lev 4o1',
    ]) {
      expect(found(heard)).toEqual(['LEV-401']);
    }
    expect(found('tag dash stale')).toEqual(['TAG-STALE']);
    for (const heard of [
      'lev four hundred and one',
      'four hundred one',
      'lev fyrahundraett',
      'fyra hundra ett',
      'lev for oh won',
      'el ee vee four zero one',
      'ell e ve fyra noll ett',
    ]) {
      expect(found(heard), heard).toEqual(['LEV-401']);
    }
    expect(found('lev for oh three')).toEqual(['LEV-403']);
    expect(found('for oh three')).toEqual(['LEV-403']);
    expect(found('lev four hundred and twenty nine')).toEqual(['LEV-429']);
    expect(found('ref fyrahundratjugonio')).toEqual(['REF-429']);
    expect(found('el ee vee user')).toEqual(['LEV-USER']);
    expect(found('ell e ve user')).toEqual(['LEV-USER']);
    expect(found('oh ay you tee aitch scope')).toEqual(['OAUTH-SCOPE']);
  });

  it('takes the name of a permission for the code of one that lacks', () => {
    for (const right of ['read posting', 'list webhooks', 'create opportunity note']) {
      expect(found(right)[0], right).toBe('LEV-403');
    }
    expect(found('read posting')).toContain('LEV-CONFIDENTIAL');
  });

  it('knows what people say of a state that several codes have', () => {
    expect(found('needs attention')[0]).toBe('REF-WARNINGS');
    expect(found('two checks need attention')[0]).toBe('REF-WARNINGS');
    expect(found('behöver åtgärdas')).toContain('CAND-CONTACT');
    expect(found('nobody gets a status')[0]).toBe('REF-BEARER');
    expect(found('ingen status')).toContain('REF-UPDATES');
    expect(found('check finished')[0]).toBe('REF-WARNINGS');
    expect(found('reference declined')[0]).toBe('REF-FAILED');
    expect(found('referensen avböjde')[0]).toBe('REF-FAILED');
  });

  it('says first that nothing is wrong where a referee declined', async () => {
    open(new Fake(overview([])));
    await screen.click('help');
    await screen.click('help-errors');
    for (const said of [
      'reference declined',
      'referee declined',
      'referens avböjd',
      'tackade nej',
    ]) {
      await screen.type('errors-search', said);
      expect(screen.text('errors-answer'), said).toContain('A referee declined: nothing is wrong');
    }
    await screen.type('errors-search', 'LEV-403');
    expect(screen.has('errors-answer')).toBe(false);
  });

  it('asks whether a code was misheard, and shows what fits most where nothing fits whole', () => {
    expect(search('tag steel')).toEqual({ codes: ['TAG-STALE'], fit: 'near' });
    expect(search('leave stage')).toEqual({ codes: ['LEV-STAGE'], fit: 'near' });
    // What stands in some text by chance does not look certain.
    const leave = search('leave user');
    expect([leave.codes[0], leave.fit]).toEqual(['LEV-USER', 'near']);
    expect(search('the stage xyzzy').fit).toBe('partly');
    expect(found('the stage xyzzy')[0]).toContain('STAGE');
  });

  it('knows the words that people and the report have', () => {
    for (const words of ['parked', 'need attention', 'template not found', 'mall saknas']) {
      expect(found(words), words).toContain('TAG-STALE');
    }
    expect(found('template not found')[0]).toBe('TAG-STALE');
    expect(found('steg borta')[0]).toBe('LEV-STAGE');
    expect(found('kräver åtgärd')).toContain('CAND-CONTACT');
  });

  it('finds codes before titles, and titles before the other texts', () => {
    expect(found('wh off')[0]).toBe('LEV-WH-OFF');
    const [first, ...others] = found('token');
    expect(first).toBe('REF-TOKEN');
    expect(others.indexOf('REF-ENV')).toBeGreaterThanOrEqual(0);
    const clock = found('clock');
    expect(clock[0]).toBe('NET-CLOCK');
    expect(clock).toContain('LEV-NET');
  });

  it('helps on when nothing is found', async () => {
    open(new Fake(overview([])));
    await screen.click('help');
    await screen.click('help-errors');
    await screen.type('errors-search', 'xyzzy plugh qwertz');
    expect(shown()).toEqual([]);
    expect(screen.text('errors-count')).toContain('LEV-403');
    expect(await flaws()).toEqual([]);
  });

  it('names both ways in where it is not known which one a connection has', () => {
    const failure = { code: 'LEV-403' as const, params: { right: 'list users' } };
    const [key, oauth, both] = [
      errorText(failure, { way: 'api-key' }).mend.join(' '),
      errorText(failure, { way: 'oauth' }).mend.join(' '),
      errorText(failure).mend.join(' '),
    ] as const;
    expect([key.includes('API Credentials'), key.includes('OAuth')]).toEqual([true, false]);
    expect([oauth.includes('API Credentials'), oauth.includes('With OAuth')]).toEqual([
      false,
      false,
    ]);
    expect([both.includes('API Credentials'), both.includes('With OAuth')]).toEqual([true, true]);
    expect(both).toContain('“list users”');
  });

  it('says how to mend it where the app runs, and folds the way of a server where that is not known', async () => {
    const failure = { code: 'LEV-STAGE' as const, params: { stage: 'Reference check' } };
    const mend = (host: 'desktop' | 'headless') => errorText(failure, { host }).mend;
    expect(errorText(failure).mend).toEqual(mend('desktop'));
    expect(mend('headless').join(' ')).toContain('trigger_stage');
    expect(mend('desktop').join(' ')).not.toContain('trigger_stage');
    open(new Fake(overview([])));
    await screen.click('help');
    await screen.click('help-errors');
    await screen.type('errors-search', 'LEV-STAGE');
    expect(screen.text('error-entry')).not.toContain('trigger_stage');
    await screen.click('error-server');
    expect(screen.text('error-entry')).toContain('trigger_stage');
    await screen.type('errors-search', 'REF-FAILED');
    expect(screen.has('error-server')).toBe(false);
  });

  it('is searched by code and by every text in both languages, whatever the accents and the case', () => {
    expect(found('lev-401')).toEqual(['LEV-401']);
    expect(found('LEV 401')).toEqual(['LEV-401']);
    const swedish: Code[] = found('godtog inte NYCKELN');
    expect(swedish).toContain('LEV-401');
    expect(found('atkomst').length).toBeGreaterThan(0);
    expect(found('ATKOMST')).toEqual(found('åtkomst'));
    expect(found('xyzzy plugh qwertz')).toEqual([]);
  });

  it('finds while one types', async () => {
    open(new Fake(overview([])));
    await screen.click('help');
    await screen.click('help-errors');
    await screen.type('errors-search', 'oauth-late');
    expect(shown()).toEqual(['OAUTH-LATE']);
    expect(screen.text('errors-count')).toBe('1 code');
    expect(await flaws()).toEqual([]);
  });

  it('is there when the host gives no overview', async () => {
    const fake = new Fake(overview([]));
    fake.deafen({ code: 'APP-INTERNAL', params: {} });
    fake.refuse('overview', { code: 'APP-STORE', params: {} });
    open(fake);
    await settle();
    await screen.click('start-failure-code');
    expect(document.activeElement?.closest('li')?.dataset['code']).toBe('APP-STORE');
    expect(shown()).toHaveLength(codes.length);
  });

  it('opens at the code of a failure, and leads back to where one was with what was typed', async () => {
    const fake = open(
      new Fake(
        overview([
          connection({
            dataCentre: 'eu',
            wayIn: 'api-key',
            setup: setup({ current: 'lever', steps: steps({}) }),
          }),
        ]),
      ),
    );
    fake.refuse('set-api-key', { code: 'LEV-401', params: {} });
    await screen.type('lever-key', 'half-a-key');
    await screen.click('lever-prove');
    const link = screen.get('step-failure-code');
    link.focus();
    await screen.click('step-failure-code');
    const asked = document.querySelector('[data-testid="error-entry"][data-code="LEV-401"] h3');
    expect(document.activeElement).toBe(asked);
    expect(screen.get('lever-key').closest('[hidden]')).not.toBeNull();
    await screen.click('help-back');
    expect(screen.has('errors')).toBe(false);
    expect(document.activeElement).toBe(screen.get('step-failure-code'));
    expect((screen.get('lever-key') as HTMLInputElement).value).toBe('half-a-key');
  });

  it('can be looked into from an open dialog, which is there again afterwards', async () => {
    const fake = open(new Fake(overview([healthy(NOW)])));
    fake.refuse('disconnect', { code: 'APP-KEYCHAIN', params: {} });
    await screen.click('nav-connection');
    await screen.click('settings-disconnect');
    await screen.click('confirm-disconnect-yes');
    const dialog = screen.get('confirm-disconnect') as HTMLDialogElement;
    screen.get('failure-code').focus();
    await screen.click('failure-code');
    expect([dialog.open, screen.has('errors')]).toEqual([false, true]);
    await screen.click('help-back');
    expect(dialog.open).toBe(true);
    expect(document.activeElement).toBe(screen.get('failure-code'));
  });

  it('goes away when another screen is wanted', async () => {
    open(new Fake(overview([healthy(NOW)])));
    await screen.click('help');
    await screen.click('help-errors');
    expect(screen.get('nav-checks').hasAttribute('aria-current')).toBe(false);
    await screen.click('nav-connection');
    expect([screen.has('errors'), screen.has('connection')]).toEqual([false, true]);
  });
});

describe('the help', () => {
  it('has the line to read out, in the language of the screen and on every screen', async () => {
    const [first, second] = [healthy(NOW), connection({ id: 'second', name: 'Sandbox' })];
    first.readOut = { en: 'how it is', sv: 'hur det är' };
    second.readOut = { en: 'how the other is', sv: 'hur den andra är' };
    open(new Fake(overview([first, second])));
    const lines = () => screen.all('read-out').map((one) => one.textContent);
    for (const go of ['nav-checks', 'nav-connection', 'health', 'help-errors']) {
      await screen.click(go);
      expect(lines(), go).toEqual(['how it is', 'how the other is']);
    }
    language.current = 'sv';
    await settle();
    expect(lines()).toEqual(['hur det är', 'hur den andra är']);
    await screen.choose('connection-switch', 'second');
    expect(lines()).toEqual(['hur den andra är', 'hur det är']);
  });

  it('has nothing to read out where there is no connection', () => {
    open(new Fake(overview([])));
    expect(screen.has('read-out')).toBe(false);
  });

  it('opens and closes by its button, by Escape and by leaving it', async () => {
    open(new Fake(overview([])));
    const expanded = () => screen.get('help').getAttribute('aria-expanded');
    await screen.click('help');
    expect(expanded()).toBe('true');
    expect(await flaws()).toEqual([]);
    screen
      .get('help')
      .dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await settle();
    expect(expanded()).toBe('false');
    await screen.click('help');
    document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    await settle();
    expect(expanded()).toBe('false');
  });
});

describe('the diagnostics', () => {
  async function look(fake = new Fake(overview([healthy(NOW)]))): Promise<Fake> {
    open(fake);
    await screen.click('help');
    await screen.click('help-diagnostics');
    return fake;
  }

  it('are shown to the last byte, and are saved by the host as it showed them', async () => {
    const fake = await look();
    expect(screen.get('diagnostics-text').textContent).toBe('{\n  "å": 1\n}\n');
    expect(screen.text('diagnostics-name')).toContain('14 bytes');
    expect(screen.get('diagnostics-text').tabIndex).toBe(0);
    await screen.click('diagnostics-save');
    expect(screen.text('diagnostics-path')).toContain('/home/astrid/Downloads/');
    expect(fake.asked.at(-1)).toEqual({ ask: 'save-text-file' });
    expect(await flaws()).toEqual([]);
  });

  it('say why they could not be made or saved', async () => {
    const fake = new Fake(overview([healthy(NOW)]));
    fake.refuse('diagnostics', { code: 'APP-DAMAGED', params: {} });
    await look(fake);
    expect(screen.text('diagnostics-failure-code')).toBe('APP-DAMAGED');
    fake.on('diagnostics', () =>
      Promise.resolve({ reply: 'text-file', value: { name: 'a.json', text: '{}' } }),
    );
    await screen.click('diagnostics-make');
    fake.refuse('save-text-file', { code: 'APP-SAVE', params: {} });
    await screen.click('diagnostics-save');
    expect(screen.text('diagnostics-save-failure-code')).toBe('APP-SAVE');
    expect(screen.has('diagnostics-path')).toBe(false);
  });
});

describe('why checks wait', () => {
  it('is told by code, each candidate once, of one connection', () => {
    const event = (connection: string, opportunity: string, code: Code): EventReport => ({
      at: 0,
      connection,
      opportunity,
      posting: 'posting-1',
      kind: 'step',
      step: 'parked',
      code,
      decision: null,
      right: null,
      postingHidden: false,
      answered: null,
      expected: null,
    });
    const events = [
      event('Nordvik', 'one', 'TAG-STALE'),
      event('Nordvik', 'two', 'TAG-STALE'),
      event('Nordvik', 'two', 'TAG-STALE'),
      event('Sandbox', 'three', 'CAND-CONTACT'),
    ];
    expect(parked(events, 'Nordvik')).toEqual([
      { code: 'TAG-STALE', postings: [{ posting: 'posting-1', candidates: ['one', 'two'] }] },
    ]);
    expect(parked(events, 'Elsewhere')).toEqual([]);
  });
});

describe('failures, and what did not start', () => {
  it('has the moves of which nothing has become', () => {
    const event = (opportunity: string, what: object): EventReport =>
      ({ at: 0, connection: 'Nordvik', opportunity, posting: null, ...what }) as EventReport;
    const move = { kind: 'webhook', about: 'stage-change', intoTriggerStage: true, done: false };
    const step = (name: string) => ({ kind: 'step', step: name, code: null });
    const events = [
      event('waits', move),
      event('started', move),
      event('started', step('accepted')),
      event('elsewhere', { ...move, intoTriggerStage: false }),
    ];
    expect(failures(events).map(({ opportunity }) => opportunity)).toEqual(['waits']);
  });
});

describe('diagnostics that somebody sent', () => {
  const bare = {
    code: null,
    decision: null,
    right: null,
    postingHidden: false,
    answered: null,
    expected: null,
  };

  async function read(sent = diagnostics(NOW)): Promise<Fake> {
    const fake = open(new Fake(overview([healthy(NOW)])));
    fake.on('read-diagnostics', () => Promise.resolve({ reply: 'diagnostics', value: sent }));
    await screen.click('help');
    await screen.click('help-sent');
    await screen.pick('diagnostics-open', 'what was sent');
    return fake;
  }

  it('open as a report that names its file, worst first, with what is missing and why', async () => {
    const fake = await read();
    expect(fake.asked.at(-1)).toEqual({ ask: 'read-diagnostics', text: 'what was sent' });
    expect(document.activeElement?.id).toBe('report-title');
    expect(document.activeElement?.textContent).toContain('picked');
    const [first] = screen.all('report-connection');
    expect(first?.textContent).toContain('Nordvik AB');
    expect(screen.all('finding-code').map((one) => one.textContent.trim())).toEqual([
      'REF-TOKEN',
      'NET-CLOCK',
    ]);
    for (const text of [
      '7 minutes off',
      'proxy.example.com:8080',
      '420 s fast',
      'Checks – queued: 2, running in Refapp: 6, completed: 2, to do: 1',
      'API key',
      'relay.example.com',
      'Sent to Refapp 1, Waiting for candidate 5',
      // What is saved already is not called open.
      'saved, waits for the step “Lever”',
    ]) {
      expect(first?.textContent).toContain(text);
    }
    expect(screen.text('report-unproven')).toContain('add opportunity tag');
    expect(screen.text('report')).toContain('20.7 GB');
    expect(screen.text('report-healthy-since')).toMatch(
      /^Healthy since 23 Nov 2026, 18:00:00 at least/,
    );
    // That the set-up ends with a look at it all is nothing that can be mended.
    expect(document.querySelector('[data-testid="report-steps"] [data-step="done"]')).toBeNull();
    // One way to another file, and nothing of this app’s own state beside what the file says.
    expect([screen.has('diagnostics-open-other'), screen.has('diagnostics-open-choose')]).toEqual([
      true,
      false,
    ]);
    expect(getComputedStyle(screen.get('health')).visibility).toBe('hidden');
    expect(await flaws()).toEqual([]);

    // An entry of the dictionary lies over the report, and the report is still there after it.
    screen.all('finding-code')[0]?.focus();
    screen.all('finding-code')[0]?.click();
    await settle();
    expect(screen.get('diagnostics-sent').closest('[hidden]')).not.toBeNull();
    document
      .querySelector<HTMLElement>('[data-testid="errors"] [data-testid="help-back"]')
      ?.click();
    await settle();
    expect(screen.get('diagnostics-sent').closest('[hidden]')).toBeNull();
    expect(document.activeElement).toBe(screen.all('finding-code')[0]);
  }, 30_000);

  it('say of stage changes that only the webhook tells of them that nobody knows whether it still does', async () => {
    const sent = diagnostics(NOW);
    const [well] = sent.connections;
    if (!well) throw new Error('there is one');
    await read(sent);
    expect(screen.has('report-alone')).toBe(false);
    await screen.close();
    well.rights = rights((one) => (one === 'list-opportunities' ? 'missing' : 'proven'));
    sent.connections = [well];
    await read(sent);
    expect(screen.text('report-alone')).toContain('when a candidate is moved');
  }, 30_000);

  it('say what is turned away and what was taken, in the colour of the box', async () => {
    const sent = diagnostics(NOW);
    const [well] = sent.connections;
    if (well?.statusUpdates == null) throw new Error('a connection that starts checks');
    const bearer = { code: 'REF-BEARER' as const, params: {} };
    well.findings = [{ ...finding(NOW - HOUR, bearer, 'admin', false), worked: NOW - 2 * HOUR }];
    well.statusUpdates = {
      ...well.statusUpdates,
      state: 'turned-away',
      last: NOW - 2 * HOUR,
      turnedAway: { since: NOW - HOUR, last: NOW - HOUR, times: 3 },
    };
    well.steps = [{ step: 'channels', state: 'failed', failure: bearer }];
    sent.connections = [well];
    sent.app.host = 'headless';
    await read(sent);
    const away = screen.text('report-turned-away');
    expect(away).toContain('Turned away 3 times since 23 Nov 2026, 20:00:00');
    expect(away).toContain('Last taken: 23 Nov 2026, 19:00:00');
    const line = screen.get('report-turned-away').parentElement;
    expect(line?.textContent).not.toContain('Arrives');
    const step = document.querySelector('[data-step="channels"]');
    expect(step?.textContent).toContain('has a fault');
    expect(step?.querySelector('.warning')).not.toBeNull();
    expect(step?.querySelector('.danger')).toBeNull();
    // On a server the same people as above it.
    expect(screen.text('finding-owner')).toContain('the customer’s IT');
    expect(screen.text('finding')).toContain('completed there');
    // Of one connection every event is.
    expect(document.querySelectorAll('[data-testid="report-events"] th')).toHaveLength(3);
    expect(await flaws()).toEqual([]);
  }, 30_000);

  it('say that one new key mends two faults, and what was not shown', async () => {
    const sent = diagnostics(NOW);
    const [well] = sent.connections;
    const [event] = sent.events;
    if (well === undefined || event === undefined) throw new Error('a connection with events');
    const right = { code: 'LEV-403' as const, params: { right: 'read posting' } };
    well.findings = [finding(NOW - HOUR, right, 'lever-super-admin', true)];
    well.rights = rights((one) => (one === 'read-posting' ? 'missing' : 'proven'));
    well.counts.needsAttention = 1;
    sent.connections = [well];
    sent.app.host = 'headless';
    const parkedOne = { ...event, connection: well.name, posting: null } as EventReport;
    const code = 'LEV-CONFIDENTIAL' as const;
    sent.events = [
      { ...parkedOne, kind: 'step', step: 'parked', ...bare, code },
      { ...parkedOne, kind: 'step', step: 'read-from-lever', ...bare, postingHidden: true },
    ];
    await read(sent);
    expect(screen.text('report-one-key')).toContain('LEV-403 and LEV-CONFIDENTIAL');
    expect(screen.text('report-parked')).toContain('1 candidate, posting not known');
    expect(screen.text('report-events')).toContain('posting not shown');
    expect(screen.text('report-events')).not.toContain('Candidate and posting read');
    expect(screen.text('report-rights-at')).toContain('all last checked');
    expect(screen.text('report-rights-lost')).toContain('“read posting” missing since 23 Nov 2026');
    // A key is nobody's consent.
    expect(screen.text('finding')).not.toContain('status”');
    // A stand-in that no other file has would only mislead.
    expect(screen.text('report-connection')).not.toContain('0123456789ab');
    for (const text of ['The name is in', 'Refapp’s own default', 'Swedish', 'every 60 seconds']) {
      expect(screen.text('report-connection')).toContain(text);
    }
    expect(await flaws()).toEqual([]);
  }, 30_000);

  it('of a connection that only looks on say nothing of what it does not need', async () => {
    const sent = diagnostics(NOW);
    const [well] = sent.connections;
    if (well === undefined) throw new Error('a connection');
    Object.assign(well, { mode: 'observer', stageChanges: null, statusUpdates: null });
    sent.connections = [well];
    await read(sent);
    const text = screen.text('report-connection');
    expect(text).toContain('only looks on');
    for (const gone of ['Not set up yet', 'Status from Refapp', 'Refapp’s address']) {
      expect(text).not.toContain(gone);
    }
  });

  it('tell times by the clock of the computer that made them, and name its zone', async () => {
    await read();
    expect(screen.text('report-zone')).toContain('Asia/Tokyo (GMT+9)');
    // NOW is noon UTC.
    expect(screen.text('report-made')).toContain('21:00:00');
    const [finding] = screen.all('findings');
    expect(finding?.textContent).toContain('20:00:00');
    expect(finding?.textContent).toContain('last worked 23 Nov 2026, 19:59:55');
  });

  it('tell what happened last, and only the failures of it where that is wanted', async () => {
    await read();
    const rows = () => document.querySelectorAll('[data-testid="report-events"] tbody tr').length;
    expect([screen.text('report-events-count'), rows()]).toEqual(['7 of 7 events', 7]);
    expect(screen.text('report-events')).toContain('1 of 3');
    await screen.click('report-only-failures');
    expect([screen.text('report-events-count'), rows()]).toEqual(['3 of 7 events', 3]);
    // The page is no longer than what it shows, and the next file is at hand.
    const kept = screen.get('report-events').parentElement?.style.minBlockSize;
    expect(kept).toBe('');
    expect(screen.get('diagnostics-open-other').closest('header')).not.toBeNull();
    const codes = screen.all('report-event-code').map((one) => one.textContent.trim());
    expect(codes).toEqual(['CAND-CONTACT', 'LEV-WRITE', 'REF-TOKEN']);
    expect(screen.text('report-events')).toContain('“delete opportunity note” was refused');
    expect(await flaws()).toEqual([]);
  }, 30_000);

  it('are read where they are dropped, while the page for it is on screen', async () => {
    const fake = await read();
    const drop = () => {
      const event = new Event('drop', { cancelable: true });
      const dataTransfer = { types: ['Files'], files: [new File(['dropped'], 'dropped.json')] };
      document.dispatchEvent(Object.assign(event, { dataTransfer }));
      return event;
    };
    expect(drop().defaultPrevented).toBe(true);
    await new Promise((done) => setTimeout(done));
    await settle();
    expect(fake.asked.at(-1)).toEqual({ ask: 'read-diagnostics', text: 'dropped' });
    expect(screen.text('report-title')).toContain('dropped.json');
    await screen.click('help-errors');
    expect(drop().defaultPrevented).toBe(false);
  });

  it('that cannot be read say so, and what was read before is gone', async () => {
    const fake = await read();
    expect(screen.has('report')).toBe(true);
    fake.refuse('read-diagnostics', { code: 'APP-BUNDLE', params: {} });
    await screen.pick('diagnostics-open', '{}');
    expect(screen.text('diagnostics-open-failure-code')).toBe('APP-BUNDLE');
    expect(screen.has('report')).toBe(false);
  });
});

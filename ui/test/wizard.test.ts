import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionView } from '../src/backend/types/ConnectionView';
import type { LeverSetup } from '../src/backend/types/LeverSetup';
import type { Setup } from '../src/backend/types/Setup';
import { language } from '../src/i18n/locale.svelte';
import { Fake } from './fake';
import { connection, overview, rights, setup, stages, steps, users } from './scenes';
import { later, Screen, settle } from './screens';

let screen: Screen;

afterEach(async () => {
  await screen.close();
  language.current = 'en';
});

function open(change: Partial<Setup>, view: Partial<ConnectionView> = {}, practice = false): Fake {
  const fake = new Fake(overview([connection({ ...view, setup: setup(change) })], practice));
  screen = new Screen(fake);
  return fake;
}

const allOpen = steps({});

describe('the wizard', () => {
  it('opens at the step that the host names', () => {
    open({ current: 'rights', steps: allOpen });
    expect(screen.has('wizard-rights')).toBe(true);
    expect(screen.get('step-rights').getAttribute('aria-current')).toBe('step');
  });

  it('goes to any step that is not blocked, and to no other', async () => {
    open({ steps: steps({ stage: 'blocked' }) });
    await screen.click('step-channels');
    expect(screen.has('wizard-channels')).toBe(true);
    await screen.click('step-stage');
    expect(screen.has('wizard-channels')).toBe(true);
    await screen.click('wizard-back');
    expect(screen.has('wizard-rights')).toBe(true);
  });

  it('puts the focus on the heading of the step', async () => {
    open({ steps: allOpen });
    await screen.click('step-lever');
    expect(document.activeElement?.id).toBe('step-title');
  });

  it('never waits for the token on the way to Lever', async () => {
    const fake = open({});
    await screen.click('refapp-later');
    expect(screen.has('wizard-data-centre')).toBe(true);
    expect(fake.asked.some((one) => one.ask === 'set-refapp')).toBe(false);
  });

  it('does not offer to go on without the token where nothing else is left', async () => {
    open({ steps: steps({ refapp: 'open', stage: 'open', done: 'blocked' }, 'done') });
    expect([screen.has('refapp-later'), screen.has('refapp-last')]).toEqual([true, false]);
    await screen.close();
    open({ steps: steps({ refapp: 'open', done: 'blocked' }, 'done') });
    expect(screen.has('refapp-later')).toBe(false);
    expect(screen.text('refapp-last')).toContain('Only the account token is missing.');
  });

  it('proves a stored token again without asking for it, and replaces it on request', async () => {
    const fake = open({
      refapp: { url: 'https://app.refapp.se', tokenHint: '7Qd2', provenAt: null },
      steps: allOpen,
    });
    expect(screen.has('refapp-token')).toBe(false);
    expect(screen.text('refapp-token-stored')).toContain('7Qd2');
    await screen.click('refapp-prove');
    expect(fake.asked[0]).toMatchObject({ url: 'https://app.refapp.se', token: null });
    await screen.click('step-refapp');
    await screen.click('refapp-token-stored-replace');
    expect(screen.has('refapp-token')).toBe(true);
  });

  it('keeps what is stored after all, and goes on where it was', async () => {
    const stored = { url: 'https://app.refapp.se', tokenHint: '7Qd2', provenAt: null };
    const lever = {
      ...setup().lever,
      keyHint: 'k3Yz',
      clientId: 'client',
      clientSecretHint: 'x9Qe',
    };
    const settings = { refapp: stored, lever, updateBearerHint: '19fk', steps: allOpen };
    for (const [current, wayIn, secret] of [
      ['refapp', 'api-key', 'refapp-token'],
      ['lever', 'api-key', 'lever-key'],
      ['lever', 'oauth', 'oauth-client-secret'],
      ['channels', 'api-key', 'update-bearer'],
    ] as const) {
      const fake = open({ ...settings, current }, { dataCentre: 'us', wayIn });
      await screen.click(`${secret}-stored-replace`);
      expect(document.activeElement, secret).toBe(screen.get(secret));
      await screen.type(secret, 'half a secr');
      await screen.click(`${secret}-keep`);
      expect(screen.has(secret)).toBe(false);
      expect(document.activeElement, secret).toBe(screen.get(`${secret}-stored-replace`));
      await screen.click(`${secret}-stored-replace`);
      expect((screen.get(secret) as HTMLInputElement).value).toBe('');
      expect(fake.asked).toEqual([]);
      await screen.close();
    }
    open({});
  });

  it('has a refused key still there after a change of the data centre', async () => {
    const fake = open({ current: 'lever', steps: allOpen }, { dataCentre: 'us', wayIn: 'api-key' });
    fake.refuse('set-api-key', { code: 'LEV-DC', params: {} });
    await screen.type('lever-key', 'a-key-of-the-eu');
    await screen.click('lever-prove');
    await screen.click('step-data-centre');
    await screen.click('step-lever');
    expect((screen.get('lever-key') as HTMLInputElement).value).toBe('a-key-of-the-eu');
    fake.on('set-api-key', () => Promise.resolve({ reply: 'done' }));
    await screen.click('lever-prove');
    await screen.click('step-lever');
    expect((screen.get('lever-key') as HTMLInputElement).value).toBe('');
  });

  it('offers to go over to the data centre of a key that was refused, with the same key', async () => {
    const fake = open({ current: 'lever', steps: allOpen }, { dataCentre: 'us', wayIn: 'api-key' });
    fake.refuse('set-api-key', { code: 'LEV-DC', params: { data_centre: 'EU' } });
    await screen.type('lever-key', 'a-key-of-the-eu');
    await screen.click('lever-prove');
    expect(screen.text('lever-switch')).toBe('Switch to EU and check the key');
    fake.on('set-api-key', () => Promise.resolve({ reply: 'done' }));
    await screen.click('lever-switch');
    await settle();
    const orders = fake.asked.filter((one) => one.ask !== 'overview');
    expect(orders).toMatchObject([
      { ask: 'set-api-key', key: 'a-key-of-the-eu' },
      { ask: 'set-data-centre', dataCentre: 'eu', wayIn: 'api-key' },
      { ask: 'set-api-key', key: 'a-key-of-the-eu' },
    ]);
    expect(screen.has('wizard-acting-user')).toBe(true);
  });

  it('does not take a running connection apart by that', async () => {
    const finished = { current: 'lever' as const, steps: allOpen, finished: true };
    const fake = open(finished, { dataCentre: 'us', wayIn: 'api-key' });
    await screen.click('nav-connection');
    await screen.click('setup-lever-change');
    fake.refuse('set-api-key', { code: 'LEV-DC', params: { data_centre: 'EU' } });
    await screen.type('lever-key', 'a-key-of-the-eu');
    await screen.click('lever-prove');
    expect([screen.has('step-failure'), screen.has('lever-switch')]).toEqual([true, false]);
  });

  it('says whose turn it is, and leads there', async () => {
    const access = { what: 'access', who: 'lever-super-admin', step: 'lever' } as const;
    open({
      steps: allOpen,
      halves: [
        { half: 'refapp', waits: null },
        { half: 'lever', waits: access },
      ],
    });
    expect(screen.text('half-refapp')).toContain('works');
    expect(screen.text('half-lever')).toContain('waits for Lever Super Admin, perhaps you');
    await screen.click('half-lever-open');
    expect(screen.has('wizard-lever')).toBe(true);
  });

  it('opens in the list, too, what a half waits for', async () => {
    const address = { what: 'update-address', who: 'admin', step: 'channels' } as const;
    open({
      steps: steps({ channels: 'blocked', stage: 'blocked' }),
      halves: [{ half: 'refapp', waits: address }],
    });
    expect(screen.get('step-stage').getAttribute('aria-disabled')).toBe('true');
    expect(screen.get('step-channels').getAttribute('aria-disabled')).toBeNull();
    await screen.click('step-channels');
    expect(screen.has('wizard-channels')).toBe(true);
    // Nobody else has to do it.
    expect(screen.text('step-who')).toBe('Admin of this app');
  });

  it('says of a key that was refused that it was, and asks for another first', async () => {
    const lever = { ...setup().lever, keyHint: 'k3Yz' };
    const refused = steps({ lever: 'failed' }, 'done').map((one) =>
      one.step === 'lever' ? { ...one, failure: { code: 'LEV-401' as const, params: {} } } : one,
    );
    open({ current: 'lever', steps: refused, lever }, { dataCentre: 'eu', wayIn: 'api-key' });
    expect(screen.text('lever-key-stored')).toContain('refused, ends in k3Yz');
    expect(screen.has('wizard-continue')).toBe(false);
    // By a key there is nothing to consent to.
    expect(screen.text('step-failure')).not.toContain('With OAuth');
    await screen.click('lever-replace');
    expect(document.activeElement).toBe(screen.get('lever-key'));
    await screen.close();
    open({ current: 'lever', steps: allOpen, lever }, { dataCentre: 'eu', wayIn: 'api-key' });
    expect(screen.text('lever-key-stored')).toContain('stored, ends in k3Yz');
  });

  it('says in the review what becomes of those who are in the stage, as far as it may see them', async () => {
    const lists = (state: 'proven' | 'missing') =>
      rights((right) => (right === 'list-opportunities' ? state : 'proven'));
    for (const [state, said] of [
      ['proven', 'you decide on each'],
      ['missing', 'are left alone'],
    ] as const) {
      open({ current: 'done', steps: steps({}, 'done'), rights: lists(state) });
      expect(screen.text('wizard-done')).toContain(said);
      await screen.close();
    }
    open({});
  });

  it('calls what OAuth never asks for so from the start', () => {
    const open18 = rights(() => 'not-provable-yet').map((one) =>
      one.right === 'list-tags' ? { ...one, scope: null } : { ...one, scope: 'some:read' },
    );
    open(
      { current: 'rights', steps: allOpen, rights: open18 },
      { dataCentre: 'us', wayIn: 'oauth' },
    );
    expect(screen.text('right-list-tags')).toContain('Not asked for');
    expect(screen.text('right-list-postings')).toContain('Not proven yet');
  });

  it('goes past what is set and was not seen to work, and marks it by a word', async () => {
    const fake = open({ steps: steps({ rights: 'unproven', channels: 'unproven' }), users });
    expect(screen.text('step-rights')).toContain('saved, waiting for proof');
    await screen.click('step-acting-user');
    await screen.click('acting-user-save');
    expect(fake.asked[0]).toMatchObject({ ask: 'set-acting-user', user: 'u1' });
    expect(screen.has('wizard-stage')).toBe(true);
  });

  it('trims what is pasted, and fills in what practice mode proposes', async () => {
    const fake = open({ steps: allOpen }, {}, true);
    await screen.click('refapp-url-fill');
    await screen.type('refapp-token', '  secret-token\n');
    await screen.click('refapp-prove');
    expect(fake.asked[0]).toMatchObject({ url: 'http://127.0.0.1:47801', token: 'secret-token' });
  });

  it('shows at once why a token was refused, and stays', async () => {
    const fake = open({});
    fake.refuse('set-refapp', { code: 'REF-TOKEN', params: {} });
    await screen.type('refapp-token', 'wrong');
    await screen.click('refapp-prove');
    expect(screen.get('step-failure').getAttribute('role')).toBe('alert');
    expect(screen.text('step-failure-code')).toBe('REF-TOKEN');
    expect((screen.get('refapp-token') as HTMLInputElement).value).toBe('wrong');
  });

  it('says on the next step that the token was accepted, and on no later one', async () => {
    open({});
    await screen.type('refapp-token', 'token');
    await screen.click('refapp-prove');
    expect(screen.has('wizard-data-centre')).toBe(true);
    expect(screen.text('step-said')).toBe('Refapp accepted the token.');
    await screen.click('step-refapp');
    expect(screen.has('step-said')).toBe(false);
  });

  it('takes one click for many while the host works', async () => {
    const fake = open({});
    const answer = later<{ reply: 'done' }>();
    fake.on('set-refapp', () => answer.promise);
    await screen.type('refapp-token', 'token');
    await screen.click('refapp-prove');
    await screen.click('refapp-prove');
    expect(fake.asked.filter((one) => one.ask === 'set-refapp')).toHaveLength(1);
    expect(screen.get('refapp-prove').getAttribute('aria-busy')).toBe('true');
    answer.resolve({ reply: 'done' });
    await settle();
    expect(screen.has('wizard-data-centre')).toBe(true);
  });

  it('proposes OAuth in the US and the API key in the EU, and takes either', async () => {
    const fake = open({ current: 'data-centre', steps: allOpen });
    await screen.click('data-centre-us');
    expect((screen.get('way-in-oauth') as HTMLInputElement).checked).toBe(true);
    await screen.click('data-centre-eu');
    expect((screen.get('way-in-api-key') as HTMLInputElement).checked).toBe(true);
    await screen.click('way-in-oauth');
    await screen.click('data-centre-save');
    expect(fake.asked[0]).toMatchObject({ dataCentre: 'eu', wayIn: 'oauth' });
  });

  it('shows the twelve permissions in Lever’s words and order, in both languages', async () => {
    open({ current: 'lever', steps: allOpen }, { dataCentre: 'eu', wayIn: 'api-key' });
    const labels = () =>
      [...screen.get('lever-permissions').querySelectorAll('[lang="en"].label')].map(
        (label) => label.textContent,
      );
    const expected = setup()
      .rights.filter((right) => right.required)
      .map((right) => right.label);
    expect(labels()).toEqual(expected);
    expect(expected).toHaveLength(12);
    language.current = 'sv';
    await settle();
    expect(labels()).toEqual(expected);
    expect(document.documentElement.lang).toBe('sv');
    expect(screen.text('lever-prove')).toBe('Kontrollera nyckeln');
  });
});

describe('the way in by OAuth', () => {
  function at(oauth: LeverSetup['oauth']): Fake {
    const lever: LeverSetup = {
      ...setup().lever,
      clientId: 'client',
      clientSecretHint: 'x9Qe',
      oauth,
    };
    return open({ current: 'lever', steps: allOpen, lever }, { dataCentre: 'us', wayIn: 'oauth' });
  }
  const url = 'https://auth.lever.co/authorize?client_id=client';

  it('starts by the deep link', async () => {
    const fake = at({ state: 'idle' });
    await screen.click('lever-connect');
    expect(fake.asked[0]).toMatchObject({ ask: 'begin-oauth', redirect: 'deep-link' });
  });

  it('has three more ways at hand, and opens them once it is slow', async () => {
    const since = Date.now();
    at({ state: 'in-browser', since, url, redirect: 'deep-link', slow: false, unopened: null });
    expect([screen.has('oauth-ways'), screen.has('oauth-return')]).toEqual([true, false]);
    expect(screen.has('oauth-slow')).toBe(false);
    await screen.close();
    const fake = at({
      state: 'in-browser',
      since,
      url,
      redirect: 'deep-link',
      slow: true,
      unopened: null,
    });
    await settle();
    expect(screen.text('oauth-slow')).toContain('did not come back');
    await screen.click('oauth-open');
    await screen.click('oauth-loopback');
    await screen.type('oauth-return', 'com.refapp.lever://oauth/us?code=1');
    await screen.click('oauth-return-use');
    expect(fake.asked).toMatchObject([
      { ask: 'open-link', url },
      { ask: 'begin-oauth', redirect: 'loopback' },
      { ask: 'paste-oauth-return', address: 'com.refapp.lever://oauth/us?code=1' },
    ]);
  });

  it('puts the focus where work goes on when the button that was pressed is gone', async () => {
    const fake = at({
      state: 'in-browser',
      since: 0,
      url,
      redirect: 'deep-link',
      slow: false,
      unopened: null,
    });
    screen.get('oauth-cancel').focus();
    const lever: LeverSetup = { ...setup().lever, clientId: 'client', clientSecretHint: 'x9Qe' };
    const view = { dataCentre: 'us', wayIn: 'oauth' } as const;
    const stopped = connection({
      ...view,
      setup: setup({ current: 'lever', steps: allOpen, lever }),
    });
    fake.on('cancel-oauth', () => {
      fake.show(overview([stopped]));
      return Promise.resolve({ reply: 'done' });
    });
    await screen.click('oauth-cancel');
    expect(screen.has('oauth-cancel')).toBe(false);
    expect(document.activeElement?.getAttribute('data-testid')).toBe('lever-connect');
  });

  it('finalises by Connect, after the consent came back', async () => {
    const fake = at({ state: 'returned' });
    await screen.click('lever-finalise');
    expect(fake.asked[0]?.ask).toBe('connect-oauth');
    expect(screen.has('wizard-acting-user')).toBe(true);
  });

  it('has a way on from every failure', async () => {
    const fake = at({ state: 'failed', failure: { code: 'OAUTH-DENIED', params: {} } });
    expect(screen.text('oauth-failed-code')).toBe('OAUTH-DENIED');
    await screen.click('lever-connect');
    await screen.click('oauth-loopback');
    expect(fake.asked.map((one) => one.ask)).toEqual(['begin-oauth', 'begin-oauth']);
  });
});

describe('the step of the permissions', () => {
  it('makes the tag carrier by the button that says so, and by no other', async () => {
    const fake = open({ current: 'rights', steps: allOpen });
    expect(screen.text('carrier-text')).toContain('5 permissions are tested on it');
    expect(screen.text('rights-prove')).toBe('Make the helper entry and check');
    await screen.click('rights-read');
    expect(fake.asked[0]).toMatchObject({ ask: 'prove-rights', consent: false });
    await screen.click('rights-prove');
    expect(fake.asked.findLast((one) => one.ask === 'prove-rights')).toMatchObject({
      consent: true,
    });
  });

  it('shows each line’s state, and the remedy of what is missing', () => {
    open({
      current: 'rights',
      steps: allOpen,
      rights: rights((right) => (right === 'list-users' ? 'missing' : 'proven')),
      rightsTried: true,
    });
    expect(screen.get('right-list-users').dataset['state']).toBe('missing');
    expect(screen.text('right-list-users')).toContain('LEV-403');
    expect(screen.get('right-read-user').dataset['state']).toBe('proven');
    expect(screen.has('rights-copy-missing')).toBe(true);
    expect(screen.text('rights-prove')).toBe('Check again');
  });

  it('says when the two are proven that may still be open', () => {
    open({
      current: 'rights',
      steps: allOpen,
      rights: rights((right) =>
        right === 'read-posting' || right === 'add-webhooks' ? 'not-provable-yet' : 'proven',
      ),
    });
    expect(screen.text('right-read-posting')).toContain('Proven by the first check.');
    expect(screen.text('right-add-webhooks')).toContain(
      'Proven at the step “Stage changes and status”.',
    );
    expect(screen.text('right-read-user')).not.toContain('Proven by');
    expect(screen.text('rights-follow')).toBe(
      'Nothing is missing. Still to come: “read posting” with the first check, “add webhooks” in step 6.',
    );
  });
});

describe('the other steps', () => {
  it('say aloud how a line stands, and not every minute when it was last used', () => {
    open(
      { current: 'channels', steps: allOpen },
      {
        stageChanges: {
          state: 'proven',
          address: null,
          last: 0,
          since: null,
          alsoPolling: false,
          turnedAway: null,
          away: null,
          failure: null,
        },
      },
    );
    const line = screen.get('channel-stage-changes');
    expect(screen.get('webhook-switched').dataset['state']).toBe('done');
    expect(line.textContent).toContain('Last arrived');
    const aloud = [...line.querySelectorAll('[role="status"]')].map((one) =>
      one.textContent?.trim(),
    );
    expect([line.getAttribute('role'), aloud]).toEqual([null, ['Arrives']]);
    // Without the permission to ask, nobody knows whether it still does.
    expect(screen.text('channel-alone')).toContain('when a candidate is moved');
  });

  it('make a bearer that is seen once, and sent with the address', async () => {
    const publicUrl = 'https://relay.example.com';
    const fake = open({ current: 'channels', steps: allOpen, publicUrl });
    expect(screen.text('step-beside')).toContain('No secret is entered yet');
    await screen.click('update-bearer-make');
    expect(screen.text('step-beside')).not.toContain('secret');
    expect(screen.text('update-bearer-choice')).toContain('hand it to Refapp’s support');
    const { value } = screen.get('update-bearer') as HTMLInputElement;
    expect(value).toMatch(/^[0-9a-f]{48}$/);
    expect(screen.has('update-bearer-copy')).toBe(true);
    await screen.click('channels-save');
    const order = fake.asked.find((one) => one.ask === 'set-channels');
    expect(order).toMatchObject({ publicUrl, updateBearer: value });
    await screen.click('step-channels');
    expect(document.body.innerHTML).not.toContain(value);
  });

  it('ask for nothing to be handed over in practice', async () => {
    const halves: Setup['halves'] = [
      { half: 'refapp', waits: { what: 'first-status', who: 'refapp', step: 'channels' } },
    ];
    open({ current: 'channels', steps: allOpen, halves }, {}, true);
    await settle();
    expect(screen.has('update-bearer-fill')).toBe(false);
    await screen.click('update-bearer-make');
    expect(screen.text('update-bearer-choice')).toContain('nothing to copy');
    expect(screen.has('update-bearer-copy')).toBe(false);
    expect(screen.text('half-refapp')).toContain('waits for the first check');
    await screen.close();
    open({ current: 'channels', steps: allOpen, halves });
    expect(screen.text('half-refapp')).toContain('waits for Refapp’s support');
  });

  it('name in the review what only a later step proves', async () => {
    const awaited = rights((right) => (right === 'read-posting' ? 'not-provable-yet' : 'proven'));
    open({ current: 'done', steps: allOpen, rights: awaited, rightsTried: true });
    expect(screen.text('setup-rights')).toContain('11 of 12');
    expect(screen.text('setup-rights')).toContain(
      'Still to come: “read posting” with the first check',
    );
  });

  it('stay after saving, with what is to be done in Lever, until going on is chosen', async () => {
    const publicUrl = 'https://relay.example.com';
    const view = { current: 'channels' as const, steps: allOpen };
    const fake = open(view);
    expect(screen.get('webhook-registered').dataset['state']).toBe('open');
    expect(screen.has('channels-mail')).toBe(false);
    await screen.type('public-url', publicUrl);
    await screen.click('channels-mail');
    expect(screen.text('support-mail')).toContain('relay.example.com');
    fake.on('set-channels', () => {
      const address = `${publicUrl}/lever/8f3a`;
      const stageChanges = {
        state: 'waiting' as const,
        address,
        last: null,
        since: 0,
        alsoPolling: false,
        turnedAway: null,
        away: null,
        failure: null,
      };
      fake.overview = {
        ...overview([connection({ stageChanges, setup: setup({ ...view, publicUrl }) })]),
        revision: fake.overview.revision + 1,
      };
      return Promise.resolve({ reply: 'done' });
    });
    await screen.click('channels-save');
    expect(screen.get('webhook-registered').dataset['state']).toBe('done');
    expect(screen.text('channel-stage-changes')).toContain('Waiting for the first event');
    expect(screen.text('channels-save')).toBe('Save again');
    const ticks = (testid: string) => screen.get(testid).querySelectorAll('.done').length;
    expect([ticks('webhook-registered'), ticks('webhook-switched')]).toEqual([1, 0]);
    await screen.type('public-url', `${publicUrl}/other`);
    expect(screen.get('wizard-continue').getAttribute('aria-disabled')).toBe('true');
    await screen.type('public-url', publicUrl);
    await screen.click('wizard-continue');
    expect(screen.has('wizard-stage')).toBe(true);
  });

  it('never put a way on that drops what was entered where “Save” was', async () => {
    const order = () =>
      [...document.querySelectorAll<HTMLElement>('footer button')].map(
        (one) => one.dataset['testid'],
      );
    open({ current: 'channels', steps: allOpen, publicUrl: 'https://relay.example.com' });
    const places = ['channels-save', 'wizard-continue', 'wizard-back'];
    expect(order()).toEqual(places);
    await screen.type('update-bearer', '19fk');
    expect(order()).toEqual(places);
    expect(screen.text('channels-save')).toBe('Save');
    await screen.click('wizard-continue');
    expect(screen.has('wizard-channels')).toBe(true);
    expect((screen.get('update-bearer') as HTMLInputElement).value).toBe('19fk');
    expect(screen.text('step-beside')).toContain('Save what you have entered');
    await screen.close();

    open({ current: 'channels', steps: allOpen });
    expect(order()).toEqual(['channels-save', 'channels-later', 'wizard-back']);
    await screen.type('update-bearer', '19fk');
    expect(order()).toEqual(places);
  });

  it('take no second half of a double click that began on the step before', async () => {
    const fake = open({
      current: 'channels',
      steps: allOpen,
      publicUrl: 'https://relay.example.com',
    });
    const click = (detail: number) =>
      screen
        .get('channels-save')
        .dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail }));
    const saved = () => fake.asked.filter((one) => one.ask === 'set-channels').length;
    click(2);
    await settle();
    expect(saved()).toBe(0);
    click(1);
    await settle();
    expect(saved()).toBe(1);
  });

  it('name the trigger stage only where a move into it would start a check', async () => {
    const settings = {
      ...connection().settings,
      trigger_stage: { id: 's-reference', text: 'Reference check' },
    };
    open({ current: 'channels', steps: allOpen, publicUrl: 'https://relay.example.com' });
    expect(screen.text('first-event')).toContain('No check starts before');
    await screen.close();
    open({ steps: allOpen, publicUrl: 'https://relay.example.com', finished: true }, { settings });
    await screen.click('nav-connection');
    await screen.click('setup-channels-change');
    expect(screen.text('first-event')).toContain('not into “Reference check”');
  });

  it('say where the tunnel leads, and do without an address only where the key may list', async () => {
    const bare = { current: 'channels' as const, steps: allOpen, publicUrl: '' };
    const without = open(bare);
    expect(screen.text('receiver-address')).toContain('http://127.0.0.1:47820');
    await screen.click('channels-save');
    expect(without.asked.some((one) => one.ask === 'set-channels')).toBe(false);
    await screen.close();

    const fake = open({ ...bare, rights: rights(() => 'proven'), updateBearerHint: '19fk' });
    expect(screen.has('update-bearer')).toBe(false);
    await screen.click('channels-save');
    expect(fake.asked.find((one) => one.ask === 'set-channels')).toMatchObject({
      publicUrl: '',
      updateBearer: null,
    });
  });

  it('pick the stage from a list, and save', async () => {
    const fake = open({ current: 'stage', steps: allOpen, stages });
    const option = screen.all('stage-option').find((one) => one.dataset['value'] === 's-reference');
    option?.click();
    await settle();
    await screen.click('stage-save');
    expect(fake.asked).toMatchObject([
      { ask: 'choose-stage', stage: 's-reference' },
      { ask: 'set-defaults', defaultLanguage: 'sv', defaultTemplate: null },
      { ask: 'overview' },
    ]);
  });

  it('show a stage that was chosen and has gone from Lever', () => {
    const settings = {
      ...connection().settings,
      trigger_stage: { id: 's-gone', text: 'Old stage' },
    };
    open({ current: 'stage', steps: allOpen, stages }, { settings });
    const [first] = screen.all('stage-option');
    expect(first).toHaveProperty('checked', true);
    expect(first?.closest('label')?.textContent).toContain('no longer among Lever’s stages');
  });

  it('propose an acting user, and set the one that is chosen', async () => {
    const view = { current: 'acting-user' as const, steps: allOpen };
    const fake = open({ ...view, users: [] });
    // They are read from Lever while the step is on screen.
    const arrived = overview([connection({ setup: setup({ ...view, users }) })]);
    fake.show({ ...arrived, revision: fake.overview.revision + 1 });
    await settle();
    expect(screen.all('acting-user-option')[0]).toHaveProperty('checked', true);
    screen.all('acting-user-option')[1]?.click();
    await settle();
    await screen.click('acting-user-save');
    expect(fake.asked[0]).toMatchObject({ ask: 'set-acting-user', user: 'u2' });
  });

  it('say in its place that what was awaited has come', async () => {
    const line = (state: 'waiting' | 'proven') => ({
      state,
      address: 'https://relay.example.com/x',
      last: state === 'proven' ? Date.now() : null,
      since: 0,
      alsoPolling: false,
      turnedAway: null,
      away: null,
      failure: null,
    });
    const view = (state: 'waiting' | 'proven') =>
      connection({
        stageChanges: line(state),
        setup: setup({ current: 'done', steps: steps({}, 'done') }),
      });
    const fake = new Fake(overview([view('waiting')]));
    screen = new Screen(fake);
    expect(screen.text('finish-unseen')).toContain('Saved, waiting for proof');
    fake.show({ ...overview([view('proven')]), revision: fake.overview.revision + 1 });
    await settle();
    expect(screen.text('finish-unseen')).toContain('Everything has arrived');
    expect(screen.text('channel-stage-changes')).toContain('Last arrived just now');
  });

  it('finish, and show the checks', async () => {
    const fake = open({ current: 'done', steps: steps({}, 'done') });
    await screen.click('finish');
    expect(fake.asked.map((one) => one.ask)).toContain('finish-setup');
    expect(screen.has('dashboard')).toBe(true);
  });
});

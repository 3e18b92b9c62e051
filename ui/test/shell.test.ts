import { afterEach, describe, expect, it } from 'vitest';
import { keepMenuToText } from '../src/shell/contextmenu';
import { Fake } from './fake';
import { connection, healthy, overview, rights, setup, steps } from './scenes';
import { Screen } from './screens';

let screen: Screen;

afterEach(() => screen.close());

describe('the shell', () => {
  it('has a start in two places, and says that practice starts afresh', async () => {
    const fake = new Fake(overview([], true));
    screen = new Screen(fake);
    expect(screen.text('practice')).toContain('starts afresh');
    expect(screen.text('welcome-kept')).not.toContain('is kept');
    await screen.click('welcome-start-below');
    expect(fake.asked[0]).toMatchObject({ ask: 'create-connection', name: 'Lever' });
  });

  it('says what is kept where that is so', () => {
    screen = new Screen(new Fake(overview([])));
    expect(screen.text('welcome-kept')).toContain('What has been entered is kept.');
  });

  it('has the address of a link that was not opened, to copy or to put away', async () => {
    const fake = new Fake(overview([], true));
    fake.refuse('open-link', { code: 'OAUTH-BROWSER', params: {} });
    screen = new Screen(fake);
    await screen.click('practice-board');
    expect(screen.text('link-refused')).toContain('http://127.0.0.1:47800/board');
    expect(screen.has('link-refused-copy')).toBe(true);
    await screen.click('link-refused-close');
    expect(screen.has('link-refused')).toBe(false);
  });

  it('calls nothing verified before it is set up', () => {
    const unset = connection({ lastVerified: Date.now(), setup: setup({ steps: steps({}) }) });
    screen = new Screen(new Fake(overview([unset])));
    expect(screen.text('health')).toBe('Not set up');
  });

  it('leads back to where on the connection’s page one was', async () => {
    screen = new Screen(new Fake(overview([healthy(Date.now())])));
    const main = document.getElementById('main');
    const spot = () => [main?.scrollTop, document.activeElement?.getAttribute('data-testid')];
    await screen.click('nav-connection');
    for (const [away, back] of [
      ['open-privacy', 'back-to-connection'],
      ['setup-lever-change', 'back-to-connection'],
      ['connection-add', 'welcome-cancel'],
    ] as const) {
      if (main) main.scrollTop = 700;
      screen.get(away).focus();
      await screen.click(away);
      expect(spot()[0]).toBe(0);
      await screen.click(back);
      expect(spot()).toEqual([700, away]);
    }
    // Whoever goes there by its tab begins at the top.
    await screen.click('nav-checks');
    await screen.click('nav-connection');
    expect(spot()[0]).toBe(0);
  });

  it('comes back to the connection once a change is saved', async () => {
    screen = new Screen(new Fake(overview([healthy(Date.now())])));
    await screen.click('nav-connection');
    await screen.click('setup-channels-change');
    await screen.click('wizard-continue');
    expect(screen.has('connection')).toBe(true);
    expect(screen.has('setup-saved')).toBe(false);
  });

  it('says what a change of the stage means, once', async () => {
    screen = new Screen(new Fake(overview([healthy(Date.now())])));
    await screen.click('nav-connection');
    await screen.click('setup-stage-change');
    expect(screen.get('wizard-stage').textContent).not.toContain('Step 7 of');
    expect(screen.text('stage-save')).toBe('Save');
    await screen.click('stage-save');
    expect(screen.text('setup-saved')).toBe('Saved: checks start at “Reference check”.');
    await screen.click('nav-checks');
    await screen.click('nav-connection');
    expect(screen.has('setup-saved')).toBe(false);
  });

  it('tells when something last arrived once on the connection’s page', async () => {
    const now = Date.now();
    screen = new Screen(new Fake(overview([healthy(now)])));
    await screen.click('nav-connection');
    expect(screen.get('connection').textContent?.match(/Last arrived/g)).toHaveLength(2);
    expect(screen.get('connection').textContent).not.toContain('Last stage change');
    expect(screen.text('connection-verified')).toMatch(/^Last verified .+ \(.+\)$/);
    // Whoever hears only what Lever tells has to know when it is asked again.
    await screen.close();
    const view = healthy(now);
    const heard = rights((right) => (right === 'list-opportunities' ? 'missing' : 'proven'));
    screen = new Screen(new Fake(overview([{ ...view, setup: { ...view.setup, rights: heard } }])));
    await screen.click('nav-connection');
    expect(screen.text('connection-verified')).toContain('within an hour');
  });

  it('asks of a second connection only what it needs, under the connection’s tab', async () => {
    screen = new Screen(new Fake(overview([healthy(Date.now())])));
    await screen.click('nav-connection');
    await screen.click('connection-add');
    expect(screen.text('welcome')).not.toContain('Who is needed');
    expect(screen.text('missing')).toContain('Name of the connection');
    expect(screen.get('nav-connection').getAttribute('aria-current')).toBe('true');
  });

  it('keeps the web view’s menu to text', () => {
    screen = new Screen(new Fake(overview([connection({ setup: setup({ steps: steps({}) }) })])));
    keepMenuToText(document);
    const shows = (testid: string) =>
      screen
        .get(testid)
        .dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
    expect([shows('refapp-prove'), shows('refapp-token')]).toEqual([false, true]);
  });
});

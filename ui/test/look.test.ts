import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVERYTHING } from '../src/backend/backend';
import type { CheckRow } from '../src/backend/types/CheckRow';
import type { Column } from '../src/backend/types/Column';
import type { Filter } from '../src/backend/types/Filter';
import type { Rhythm } from '../src/backend/types/Rhythm';
import { Changes } from '../src/dashboard/changes.svelte';
import { everyColumn, fitting, moved, toggled, widthOf } from '../src/dashboard/columns';
import { partsOf, sameFilter } from '../src/dashboard/filter';
import { paceLook } from '../src/dashboard/words';
import { language } from '../src/i18n/locale.svelte';
import { lasting } from '../src/i18n/time.svelte';
import { Fake } from './fake';
import { DAY, detail, healthy, HOUR, overview, rows } from './scenes';
import { Screen, settle } from './screens';

const NOW = Date.now();

describe('columns', () => {
  it('are shown in the order of the view until one does not fit', () => {
    const order: Column[] = ['candidate', 'owner', 'status', 'links', 'answered'];
    expect(fitting(order, Infinity)).toEqual({ shown: order, left: [], narrow: false });
    const boxes = 2.75;
    const room = (columns: Column[]): number =>
      columns.reduce((sum, column) => sum + widthOf(column, false), boxes);
    const owner = room(['candidate', 'status', 'owner']);
    expect(fitting(order, owner).shown).toEqual(['candidate', 'owner', 'status']);
    // What comes after it is left out too, though it would fit: the order is the person's.
    expect(fitting(order, owner).left).toEqual(['links', 'answered']);
    expect(fitting(order, owner - 0.1).shown).toEqual(['candidate', 'status']);
    // Beside an open check there is room for one more: the one that says whom to call.
    const since = room(['candidate', 'status', 'since']);
    expect(fitting(everyColumn, since).shown).toEqual(['candidate', 'status', 'since']);
    expect(fitting(order, 1)).toMatchObject({ shown: ['candidate', 'status'], narrow: true });
  });

  it('all fit into a window of 1600 pixels, and the links into one of 1200', () => {
    // Less the margins of the page and the lines of the table.
    expect(fitting(everyColumn, (1600 - 50) / 16).left).toEqual([]);
    expect(fitting(everyColumn, (1200 - 50) / 16).shown).toContain('links');
    expect(fitting(everyColumn, (360 - 34) / 16).shown).toEqual(['candidate', 'status']);
    expect(widthOf('candidate', true) + widthOf('status', true)).toBeLessThan((360 - 34) / 16);
  });

  it('move by one place, and never before the candidate', () => {
    const order: Column[] = ['candidate', 'status', 'owner'];
    expect(moved(order, 'owner', -1)).toEqual(['candidate', 'owner', 'status']);
    for (const [column, by] of [
      ['status', -1],
      ['owner', 1],
      ['candidate', 1],
    ] as const) {
      expect(moved(order, column, by)).toEqual(order);
    }
  });

  it('come last when they are ticked; candidate and status cannot go', () => {
    expect(toggled(['candidate', 'status'], 'links')).toEqual(['candidate', 'status', 'links']);
    expect(toggled(['candidate', 'links', 'status'], 'links')).toEqual(['candidate', 'status']);
    expect(toggled(['candidate', 'status'], 'status')).toEqual(['candidate', 'status']);
  });
});

describe('a filter', () => {
  const filter: Filter = {
    ...EVERYTHING.filter,
    text: 'berg',
    mine: true,
    statuses: ['failed', 'sent'],
    postings: ['p1'],
    templates: ['t1'],
    owners: ['Maja'],
    age: { age: 'at-least', days: 3 },
    pace: 'red',
  };

  it('is told in parts, each of which can go alone', () => {
    const choices = {
      total: 2,
      statuses: {},
      postings: [{ id: 'p1', title: 'Welder', checks: 2 }],
      owners: [],
      templates: [],
    };
    const parts = partsOf(filter, 'Astrid', choices);
    expect(parts.map((part) => part.word)).toEqual([
      'Mine: Astrid',
      'Status: Failed',
      'Status: Sent to Refapp',
      'Time in status: 3 days or longer',
      'Wait: too long',
      'Posting: Welder',
      'Owner: Maja',
      'Template: t1',
    ]);
    const without = parts.find((part) => part.key === 'status:failed')?.without;
    expect(without).toEqual({ ...filter, statuses: ['sent'] });
    // One after the other, until only the text is left.
    let left = filter;
    for (;;) {
      const [first] = partsOf(left, null, choices);
      if (!first) break;
      left = first.without;
    }
    expect(left).toEqual({ ...EVERYTHING.filter, text: 'berg' });
  });

  it('is the same in another order of its parts', () => {
    const turned = Object.fromEntries(
      Object.entries({ ...filter, statuses: ['sent', 'failed'] }).reverse(),
    ) as Filter;
    expect(sameFilter(filter, turned)).toBe(true);
    expect(sameFilter(filter, { ...filter, mine: false })).toBe(false);
  });
});

describe('the pace of a wait', () => {
  const rhythm = (pace: Rhythm['pace'], reason: Rhythm['reason']): Rhythm => ({
    pace,
    reason,
    next: null,
    unknown: [],
  });

  it('is a word and a mark as well as a colour, and none while it is fresh', () => {
    expect(paceLook(rhythm('fresh', 'within-limit'))).toBe(null);
    const yellow = paceLook(rhythm('yellow', 'over-limit'));
    const red = paceLook(rhythm('red', 'over-limit'));
    expect([yellow?.word(), red?.word()]).toEqual(['Long wait', 'Too long']);
    expect(yellow?.icon).not.toBe(red?.icon);
    const calls = (['yellow', 'red'] as const).map((pace) =>
      paceLook(rhythm(pace, 'reminders-used-up'))?.word(),
    );
    expect(calls).toEqual(['Call', 'Call now']);
  });

  it('is measured in the largest unit that it fills', () => {
    expect([40_000, 3 * HOUR, 34 * HOUR].map(lasting)).toEqual(['40 sec', '3 hr', '1.4 days']);
    expect(lasting(-5)).toBe('0 sec');
  });
});

describe('many changes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are said once, after a pause, and each check counts once', () => {
    const changes = new Changes();
    for (const check of ['a', 'b', 'a', 'c', 'd']) changes.note([check]);
    expect(changes.count).toBe(0);
    vi.runAllTimers();
    expect(changes.count).toBe(4);
    changes.note([]);
    expect(changes.count).toBe(4);
    // Gone before it is said again: the same words twice would be heard once.
    changes.note(['a']);
    expect(changes.count).toBe(0);
    vi.runAllTimers();
    expect(changes.count).toBe(1);
  });
});

/** A browser's history, as far as it is used; happy-dom's never tells that one went back. */
function past(): { go: (by: number) => Promise<void>; length: () => number } {
  let [entries, at]: [unknown[], number] = [[null], 0];
  vi.spyOn(history, 'replaceState').mockImplementation((state) => void (entries[at] = state));
  vi.spyOn(history, 'pushState').mockImplementation((state) => {
    entries = [...entries.slice(0, at + 1), state];
    at += 1;
  });
  vi.spyOn(history, 'go').mockImplementation((by = 0) => {
    at += by;
    window.dispatchEvent(Object.assign(new Event('popstate'), { state: entries[at] }));
  });
  return {
    go: async (by) => {
      history.go(by);
      await settle();
    },
    length: () => entries.length,
  };
}

describe('on the dashboard', () => {
  let screen: Screen;
  let browser: ReturnType<typeof past>;

  beforeEach(() => {
    browser = past();
  });
  afterEach(async () => {
    await screen.close();
    vi.restoreAllMocks();
    language.current = 'en';
  });

  async function open(change: (rows: CheckRow[]) => CheckRow[] = (all) => all): Promise<Fake> {
    const list = change(rows(NOW));
    const fake = new Fake(overview([healthy(NOW)]), list);
    for (const row of list) fake.details.set(row.id, detail(row, NOW));
    screen = new Screen(fake);
    await settle();
    return fake;
  }

  const shown = (): (string | undefined)[] =>
    screen.all('check-row').map((row) => row.dataset['check']);
  const one = (testid: string, data: string, value: string): HTMLElement => {
    const found = screen.all(testid).find((element) => element.dataset[data] === value);
    if (!found) throw new Error(`no ${testid} of ${value}`);
    return found;
  };
  const press = async (element: HTMLElement): Promise<void> => {
    element.click();
    await settle();
  };
  const view = (key: string) => one('view', 'view', key);
  const search = () => screen.get('search') as HTMLInputElement;

  it('going back goes back: over a filter, a check and what was typed', async () => {
    await open();
    const everybody = shown();
    const entries = browser.length();
    for (const text of ['s', 'sa', 'sar', 'sara']) await screen.type('search', text);
    expect(browser.length()).toBe(entries + 1);
    const sara = shown();
    expect(sara.length).toBeLessThan(everybody.length);
    await press(one('status-choose', 'status', 'completed'));
    screen.all('check-open')[0]?.click();
    await settle();
    expect(screen.has('check-detail')).toBe(true);

    await browser.go(-1);
    expect(screen.has('check-detail')).toBe(false);
    expect(screen.all('filter-part').map((part) => part.dataset['part'])).toEqual([
      'status:completed',
    ]);
    await browser.go(-1);
    expect([shown(), screen.has('filter-part'), search().value]).toEqual([sara, false, 'sara']);
    await browser.go(-1);
    expect([shown(), search().value]).toEqual([everybody, '']);
    await browser.go(3);
    expect(screen.has('check-detail')).toBe(true);
  });

  it('Alt and an arrow go back, too, and on, but not past the beginning or a dialog', async () => {
    await open();
    const alt = async (key: string): Promise<void> => {
      document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key, altKey: true, bubbles: true, cancelable: true }),
      );
      await settle();
    };
    await alt('ArrowLeft');
    expect(screen.has('dashboard')).toBe(true);
    await press(view('failed'));
    await screen.click('filters-open');
    await alt('ArrowLeft');
    expect(view('failed').getAttribute('aria-pressed')).toBe('true');
    await screen.click('filters-cancel');
    await alt('ArrowLeft');
    expect(view('all').getAttribute('aria-pressed')).toBe('true');
    await alt('ArrowRight');
    expect(view('failed').getAttribute('aria-pressed')).toBe('true');
  });

  it('going back leads to other screens as well, and back to what was looked at', async () => {
    await open();
    await press(view('waiting-for-referees'));
    await screen.click('nav-connection');
    expect(screen.has('connection')).toBe(true);
    await browser.go(-1);
    expect(view('waiting-for-referees').getAttribute('aria-pressed')).toBe('true');
  });

  it('gives the focus back to the check that was open, whichever way it was closed', async () => {
    await open();
    const opener = screen.all('check-open')[2];
    opener?.focus();
    opener?.click();
    await settle();
    expect(document.activeElement?.id).toBe('detail-title');
    await browser.go(-1);
    expect(document.activeElement).toBe(screen.all('check-open')[2]);
  });

  it('lets a check go that another list does not hold, and keeps the focus on what was chosen', async () => {
    await open();
    const completed = screen
      .all('check-row')
      .find((row) => row.dataset['status'] === 'completed')
      ?.querySelector('button');
    completed?.click();
    await settle();
    const entries = browser.length();
    view('failed').focus();
    await press(view('failed'));
    expect(screen.has('check-detail')).toBe(false);
    expect(document.activeElement).toBe(view('failed'));
    expect(browser.length()).toBe(entries + 1);
    // Back there it is open again.
    await browser.go(-1);
    expect(screen.has('check-detail')).toBe(true);
    // It is among all that are completed.
    await press(one('status-choose', 'status', 'completed'));
    expect(screen.has('check-detail')).toBe(true);
    await screen.type('search', 'nobody at all');
    expect(screen.has('check-detail')).toBe(false);
    expect(search().value).toBe('nobody at all');
  });

  it('keeps a check open whose row goes while the same is looked at', async () => {
    const fake = await open();
    screen.all('check-open')[0]?.click();
    await settle();
    fake.rows = fake.rows.slice(1);
    fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
    await settle();
    expect(screen.has('check-detail')).toBe(true);
  });

  it('Escape closes the check from anywhere but a field with text', async () => {
    await open();
    screen.all('check-open')[0]?.click();
    await settle();
    const escape = async (on: HTMLElement): Promise<void> => {
      on.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      await settle();
    };
    const name = document.getElementById('detail-title')?.textContent?.trim() ?? '';
    await screen.type('search', name);
    await escape(search());
    expect(screen.has('check-detail')).toBe(true);
    await escape(screen.get('filters-open'));
    expect(screen.has('check-detail')).toBe(false);
  });

  it('goes from the search to the list, and to the only check', async () => {
    const fake = await open();
    const key = async (key: string): Promise<void> => {
      search().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      await settle();
    };
    await key('ArrowDown');
    expect(document.activeElement).toBe(screen.all('check-open')[0]);
    await key('Enter');
    expect(screen.has('check-detail')).toBe(false);
    fake.rows = fake.rows.map((row, index) =>
      index === 3 ? { ...row, candidate: 'Solveig Only' } : row,
    );
    await screen.type('search', 'solveig only');
    expect(shown()).toHaveLength(1);
    await key('Enter');
    expect(screen.get('check-detail').dataset['check']).toBe('check-3');
  });

  it('Ctrl+F goes to the search, which shows its other key', async () => {
    await open();
    expect(screen.text('search-key')).toBe('/');
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true }),
    );
    expect(document.activeElement).toBe(search());
  });

  it('“/” goes to the search, unless somebody types', async () => {
    await open();
    const slash = (target: EventTarget): boolean =>
      target.dispatchEvent(
        new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }),
      );
    screen.get('checks-scroll').focus();
    expect(slash(document.body)).toBe(false);
    expect(document.activeElement).toBe(search());
    // It is typed there.
    expect(slash(search())).toBe(true);
  });

  it('filters by the bar, says by what, and takes it away', async () => {
    const fake = await open();
    const completed = one('status-choose', 'status', 'completed');
    const count = completed.querySelector('strong')?.textContent;
    await press(completed);
    expect(completed.getAttribute('aria-pressed')).toBe('true');
    expect(String(shown().length)).toBe(count);
    // The parts of the bar stay as they are.
    expect(one('status-choose', 'status', 'sent').textContent).toContain('Sent to Refapp');
    expect(fake.asked.findLast((ask) => ask.ask === 'checks')?.look.filter.statuses).toEqual([
      'completed',
    ]);
    await press(one('filter-part', 'part', 'status:completed'));
    expect(shown()).toHaveLength(fake.rows.length);
    await press(one('status-part', 'status', 'sent'));
    await screen.click('filters-clear');
    expect(screen.has('filter-part')).toBe(false);
  });

  it('chooses many filters in one step, and explains when nothing is left', async () => {
    const fake = await open();
    const entries = browser.length();
    await screen.click('filters-open');
    await screen.click('filter-warnings');
    await press(one('filter-status-option', 'value', 'completed'));
    await press(one('filter-status-option', 'value', 'sent'));
    expect(screen.text('filter-limits')).toBe(
      'Long: the candidate after 2, referees after 2 days. Too long: after 3 and 4 days. Saturdays and Sundays do not count.',
    );
    await press(one('filter-posting-option', 'value', 'posting-0'));
    await screen.choose('filter-pace', 'red');
    await screen.choose('filter-age', JSON.stringify({ age: 'at-least', days: 7 }));
    await screen.click('filters-apply');
    expect(browser.length()).toBe(entries + 1);
    expect(fake.asked.findLast((ask) => ask.ask === 'checks')?.look.filter).toEqual({
      ...EVERYTHING.filter,
      statuses: ['completed', 'sent'],
      warnings: true,
      postings: ['posting-0'],
      pace: 'red',
      age: { age: 'at-least', days: 7 },
    });
    expect(one('filter-part', 'part', 'posting:posting-0').textContent).toContain('Posting: ');
    await screen.type('search', 'nobody at all');
    expect(screen.text('checks-none')).toContain('“nobody at all”');
    expect(screen.has('checks-empty')).toBe(false);
    await screen.click('none-search-all');
    expect([search().value, screen.has('filter-part')]).toEqual(['nobody at all', false]);
    // There is nothing more to search in.
    await screen.click('none-clear');
    expect(shown()).toHaveLength(fake.rows.length);
    expect(search().value).toBe('');
  });

  it('asks once who “mine” is', async () => {
    const fake = await open();
    await screen.click('mine');
    expect(screen.text('checks-none')).toContain('Who are you?');
    const owner = fake.rows[0]?.owner ?? '';
    await screen.choose('me', owner);
    await screen.click('me-choose');
    expect(fake.desk.me).toBe(owner);
    expect(shown()).toHaveLength(fake.rows.filter((row) => row.owner === owner).length);
    expect(screen.text('filter-part')).toBe(`Mine: ${owner}`);
  });

  it('shows only what is mine in whichever view, and of how many that is', async () => {
    const fake = await open();
    const owner = fake.rows[0]?.owner ?? '';
    fake.desk = { ...fake.desk, me: owner };
    await screen.close();
    screen = new Screen(fake);
    await settle();
    const asked = () => fake.asked.findLast((ask) => ask.ask === 'checks')?.look.filter;
    expect(screen.text('count-running')).toMatch(/^\d+ running$/);
    await screen.click('mine');
    expect(asked()).toMatchObject({ mine: true });
    expect(screen.text('count-running')).toMatch(/^\d+ of [\d,]+ running$/);
    await press(view('failed'));
    expect(asked()).toMatchObject({ mine: true, statuses: ['failed'] });
    expect(view('failed').getAttribute('aria-pressed')).toBe('true');
    await screen.click('count-call');
    expect(asked()).toMatchObject({ mine: true, toCall: true });
    expect([fake.desk.mine, fake.desk.current]).toEqual([true, { kind: 'to-call' }]);
    await screen.click('mine');
    expect(asked()).toMatchObject({ mine: false, toCall: true });
    expect(fake.desk.mine).toBe(false);
  });

  it('comes back from another screen as it was left', async () => {
    const fake = await open();
    await press(view('failed'));
    await screen.type('search', 'b');
    const before = fake.asked.findLast((ask) => ask.ask === 'checks')?.look;
    await screen.click('nav-connection');
    expect(screen.has('dashboard')).toBe(false);
    await screen.click('nav-checks');
    expect(search().value).toBe('b');
    expect(fake.asked.findLast((ask) => ask.ask === 'checks')?.look).toEqual(before);
  });

  it('says in words in which order it is', async () => {
    await open();
    expect(screen.text('order')).toMatch(/^In this order: to decide, to call, to read/);
    await screen.click('sort-since');
    expect(screen.text('order')).toContain('Sorted by Time in status: the longest first.');
    await screen.click('sort-since');
    expect(screen.text('order')).toContain('Sorted by Time in status: the shortest first.');
    await screen.click('order-usual');
    expect(screen.text('order')).toMatch(/^In this order/);
  });

  it('counts in the filter what would be listed, as it is being chosen', async () => {
    const fake = await open();
    fake.on('filter-choices', (request) => {
      const filter = 'filter' in request ? request.filter : undefined;
      const checks = filter?.warnings ? 1 : 1204;
      const owners = [{ name: 'Maja Holm', checks }];
      const value = {
        total: checks,
        statuses: { sent: checks },
        postings: [],
        owners,
        templates: [],
      };
      return Promise.resolve({ reply: 'filter-choices', value });
    });
    await screen.click('filters-open');
    expect(screen.text('filters-apply')).toBe('Show 1,204 checks');
    await screen.click('filter-warnings');
    expect(screen.text('filters-apply')).toBe('Show 1 check');
    const [owner] = screen.all('filter-owner-option');
    expect(owner?.closest('label')?.textContent).toMatch(/Maja Holm\s*1$/);
    const sent = one('filter-status-option', 'value', 'sent').closest('label');
    expect(sent?.textContent).toMatch(/Sent to Refapp\s*1$/);
  });

  it('sorts by the heads, one at a time, and as at first after the third click', async () => {
    const fake = await open();
    const sorts = (): [string | undefined, string | null][] =>
      [...document.querySelectorAll<HTMLElement>('[role=columnheader][aria-sort]')].map((head) => [
        head.dataset['column'],
        head.getAttribute('aria-sort'),
      ]);
    expect(sorts()).toEqual([]);
    await screen.click('sort-candidate');
    expect(sorts()).toEqual([['candidate', 'ascending']]);
    // Since long ago is a great age: what is shown falls.
    await screen.click('sort-since');
    expect(sorts()).toEqual([['since', 'descending']]);
    expect(fake.desk.views[0]?.look.sort).toEqual({ by: 'since', descending: false });
    await screen.click('sort-since');
    expect(sorts()).toEqual([['since', 'ascending']]);
    await screen.click('sort-since');
    expect(sorts()).toEqual([]);
    expect(fake.desk.views[0]?.look.sort).toEqual(EVERYTHING.sort);
  });

  it('shows, hides and orders columns by buttons and boxes, and keeps them with the view', async () => {
    const fake = await open();
    const heads = (): (string | undefined)[] =>
      [...document.querySelectorAll<HTMLElement>('[role=columnheader][data-column]')].map(
        (head) => head.dataset['column'],
      );
    expect(heads()).toEqual(everyColumn);
    await screen.click('columns-open');
    await screen.click('column-posting');
    await screen.click('column-up-owner');
    const order = everyColumn.filter((column) => column !== 'posting');
    const wanted = moved(order, 'owner', -1);
    expect(fake.desk.views[0]?.columns).toEqual(wanted);
    expect((screen.get('column-status') as HTMLInputElement).disabled).toBe(true);
    await screen.click('columns-close');
    expect(heads()).toEqual(wanted);
    await press(view('failed'));
    await press(view('all'));
    expect(heads()).toEqual(wanted);
  });

  it('loses no click on a column while the host is still busy with the one before', async () => {
    const fake = await open();
    const answers: (() => void)[] = [];
    fake.on('keep-view', (request) => {
      if (request.ask !== 'keep-view') throw new Error('only this is asked');
      const { view } = request;
      const views = [view, ...fake.desk.views.slice(1)];
      return new Promise((answer) =>
        answers.push(() => answer({ reply: 'desk', value: { ...fake.desk, views } })),
      );
    });
    await screen.click('columns-open');
    const up = async (): Promise<void> => screen.click('column-up-warnings');
    await up();
    await up();
    answers[0]?.();
    await settle();
    await up();
    for (const place of [1, 2]) {
      answers[place]?.();
      await settle();
    }
    const wanted = [1, 2, 3].reduce((order) => moved(order, 'warnings', -1), everyColumn);
    expect(
      [...document.querySelectorAll<HTMLElement>('[role=columnheader][data-column]')].map(
        (head) => head.dataset['column'],
      ),
    ).toEqual(wanted);
    expect(fake.asked.findLast((ask) => ask.ask === 'keep-view')?.view.columns).toEqual(wanted);
  });

  it('keeps a view under a name, turns to it, and forgets it', async () => {
    const fake = await open();
    await press(one('status-choose', 'status', 'sent'));
    expect(view('all').getAttribute('aria-pressed')).toBe('false');
    await screen.click('view-save');
    await screen.type('view-name', ' On its way ');
    expect(document.activeElement).toBe(screen.get('view-name'));
    (document.getElementById('view-form') as HTMLFormElement).requestSubmit();
    // It is kept, and then turned to.
    await settle();
    await settle();
    expect(fake.desk.current).toEqual({ kind: 'own', name: 'On its way' });
    expect(view('own On its way').getAttribute('aria-pressed')).toBe('true');
    await screen.click('view-forget');
    expect(fake.desk.views).toHaveLength(7);
    expect(fake.desk.current).toEqual({ kind: 'all' });
    expect(view('all').getAttribute('aria-pressed')).toBe('true');
  });

  it('begins with the view that was looked at last', async () => {
    const fake = new Fake(overview([healthy(NOW)]), rows(NOW));
    fake.desk = { ...fake.desk, current: { kind: 'failed' } };
    screen = new Screen(fake);
    await settle();
    expect(view('failed').getAttribute('aria-pressed')).toBe('true');
    const asked = fake.asked.filter((ask) => ask.ask === 'checks');
    expect(asked.every((ask) => ask.look.filter.statuses[0] === 'failed')).toBe(true);
  });

  it('selects nothing that cannot be seen any more', async () => {
    await open();
    screen.all('check-select')[0]?.click();
    await settle();
    expect(screen.has('selection')).toBe(true);
    await press(one('status-choose', 'status', 'sent'));
    expect(screen.has('selection')).toBe(false);
  });

  it('counts what has changed on screen, and nothing when something else is looked at', async () => {
    vi.useFakeTimers();
    try {
      const fake = await open();
      await press(view('failed'));
      await press(view('all'));
      fake.rows = fake.rows.map((row, index) => (index < 3 ? { ...row, status: 'queued' } : row));
      fake.push({ event: 'checks-changed', value: fake.overview.connections[0]?.id ?? '' });
      await settle();
      expect(screen.text('checks-changed')).toBe('');
      vi.advanceTimersByTime(3000);
      await settle();
      expect(screen.text('checks-changed')).toBe('3 checks changed');
    } finally {
      vi.useRealTimers();
    }
  });

  it('says in the row and in the detail how stale a wait is and what comes next', async () => {
    const rhythm: Rhythm = {
      pace: 'yellow',
      reason: 'reminders-used-up',
      next: null,
      unknown: ['each-referee-has-own-clock'],
    };
    const next: Rhythm = {
      pace: 'fresh',
      reason: 'within-limit',
      next: { step: 'last-reminder', at: NOW + DAY },
      unknown: [],
    };
    await open((all) => all.map((row, index) => ({ ...row, rhythm: index === 0 ? rhythm : next })));
    expect(screen.text('check-pace')).toBe('Call');
    screen.all('check-open')[0]?.click();
    await settle();
    expect(screen.text('rhythm')).toContain('The last automatic reminder has gone: call.');
    expect(screen.text('rhythm')).toContain('Each referee');
    screen.all('check-open')[1]?.click();
    await settle();
    expect(screen.text('rhythm-next')).toContain('last automatic reminder');
    expect(screen.all('timeline-after').map((after) => after.textContent?.trim())).toContain(
      '15 hr later',
    );
  });

  it('draws how long checks take, and says so where none is completed', async () => {
    const fake = await open();
    await screen.click('durations-open');
    expect(screen.has('durations-none')).toBe(false);
    expect(screen.all('duration').map((row) => row.textContent)).toHaveLength(2);
    expect(screen.text('durations-all')).toMatch(/^All templates ?24 ?1.7 days/);
    expect(screen.text('durations')).toContain('1.3 days');
    fake.on('durations', () =>
      Promise.resolve({ reply: 'durations', value: { all: null, templates: [] } }),
    );
    await screen.click('durations-open');
    await screen.click('durations-open');
    expect(screen.has('durations')).toBe(false);
    expect(screen.text('durations-none')).toBe('No check has been completed yet.');
  });

  it('says from how many checks on it draws half of them', async () => {
    const fake = await open();
    const all = { completed: 1, median: DAY, lower: DAY, upper: DAY };
    const templates = [{ template: null, took: all }];
    fake.on('durations', () => Promise.resolve({ reply: 'durations', value: { all, templates } }));
    await screen.click('durations-open');
    // It would say the same twice.
    expect(screen.has('durations-all')).toBe(false);
    expect(screen.text('duration')).toContain('1 check so far: shown from 3 on');
  });

  it('opens what the head of the dashboard counts, by a filter that can be taken away', async () => {
    const fake = await open();
    const asked = () => fake.asked.findLast((ask) => ask.ask === 'checks')?.look.filter;
    await press(view('failed'));
    await screen.click('count-running');
    expect(asked()).toMatchObject({ running: true, statuses: [], needsAction: false });
    expect(screen.text('filter-parts')).toContain('Running');
    await screen.click('count-completed');
    expect(asked()).toMatchObject({ running: false, statuses: ['completed'] });
    await screen.click('count-without-report');
    expect(asked()).toMatchObject({ running: false, statuses: ['failed', 'skipped'] });
    await screen.click('count-call');
    expect(asked()).toMatchObject({ toCall: true, statuses: [] });
    expect(view('to-call').getAttribute('aria-pressed')).toBe('true');
    await screen.click('count-attention');
    expect(view('needs-action').getAttribute('aria-pressed')).toBe('true');
  });

  it('sets the limits on the page of the connection', async () => {
    const fake = await open();
    await screen.click('nav-connection');
    await screen.type('limit-candidateRed', '5');
    screen.get('limits-save').closest('form')?.requestSubmit();
    await settle();
    expect(fake.asked.find((ask) => ask.ask === 'set-limits')?.limits).toMatchObject({
      candidateYellow: 2,
      candidateRed: 5,
    });
    expect(screen.text('limits-saved')).toBe('Saved');
    fake.refuse('set-limits', { code: 'APP-INPUT', params: { field: 'limits' } });
    screen.get('limits-save').closest('form')?.requestSubmit();
    await settle();
    expect(screen.text('limits-failure-code')).toBe('APP-INPUT');
  });

  it('shows what a warning means in words', async () => {
    await open((all) =>
      all.map((row, index) =>
        index === 0 ? { ...row, warnings: ['same-ip-address', 'mismatch-name'] } : row,
      ),
    );
    const cell = screen.all('check-warnings')[0];
    expect(cell?.title.split(' · ')).toHaveLength(2);
    expect(cell?.textContent).toContain('2');
  });

  it('says how many columns the window is too narrow for', async () => {
    const width = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'clientWidth');
    Object.defineProperty(HTMLElement.prototype, 'clientWidth', {
      configurable: true,
      get: () => 600,
    });
    await open();
    if (width) Object.defineProperty(HTMLElement.prototype, 'clientWidth', width);
    else delete (HTMLElement.prototype as { clientWidth?: number }).clientWidth;
    const { left } = fitting(everyColumn, 600 / 16);
    await screen.click('columns-open');
    expect(screen.text('columns-left')).toContain(`${left.length} columns do not fit`);
    expect(document.querySelectorAll('[role=columnheader][data-column]')).toHaveLength(
      everyColumn.length - left.length,
    );
  });
});

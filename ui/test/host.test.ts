import { describe, expect, it } from 'vitest';
import { EVERYTHING, Host } from '../src/backend/backend';
import type { Reply } from '../src/backend/types/Reply';
import { Rows } from '../src/dashboard/rows.svelte';
import { Action } from '../src/design/action.svelte';
import { Session } from '../src/shell/session.svelte';
import { Fake } from './fake';
import { connection, healthy, overview, rows } from './scenes';
import { later, settle } from './screens';

const NOW = Date.UTC(2026, 10, 23, 12);

describe('the host', () => {
  it('turns a reply into its value, and another kind of reply into a failure', async () => {
    const fake = new Fake(overview([]));
    const host = new Host(fake);
    await expect(host.overview()).resolves.toEqual(fake.overview);
    fake.on('overview', () => Promise.resolve({ reply: 'done' }));
    await expect(host.overview()).rejects.toEqual({ code: 'APP-INTERNAL', params: {} });
  });
});

describe('an action', () => {
  it('does nothing on a second click while the first runs', async () => {
    const answer = later<null>();
    let runs = 0;
    const action = new Action(() => {
      runs += 1;
      return answer.promise;
    });
    const first = action.run();
    void action.run();
    expect([runs, action.busy]).toEqual([1, true]);
    answer.resolve(null);
    await first;
    expect(action.busy).toBe(false);
  });

  it('keeps how it failed until it is tried again', async () => {
    const failures = [{ code: 'LEV-401', params: {} }];
    const action = new Action(() => {
      const failure = failures.pop();
      return failure ? Promise.reject(failure) : Promise.resolve();
    });
    await action.run();
    expect(action.failure).toEqual({ code: 'LEV-401', params: {} });
    await action.run();
    expect(action.failure).toBeNull();
  });
});

describe('the session', () => {
  it('drops an Overview that is older than what was pushed meanwhile', async () => {
    const fake = new Fake(overview([connection({ name: 'old' })]));
    const session = new Session(new Host(fake));
    const stop = session.start();
    const answer = later<Reply>();
    fake.on('overview', () => answer.promise);
    const refreshed = session.refresh();
    const older = overview([connection({ name: 'old' })]);
    fake.show(overview([connection({ name: 'new' })]));
    answer.resolve({ reply: 'overview', value: older });
    await refreshed;
    expect(session.connection?.name).toBe('new');
    fake.show(older);
    expect(session.connection?.name).toBe('new');
    stop();
  });

  it('opens where work goes on: the welcome, the set-up at its step, or the checks', () => {
    const at = (connections: Parameters<typeof overview>[0]) => {
      const session = new Session(new Host(new Fake(overview(connections))));
      session.start()();
      return session.screen;
    };
    expect(at([])).toEqual({ at: 'welcome' });
    const unfinished = connection();
    unfinished.setup.current = 'rights';
    expect(at([unfinished])).toEqual({ at: 'setup', step: 'rights' });
    expect(at([healthy(NOW)])).toEqual({ at: 'checks' });
  });
});

describe('the rows', () => {
  it('asks one question at a time, and then only the newest wish', async () => {
    const fake = new Fake(overview([healthy(NOW)]), rows(NOW, 500));
    const answers = [later<Reply>(), later<Reply>()];
    let asked = 0;
    fake.on('checks', () => answers[asked++]?.promise ?? Promise.reject(new Error('a third')));
    const list = new Rows(new Host(fake), 'c');
    list.want(EVERYTHING, null, 0, 20);
    list.want(EVERYTHING, null, 100, 20);
    list.want(EVERYTHING, null, 200, 20);
    expect(fake.asked).toHaveLength(1);
    const window = (offset: number): Reply => ({
      reply: 'check-window',
      value: {
        total: 500,
        counts: {},
        needsAction: 0,
        head: null,
        offset,
        rows: fake.rows.slice(offset, offset + 20),
      },
    });
    answers[0]?.resolve(window(0));
    await settle();
    expect(fake.asked.map((one) => 'offset' in one && one.offset)).toEqual([0, 200]);
    answers[1]?.resolve(window(200));
    await settle();
    expect([list.total, list.at(205)?.id, list.at(5)]).toEqual([500, 'check-205', undefined]);
  });
});

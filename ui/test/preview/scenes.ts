/** Each screen in each state worth looking at. */
import type { ConnectionView } from '../../src/backend/types/ConnectionView';
import type { LeverSetup } from '../../src/backend/types/LeverSetup';
import type { Setup } from '../../src/backend/types/Setup';
import type { Step } from '../../src/backend/types/Step';
import { Fake } from '../fake';
import {
  aside,
  auditLog,
  connection,
  detail,
  diagnostics,
  gap,
  healthy,
  HOUR,
  MINUTE,
  overview,
  rights,
  rows,
  setup,
  stages,
  steps,
  templates,
  TROUBLES,
  troubled,
  users,
} from '../scenes';

const now = Date.now();

function wizard(
  current: Step,
  change: Partial<Setup> = {},
  view: Partial<ConnectionView> = {},
): () => Fake {
  const order: Step[] = ['refapp', 'data-centre', 'lever', 'acting-user', 'rights', 'channels'];
  const done = order.slice(0, order.indexOf(current) === -1 ? 6 : order.indexOf(current));
  return () =>
    new Fake(
      overview(
        [
          connection({
            dataCentre: current === 'refapp' || current === 'data-centre' ? null : 'eu',
            wayIn: current === 'refapp' || current === 'data-centre' ? null : 'api-key',
            templates,
            ...view,
            setup: setup({
              current,
              steps: steps({
                ...Object.fromEntries(done.map((step) => [step, 'done' as const])),
                ...(current === 'done' ? { stage: 'done' as const } : { done: 'blocked' as const }),
              }),
              refapp: { url: 'https://app.refapp.com', tokenHint: '7Qd2', provenAt: now - HOUR },
              users,
              stages,
              ...change,
            }),
          }),
        ],
        true,
      ),
    );
}

function oauth(state: LeverSetup['oauth']): () => Fake {
  const lever: LeverSetup = {
    ...setup().lever,
    clientId: 'aCmeClient0192',
    clientSecretHint: 'x9Qe',
    oauth: state,
  };
  return wizard('lever', { lever }, { dataCentre: 'us', wayIn: 'oauth' });
}

function board(change: Partial<ConnectionView>, count = 14): () => Fake {
  return () => {
    const list = rows(now, count);
    const fake = new Fake(overview([healthy(now, change)], count > 14), list);
    for (const row of list.slice(0, 20)) fake.details.set(row.id, detail(row, now));
    fake.log = auditLog(now, healthy(now).id);
    return fake;
  };
}

const broken = {
  health: 'action-needed' as const,
  lastVerified: now - 26 * HOUR,
  findings: [
    {
      failure: { code: 'LEV-401' as const, params: {} },
      owner: 'lever-super-admin' as const,
      stops: true,
      passes: false,
      unproven: false,
      worked: null,
      waitsForReader: false,
      since: now - 26 * HOUR,
    },
    {
      failure: { code: 'REF-UPDATES' as const, params: {} },
      owner: 'refapp' as const,
      stops: false,
      passes: false,
      unproven: false,
      worked: null,
      waitsForReader: false,
      since: now - 50 * HOUR,
    },
  ],
};

export const scenes: Record<string, () => Fake> = {
  welcome: () => new Fake(overview([], true)),
  refapp: wizard('refapp', { refapp: { url: '', tokenHint: null, provenAt: null } }),
  'refapp-failed': wizard('refapp', {
    steps: steps({ refapp: 'failed', 'acting-user': 'blocked' }).map((one) =>
      one.step === 'refapp' ? { ...one, failure: { code: 'REF-TOKEN', params: {} } } : one,
    ),
  }),
  'data-centre': wizard('data-centre'),
  'lever-key': wizard('lever'),
  'lever-refused': wizard(
    'lever',
    {
      lever: { ...setup().lever, keyHint: 'k3Yz' },
      steps: steps({ refapp: 'done', 'data-centre': 'done', lever: 'failed' }, 'blocked').map(
        (one) =>
          one.step === 'lever' ? { ...one, failure: { code: 'LEV-401', params: {} } } : one,
      ),
    },
    {},
  ),
  'lever-oauth': wizard('lever', {}, { dataCentre: 'us', wayIn: 'oauth' }),
  'oauth-idle': oauth({ state: 'idle' }),
  'oauth-slow': oauth({
    state: 'in-browser',
    since: now - MINUTE,
    url: 'https://auth.lever.co/authorize?client_id=x',
    redirect: 'deep-link',
    slow: true,
    unopened: null,
  }),
  'oauth-returned': oauth({ state: 'returned' }),
  'oauth-failed': oauth({ state: 'failed', failure: { code: 'OAUTH-DENIED', params: {} } }),
  'acting-user': wizard('acting-user'),
  'rights-new': wizard('rights'),
  'rights-proving': wizard('rights', {
    proving: { done: 5, total: 12 },
    rights: rights((right) => (right.startsWith('read') ? 'proven' : 'not-provable-yet')),
  }),
  'rights-missing': wizard('rights', {
    carrierUrl: 'https://hire.eu.lever.co/candidates/carrier',
    rights: rights((right) =>
      right === 'add-opportunity-tag' || right === 'list-users' ? 'missing' : 'proven',
    ),
  }),
  channels: wizard(
    'channels',
    { publicUrl: 'https://relay.example.com', updateBearerHint: '19fk' },
    {
      stageChanges: {
        state: 'waiting',
        address: 'https://relay.example.com/lever/8f3a',
        last: null,
        since: now - 12 * MINUTE,
        alsoPolling: false,
        turnedAway: null,
        away: null,
        failure: { code: 'LEV-WH-OFF', params: {} },
      },
      statusUpdates: {
        state: 'waiting',
        address: 'https://relay.example.com/refapp/8f3a',
        last: null,
        since: now - 12 * MINUTE,
        alsoPolling: false,
        turnedAway: null,
        away: null,
        failure: null,
      },
    },
  ),
  'channels-new': wizard('channels', { proposedPublicUrl: 'http://127.0.0.1:47810' }),
  stage: wizard('stage'),
  'stage-none': wizard('stage', { stages: [] }),
  finish: wizard(
    'done',
    {},
    {
      settings: { ...healthy(now).settings },
    },
  ),
  checks: board({}),
  'checks-by-cause': () => {
    const fake = board({})();
    fake.desk = { ...fake.desk, current: { kind: 'needs-action' } };
    return fake;
  },
  'checks-many': board(
    {
      counts: {
        needsAttention: 28571,
        running: 50000,
        completed: 14286,
        waiting: 14,
        queued: 0,
        secondsLeft: 95,
      },
    },
    100_000,
  ),
  'checks-empty': () => {
    const empty = healthy(now, {
      counts: {
        needsAttention: 0,
        running: 0,
        completed: 0,
        waiting: 0,
        queued: 0,
        secondsLeft: null,
      },
    });
    return new Fake(overview([empty], true));
  },
  'checks-broken': board(broken),
  'checks-awaited': board({
    health: 'checking',
    unproven: ['permissions', 'status-updates'],
    setup: {
      ...healthy(now).setup,
      rights: rights((right) => (right === 'read-posting' ? 'not-provable-yet' : 'proven')),
    },
  }),
  'checks-paused': board({ health: 'paused' }),
  ...Object.fromEntries(
    (Object.keys(TROUBLES) as (keyof typeof TROUBLES)[]).map((trouble) => [
      `checks-${trouble}`,
      board(troubled(now, trouble)),
    ]),
  ),
  'checks-gap': board({ health: 'warning', findings: [gap(now)] }),
  'connection-gap': board({ health: 'warning', findings: [gap(now)] }),
  'aside-new': () => new Fake(overview([], true, [aside(now)])),
  'aside-set-up': () => {
    const fake = wizard('done')();
    fake.overview = { ...fake.overview, findings: [aside(now)] };
    return fake;
  },
  connection: board({}),
  'connection-broken': board(broken),
  'log-broken': () => {
    const fake = board({})();
    fake.log = { ...fake.log, whole: false };
    return fake;
  },
  // The file that is dropped is read as the same report, whatever it holds.
  report: () => {
    const fake = board({})();
    const value = diagnostics(now);
    fake.on('read-diagnostics', () => Promise.resolve({ reply: 'diagnostics', value }));
    return fake;
  },
  exporting: board({ exporting: { done: 41_500, total: 100_000 } }, 100_000),
  'connection-gone': board({ health: 'disconnected', wayIn: 'api-key' }),
};

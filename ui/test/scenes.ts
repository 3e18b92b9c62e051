/** Overviews and rows as the host would send them, for tests and for looking at the screens. */
import type { Act } from '../src/backend/types/Act';
import type { AuditEntry } from '../src/backend/types/AuditEntry';
import type { AuditLog } from '../src/backend/types/AuditLog';
import type { Channel } from '../src/backend/types/Channel';
import type { CheckDetail } from '../src/backend/types/CheckDetail';
import type { CheckRow } from '../src/backend/types/CheckRow';
import type { Computer } from '../src/backend/types/Computer';
import type { ConnectionReport } from '../src/backend/types/ConnectionReport';
import type { ConnectionView } from '../src/backend/types/ConnectionView';
import type { Decision } from '../src/backend/types/Decision';
import type { Diagnostics } from '../src/backend/types/Diagnostics';
import type { Failure } from '../src/backend/types/Failure';
import type { Finding } from '../src/backend/types/Finding';
import type { Health } from '../src/backend/types/Health';
import type { Limits } from '../src/backend/types/Limits';
import type { Overview } from '../src/backend/types/Overview';
import type { Preparation } from '../src/backend/types/Preparation';
import type { Rhythm } from '../src/backend/types/Rhythm';
import type { Right } from '../src/backend/types/Right';
import type { RightState } from '../src/backend/types/RightState';
import type { RightView } from '../src/backend/types/RightView';
import type { Setup } from '../src/backend/types/Setup';
import type { Step } from '../src/backend/types/Step';
import type { StepState } from '../src/backend/types/StepState';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LIMITS: Limits = {
  candidateYellow: 2,
  candidateRed: 3,
  refereesYellow: 2,
  refereesRed: 4,
  reminderHours: 24,
};

const STEPS: Step[] = [
  'refapp',
  'data-centre',
  'lever',
  'acting-user',
  'rights',
  'channels',
  'stage',
  'done',
];

const RIGHTS: [Right, string, 'read' | 'write', boolean][] = [
  ['read-user', 'read user', 'read', true],
  ['read-posting', 'read posting', 'read', true],
  ['read-opportunity', 'read opportunity', 'read', true],
  ['list-webhooks', 'list webhooks', 'read', true],
  ['list-stages', 'list stages', 'read', true],
  ['list-users', 'list users', 'read', true],
  ['add-opportunity-tag', 'add opportunity tag', 'write', true],
  ['remove-opportunity-tag', 'remove opportunity tag', 'write', true],
  ['create-opportunity-note', 'create opportunity note', 'write', true],
  ['delete-opportunity-note', 'delete opportunity note', 'write', true],
  ['create-opportunity', 'create opportunity', 'write', true],
  ['add-webhooks', 'add webhooks', 'write', true],
  ['list-opportunities', 'list opportunities', 'read', false],
  ['list-postings', 'list postings', 'read', false],
  ['list-tags', 'list tags', 'read', false],
  ['list-opportunity-notes', 'list notes', 'read', false],
  ['update-opportunity-note', 'update opportunity note', 'write', false],
  ['delete-webhooks', 'delete webhooks', 'write', false],
];

export function rights(state: (right: Right) => RightState): RightView[] {
  return RIGHTS.map(([right, label, group, required]) => ({
    right,
    label,
    group,
    required,
    state: state(right),
    scope: right === 'list-tags' ? null : 'opportunities:write:admin',
    failure: state(right) === 'missing' ? { code: 'LEV-403', params: { right: label } } : null,
  }));
}

export function steps(states: Partial<Record<Step, StepState>>, otherwise: StepState = 'open') {
  return STEPS.map((step) => ({ step, state: states[step] ?? otherwise, failure: null }));
}

export function setup(change: Partial<Setup> = {}): Setup {
  return {
    finished: false,
    current: 'refapp',
    steps: steps({
      'acting-user': 'blocked',
      rights: 'blocked',
      stage: 'blocked',
      done: 'blocked',
    }),
    halves: [
      { half: 'refapp', waits: { what: 'token', who: 'refapp-admin', step: 'refapp' } },
      { half: 'lever', waits: { what: 'data-centre', who: 'admin', step: 'data-centre' } },
    ],
    refapp: { url: '', tokenHint: null, provenAt: null },
    lever: {
      keyHint: null,
      clientId: null,
      clientSecretHint: null,
      oauth: { state: 'idle' },
      oauthStray: null,
      redirectAddresses: [
        'com.refapp.lever://oauth/us',
        'http://127.0.0.1:47891/oauth/us',
        'http://127.0.0.1:47892/oauth/us',
        'http://127.0.0.1:47893/oauth/us',
      ],
      scopes: [
        'offline_access',
        'opportunities:write:admin',
        'notes:write:admin',
        'stages:read:admin',
        'tags:read:admin',
        'users:read:admin',
        'postings:read:admin',
        'webhooks:write:admin',
      ],
    },
    users: [],
    rights: rights(() => 'not-provable-yet'),
    rightsTried: false,
    rightsProvenAt: null,
    proving: null,
    carrierUrl: null,
    stages: [],
    settingsPage: 'https://hire.lever.co/settings/integrations?tab=api',
    proposedPublicUrl: null,
    publicUrl: null,
    updateBearerHint: null,
    ...change,
  };
}

const closed = {
  state: 'open',
  address: null,
  last: null,
  since: null,
  alsoPolling: false,
  turnedAway: null,
  away: null,
  failure: null,
} as const;

export function connection(change: Partial<ConnectionView> = {}): ConnectionView {
  return {
    id: '6f1c7ad2-0d0c-4f4d-9a51-000000000001',
    name: 'Lever',
    mode: 'integration',
    readOut: {
      en: 'Refapp for Lever 0.1.0 · Lever · no data centre · not set up · no error code · last webhook never · last update never',
      sv: 'Refapp for Lever 0.1.0 · Lever · inget datacenter · inte ansluten · ingen felkod · senaste webhook aldrig · senaste uppdatering aldrig',
    },
    dataCentre: null,
    wayIn: null,
    health: 'not-set-up',
    findings: [],
    unproven: [],
    lastVerified: null,
    lastWebhook: null,
    lastUpdate: null,
    settings: {
      trigger_stage: null,
      default_language: 'sv',
      default_template: null,
      acting_user: null,
      poll_interval: 60,
      limits: LIMITS,
      retention_days: 90,
    },
    setup: setup(),
    stageChanges: closed,
    statusUpdates: closed,
    templates: [],
    auditing: null,
    exporting: null,
    waitsFor: [],
    coverage: 'unchecked',
    counts: {
      needsAttention: 0,
      running: 0,
      completed: 0,
      waiting: 0,
      queued: 0,
      secondsLeft: null,
    },
    ...change,
  };
}

const apiPage = (host: string) => `https://${host}/settings/integrations?tab=api`;

const preparation: Preparation = {
  permissions: RIGHTS.map(([right, label, group, required]) => ({ right, label, group, required })),
  dataCentres: [
    { dataCentre: 'us', label: 'US', proposed: 'oauth', apiPage: apiPage('hire.lever.co') },
    { dataCentre: 'eu', label: 'EU', proposed: 'api-key', apiPage: apiPage('hire.eu.lever.co') },
    {
      dataCentre: 'sandbox',
      label: 'Sandbox',
      proposed: 'oauth',
      apiPage: apiPage('hire.sandbox.lever.co'),
    },
  ],
};

let looks = 0;

export const COMPUTER: Computer = {
  language: 'en',
  notify: { needsAction: true, completed: true, broken: true, names: false },
  searchKey: true,
};

export function overview(
  connections: ConnectionView[],
  practice = false,
  findings: Finding[] = [],
): Overview {
  looks += 1;
  return {
    revision: looks,
    version: '0.1.0',
    findings,
    preparation,
    computer: COMPUTER,
    autostart: practice
      ? { on: false, failure: { code: 'APP-AUTOSTART', params: {} } }
      : { on: false, failure: null },
    receiverAddress: practice ? 'http://127.0.0.1:47803' : 'http://127.0.0.1:47820',
    practice: practice
      ? {
          boardUrl: 'http://127.0.0.1:47800/board',
          afresh: true,
          credentials: {
            refappUrl: 'http://127.0.0.1:47801',
            refappToken: 'practice-token-7Qd2',
            updateBearer: 'practice-bearer-19fk',
            apiKeys: { us: 'practice-key-us-4c1e', eu: 'practice-key-eu-77ab' },
            clientIds: { us: 'practice-client-us' },
            clientSecret: 'practice-secret-3310',
          },
        }
      : null,
    connections,
  };
}

const users = [
  ['u1', 'Integrations', 'integrations@example.com', 'super admin'],
  ['u2', 'Astrid Lindqvist', 'astrid.lindqvist@example.com', 'super admin'],
  ['u3', 'Jonas Ek', 'jonas.ek@example.com', 'admin'],
  ['u4', 'Maryam Hosseini', 'maryam.hosseini@example.com', 'team member'],
].map(([id, name, email, role]) => ({
  id: id ?? '',
  name: name ?? '',
  email: email ?? '',
  role: role ?? '',
  proposed: id === 'u1',
}));

const stages = [
  ['lead-new', 'New lead'],
  ['applicant-new', 'New applicant'],
  ['s-screen', 'Phone screen'],
  ['s-onsite', 'On-site interview'],
  ['s-reference', 'Reference check'],
  ['offer', 'Offer'],
].map(([id, text]) => ({ id: id ?? '', text: text ?? '' }));

const templates = ['Developers', 'Sales', 'Customer success', 'Chefer och ledare'].map(
  (name, index) => ({ id: `t${index}`, name, tag: `Refapp Template: ${name}` }),
);

/** Everything works. */
export function healthy(now: number, change: Partial<ConnectionView> = {}): ConnectionView {
  return connection({
    dataCentre: 'us',
    wayIn: 'oauth',
    health: 'healthy',
    lastVerified: now - 2 * MINUTE,
    lastWebhook: now - 7 * MINUTE,
    lastUpdate: now - 4 * MINUTE,
    settings: {
      trigger_stage: { id: 's-reference', text: 'Reference check' },
      default_language: 'sv',
      default_template: 't0',
      acting_user: 'u1',
      poll_interval: 60,
      limits: LIMITS,
      retention_days: 90,
    },
    setup: setup({
      finished: true,
      current: 'done',
      steps: steps({}, 'done'),
      refapp: { url: 'https://app.refapp.com', tokenHint: '7Qd2', provenAt: now - 3 * HOUR },
      users,
      stages,
      rights: rights((right) => (right === 'list-tags' ? 'missing' : 'proven')),
      rightsTried: true,
      halves: [
        { half: 'refapp', waits: null },
        { half: 'lever', waits: null },
      ],
      carrierUrl: 'https://hire.lever.co/candidates/carrier',
      publicUrl: 'https://relay.example.com',
      updateBearerHint: '19fk',
    }),
    stageChanges: {
      state: 'proven',
      address: 'https://relay.example.com/lever/8f3a',
      last: now - 7 * MINUTE,
      since: null,
      alsoPolling: false,
      turnedAway: null,
      away: null,
      failure: null,
    },
    statusUpdates: {
      state: 'proven',
      address: 'https://relay.example.com/refapp/8f3a',
      last: now - 4 * MINUTE,
      since: null,
      alsoPolling: false,
      turnedAway: null,
      away: null,
      failure: null,
    },
    templates,
    counts: {
      needsAttention: 4,
      running: 31,
      completed: 212,
      waiting: 0,
      queued: 0,
      secondsLeft: null,
    },
    ...change,
  });
}

/** What people meet when something outside is not as it should be: its code, and how the connection is then. */
export const TROUBLES = {
  offline: ['LEV-NET', 'offline'],
  'rate-limited': ['LEV-429', 'warning'],
  'lever-down': ['LEV-5XX', 'warning'],
  'refapp-down': ['REF-5XX', 'warning'],
  'disk-full': ['APP-DISK-FULL', 'action-needed'],
  'read-only': ['APP-READ-ONLY', 'action-needed'],
  'disk-error': ['APP-DISK-ERROR', 'action-needed'],
  damaged: ['APP-DAMAGED', 'action-needed'],
} as const satisfies Record<string, [Failure['code'], Health]>;

/** While it lasts, checks wait for their start and nobody knows for how long. */
export function troubled(now: number, trouble: keyof typeof TROUBLES): Partial<ConnectionView> {
  const [code, health] = TROUBLES[trouble];
  return {
    health,
    lastVerified: now - 9 * MINUTE,
    findings: [
      finding(now - 8 * MINUTE, { code, params: {} }, 'it', true, health !== 'action-needed'),
    ],
    counts: {
      needsAttention: 4,
      running: 31,
      completed: 212,
      waiting: 6,
      queued: 3,
      secondsLeft: null,
    },
  };
}

export const finding = (
  since: number,
  failure: Failure,
  owner: Finding['owner'],
  stops = false,
  passes = false,
): Finding => ({
  failure,
  owner,
  stops,
  passes,
  unproven: failure.code === 'LEV-WH-OFF',
  waitsForReader: ['LEV-WH-GAP', 'LEV-WH-GONE', 'LEV-STAGE-NAME', 'APP-DB-ASIDE'].includes(
    failure.code,
  ),
  since,
  worked: null,
});

export const gap = (now: number): Finding =>
  finding(
    now - HOUR,
    {
      code: 'LEV-WH-GAP',
      params: { from: '2026-11-23T17:02:11Z', to: '2026-11-24T07:45:40Z' },
    },
    'lever-super-admin',
  );

export const aside = (now: number): Finding =>
  finding(
    now - MINUTE,
    {
      code: 'APP-DB-ASIDE',
      params: {
        at: '2026-11-24T07:45:40Z',
        file: 'refapp-lever-damaged-2026-11-24T07-45-40Z.db',
      },
    },
    'admin',
  );

type Line = Pick<CheckRow, 'candidate' | 'postingTitle' | 'status' | 'whoActs'> & Partial<CheckRow>;

const lines: Line[] = [
  {
    candidate: 'Ebba Sjöström',
    postingTitle: 'Backend engineer, Malmö',
    status: 'needs-attention',
    whoActs: 'recruiter',
    reason: { code: 'CAND-CONTACT', params: {} },
    decisions: ['try-again', 'dismiss'],
    template: null,
  },
  {
    candidate: 'Oskar Nyberg',
    postingTitle: 'Account executive',
    status: 'needs-attention',
    whoActs: 'recruiter',
    reason: { code: 'REF-UNKNOWN', params: {} },
    decisions: ['it-was-started', 'send-again'],
  },
  {
    candidate: 'Linnea Åkerblom',
    postingTitle: 'Product designer',
    status: 'needs-attention',
    whoActs: 'recruiter',
    reason: { code: 'CHECK-AGAIN', params: { on: '2026-09-01T10:00:00Z' } },
    decisions: ['start', 'dismiss'],
  },
  {
    candidate: 'Tomasz Wiśniewski',
    postingTitle: 'Site reliability engineer',
    status: 'needs-attention',
    whoActs: 'admin',
    reason: { code: 'CHECK-OTHER', params: { tag: 'Refapp Status: Sent' } },
    decisions: ['adopt', 'leave-to-other', 'start'],
  },
  {
    candidate: 'Hugo Bergqvist',
    postingTitle: 'Regional sales manager, Nordics and Baltics (parental leave cover)',
    status: 'failed',
    whoActs: 'recruiter',
    badges: ['not-written'],
    hitch: 'LEV-WRITE',
    decisions: ['try-again'],
  },
  {
    candidate: 'Fatima Al-Rashid',
    postingTitle: 'Data analyst',
    status: 'waiting-for-candidate',
    whoActs: 'candidate',
    answered: 0,
    expected: 3,
    badges: ['no-progress'],
  },
  {
    candidate: 'יעל כהן',
    postingTitle: 'Customer success manager',
    status: 'waiting-for-referees',
    whoActs: 'referees',
    answered: 1,
    expected: 3,
    declined: 1,
    badges: ['declined', 'former-template-name'],
  },
  {
    candidate: '<img src=x onerror=alert(1)>',
    postingTitle: '=HYPERLINK("http://example.com")',
    status: 'waiting-for-referees',
    whoActs: 'referees',
    answered: 2,
    expected: 3,
  },
  {
    candidate: 'Wilhelmina Alexandra von Hohenstaufen-Oettingen-Wallerstein',
    postingTitle: 'Executive assistant',
    status: 'in-progress',
    whoActs: 'refapp',
    answered: 3,
    expected: 3,
  },
  {
    candidate: 'Madonna',
    postingTitle: 'Brand lead 🚀',
    status: 'sent',
    whoActs: 'nobody',
    badges: ['one-word-name', 'on-hold'],
  },
  {
    candidate: 'Ali Demir',
    postingTitle: 'Warehouse lead',
    status: 'queued',
    whoActs: 'app',
    decisions: ['dismiss'],
  },
  {
    candidate: 'Sara Holm',
    postingTitle: 'Backend engineer, Malmö',
    status: 'completed',
    whoActs: 'recruiter',
    answered: 3,
    expected: 3,
    warnings: ['same-ip'],
    unread: ['same-ip'],
    sighting: null,
    badges: ['warnings'],
    reason: { code: 'REF-WARNINGS', params: {} },
    decisions: ['mark-read'],
    reportUrl: 'https://app.refapp.com/report/1',
  },
  {
    candidate: 'Karin Öberg',
    postingTitle: 'Payroll specialist',
    status: 'completed',
    whoActs: 'nobody',
    answered: 2,
    expected: 2,
    reportUrl: 'https://app.refapp.com/report/2',
  },
  {
    candidate: 'Nils Fagerström',
    postingTitle: 'Payroll specialist',
    status: 'skipped',
    whoActs: 'nobody',
    reason: { code: 'SKIP-LEFT', params: {} },
    decisions: ['try-again'],
  },
];

/** Of a check that was not started yet. */
const MAILING: Decision[] = ['start', 'send-again', 'try-again'];

/** As the host tells of some that are stale, and of some that are not. */
function rhythm(now: number, status: CheckRow['status']): Rhythm {
  switch (status) {
    case 'needs-attention':
    case 'failed':
      return { pace: 'red', reason: 'needs-person', next: null, unknown: [] };
    case 'waiting-for-candidate':
      return {
        pace: 'yellow',
        reason: 'over-limit',
        next: { step: 'deadline', at: now + DAY },
        unknown: ['reminders-may-be-off', 'deadline-may-be-extended'],
      };
    case 'waiting-for-referees':
      return {
        pace: 'red',
        reason: 'reminders-used-up',
        next: null,
        unknown: ['reminders-may-be-off', 'each-referee-has-own-clock'],
      };
    default:
      return { pace: 'fresh', reason: 'no-wait', next: null, unknown: [] };
  }
}

export function rows(now: number, count: number = lines.length): CheckRow[] {
  return Array.from({ length: count }, (_, index) => {
    const line = lines[index % lines.length] as Line;
    const started = !['needs-attention', 'queued', 'skipped'].includes(line.status);
    return {
      id: `check-${index}`,
      reference: `R${(4096 + index).toString(36).toUpperCase()}`,
      opportunity: `opportunity-${index}`,
      posting: `posting-${index % 5}`,
      owner: users[1 + (index % 3)]?.name ?? '',
      badges: [],
      answered: null,
      expected: null,
      declined: 0,
      warnings: [],
      unread: [],
      away: null,
      sighting: null,
      reason: null,
      hitch: null,
      changed: null,
      template: templates[index % 4]?.name ?? null,
      coverage: null,
      enteredAt: now - (index + 2) * 9 * HOUR,
      createdAt: now - (index + 2) * 9 * HOUR,
      since: now - (index + 1) * 7 * HOUR,
      rhythm: rhythm(now, line.status),
      activeAt: now - (index + 1) * 43 * MINUTE,
      leverUrl: `https://hire.lever.co/candidates/${index}`,
      candidateUrl: started ? `https://app.refapp.com/candidate/${index}` : null,
      reportUrl: null,
      decisions: [],
      ...line,
      mailing: (line.decisions ?? []).filter((decision) => MAILING.includes(decision)),
    };
  });
}

export function detail(row: CheckRow, now: number): CheckDetail {
  const at = (minutes: number): number => now - 2 * DAY + minutes * MINUTE;
  return {
    row,
    timeline: [
      { at: at(0), step: 'stage-moved', params: {} },
      { at: at(0.05), step: 'webhook-received', params: {} },
      { at: at(0.07), step: 'read-from-lever', params: {} },
      { at: at(0.09), step: 'form-read', params: { template: 'Developers' } },
      { at: at(0.1), step: 'start-sent', params: {} },
      { at: at(0.12), step: 'accepted', params: {} },
      { at: at(0.2), step: 'tag-added', params: { tag: 'Refapp Status: Sent' } },
      { at: at(0.22), step: 'note-written', params: {} },
      {
        at: at(900),
        step: 'update-received',
        params: { answered: '1', expected: '3', status: 'Waiting for referees' },
      },
      { at: at(901), step: 'write-failed', params: { code: 'LEV-WRITE' } },
    ],
    note: `Reference check in Refapp: Waiting for referees, 1 of 3 answered.\nCandidate in Refapp: https://app.refapp.com/candidate/6\nReference ${row.reference}`,
  };
}

export { DAY, HOUR, MINUTE, stages, templates, users };

/** What support gets to see of a desktop whose token Refapp refuses, behind a proxy. */
export function diagnostics(now: number): Diagnostics {
  const found = (code: Finding['failure']['code'], stops: boolean): Finding =>
    finding(
      now - HOUR,
      { code, params: code === 'NET-CLOCK' ? { minutes: '7' } : {} },
      stops ? 'refapp-admin' : 'it',
      stops,
    );
  const channel = (state: Channel['state']): Channel => ({
    ...closed,
    state,
    last: now - HOUR,
    address: 'relay.example.com',
  });
  const well: ConnectionReport = {
    name: 'Sandbox',
    mode: 'integration',
    readOut: { en: 'how the sandbox is', sv: 'hur sandboxen är' },
    dataCentre: 'sandbox',
    wayIn: 'api-key',
    health: 'healthy',
    healthySince: now - 3 * HOUR,
    findings: [],
    unproven: [],
    lastVerified: now,
    lastWebhook: now - HOUR,
    lastUpdate: now - HOUR,
    lever: { host: 'api.sandbox.lever.co', proxy: null, clockSeconds: 0 },
    refapp: { host: 'app.refapp.com', proxy: null, clockSeconds: null },
    rights: rights(() => 'proven'),
    rightsProvenAt: now - HOUR,
    stageChanges: channel('proven'),
    statusUpdates: channel('proven'),
    settings: {
      triggerStage: 'Reference check',
      defaultLanguage: 'sv',
      hasDefaultTemplate: false,
      actingUser: '0123456789ab',
      pollInterval: 60,
      publicHost: 'relay.example.com',
      templates: 3,
    },
    steps: steps({}, 'done'),
    coverage: 'covered',
    counts: {
      needsAttention: 0,
      running: 1,
      completed: 2,
      waiting: 0,
      queued: 0,
      secondsLeft: null,
    },
    running: [{ status: 'waiting-for-referees', many: 1 }],
  };
  const ill: ConnectionReport = {
    ...well,
    name: 'Nordvik AB',
    readOut: { en: 'how Nordvik is', sv: 'hur Nordvik är' },
    health: 'action-needed',
    healthySince: null,
    running: [
      { status: 'sent', many: 1 },
      { status: 'waiting-for-candidate', many: 5 },
    ],
    findings: [
      { ...found('REF-TOKEN', true), worked: now - HOUR - 5000 },
      found('NET-CLOCK', false),
    ],
    counts: { ...well.counts, queued: 2, running: 8, needsAttention: 1 },
    steps: steps({ refapp: 'failed', 'data-centre': 'done', lever: 'failed' }, 'blocked'),
    lever: { host: 'api.eu.lever.co', proxy: 'proxy.example.com:8080', clockSeconds: 420 },
    rights: rights((right) => (right === 'add-opportunity-tag' ? 'missing' : 'proven')),
  };
  const about = { connection: 'Nordvik AB', opportunity: 'aaaaaaaaaaaa', posting: null };
  const step = {
    code: null,
    decision: null,
    right: null,
    postingHidden: false,
    answered: null,
    expected: null,
  };
  return {
    format: 1,
    madeAt: now,
    timeZone: 'Asia/Tokyo',
    app: {
      version: '0.1.0',
      host: 'desktop',
      system: 'Ubuntu 24.04.1 LTS 6.8.0',
      architecture: 'x86_64',
      webView: '2.46.1',
      practice: false,
    },
    storage: { database: 2_000_000, log: 100_000, free: 20_651_000_000 },
    proxyVariables: ['HTTPS_PROXY'],
    findings: [],
    connections: [well, ill],
    events: [
      { ...about, at: now - 1000, kind: 'step', step: 'parked', ...step, code: 'CAND-CONTACT' },
      {
        ...about,
        at: now - 2000,
        kind: 'step',
        step: 'update-received',
        ...step,
        answered: 1,
        expected: 3,
      },
      {
        ...about,
        at: now - 3000,
        kind: 'webhook',
        about: 'stage-change',
        intoTriggerStage: true,
        done: true,
      },
      { ...about, at: now - 4000, kind: 'update', done: false },
      {
        ...about,
        at: now - 5000,
        kind: 'step',
        step: 'write-failed',
        ...step,
        code: 'LEV-WRITE',
        right: 'delete opportunity note',
      },
      { ...about, opportunity: null, at: now - 6000, kind: 'mended', code: 'LEV-5XX' },
      { ...about, opportunity: null, at: now - HOUR, kind: 'found', code: 'REF-TOKEN' },
    ],
  };
}

/** A row of somebody who was erased, until note and tag are out of Lever. */
export const erased = (row: CheckRow): CheckRow => ({
  ...row,
  candidate: '',
  status: 'skipped',
  whoActs: 'nobody',
  reason: { code: 'SKIP-ERASED', params: {} },
  badges: [],
  decisions: [],
  leverUrl: null,
  candidateUrl: null,
  reportUrl: null,
});

/** One entry of each kind, again and again. */
export function auditLog(now: number, connection: string, count = 60): AuditLog {
  const subject = '4be1c07a92f3';
  const kinds: [Act, AuditEntry['params']][] = [
    ['exported', { rows: '212' }],
    ['person-exported', { subject }],
    ['erasure-ordered', { subject, checks: '1' }],
    ['erased', { subject }],
    ['purged', { checks: '14' }],
    ['retention-set', { days: '90' }],
    ['disconnected', {}],
    ['data-removed', {}],
  ];
  const entries = Array.from({ length: count }, (_, index): AuditEntry => {
    const [act, params] = kinds[index % kinds.length] ?? ['erased', { subject }];
    const number = count - index;
    return { number, at: now - index * 7 * HOUR, connection, act, params, chain: '0'.repeat(64) };
  });
  return { entries, more: false, whole: true };
}

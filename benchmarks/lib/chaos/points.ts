import type { Fault } from 'e2e';

/** What is done to a run at a point. */
export type Trouble =
  | 'status'
  | 'rate-limit'
  | 'reset'
  | 'reset-after'
  | 'timeout'
  | 'wrong'
  | 'cancel'
  | 'kill-before'
  | 'kill-during'
  | 'kill-after';

/** A request of a step that changes something at a vendor. */
export interface Act {
  step: string;
  service: Fault['service'];
  method: string;
  /** Regular expression. */
  path: string;
}

/** A template with everything that its steps do outside. */
export interface Subject {
  template: string;
  /** Whether a run of it leaves a repository. */
  hasRepository: boolean;
  /** Whether it leaves a dashboard, alerts and an SLO. */
  isObserved: boolean;
  /** Whether its pull request is opened by a stock action, without a ledger. */
  isStock: boolean;
  values: (name: string) => object;
  acts: Act[];
}

/** One run of the bench: where it is hit, with what, and who helps it then. */
export interface Point {
  subject: Subject;
  act: Act;
  trouble: Trouble;
  /** Whether the vendor stays that way until the run has given up. */
  lasting: boolean;
  /** What is pressed when the run needs a person. */
  remedy: 'retry' | 'rollback';
}

const pullRequest = (step: string, repository: string): Act[] => [
  { step, service: 'github', method: 'POST', path: `${repository}/git/trees` },
  { step, service: 'github', method: 'POST', path: `${repository}/git/refs` },
  { step, service: 'github', method: 'POST', path: `${repository}/pulls$` },
];

const apply = (step: string, repository: string): Act[] => [
  {
    step,
    service: 'github',
    method: 'POST',
    path: `${repository}/issues/\\d+/comments`,
  },
  { step, service: 'terraform', method: 'GET', path: '^/state/' },
];

const secret = (step: string): Act[] => [
  {
    step,
    service: 'vault',
    method: 'POST',
    path: '/v1/secret/data/',
  },
];

const observe = (step: string): Act[] => [
  { step, service: 'grafana', method: 'POST', path: '/api/dashboards/db' },
  {
    step,
    service: 'grafana',
    method: 'POST',
    path: '/prometheus/config/v1/rules/',
  },
];

/** The templates of the bench. */
export const SUBJECTS: Subject[] = [
  {
    template: 'postgresql-database-reviewed',
    hasRepository: false,
    isObserved: false,
    isStock: false,
    values: name => ({ name, environment: 'dev', size: 'small' }),
    acts: [
      ...pullRequest('create-terraform-pr', '/repos/myorg/infrastructure'),
      ...apply('wait-for-apply', '/repos/myorg/infrastructure'),
      ...secret('store-credentials'),
    ],
  },
  {
    template: 'new-service',
    hasRepository: true,
    isObserved: true,
    isStock: false,
    values: name => ({ name, environment: 'dev' }),
    acts: [
      {
        step: 'create-repository',
        service: 'github',
        method: 'POST',
        path: '/repos/myorg/service-template/generate$',
      },
      ...pullRequest('create-terraform-pr', '/repos/myorg/infrastructure'),
      ...apply('wait-for-apply', '/repos/myorg/infrastructure'),
      ...secret('store-credentials'),
      ...observe('observe'),
    ],
  },
  {
    // Beside those that are shipped: see benchmarks/templates.
    template: 'postgresql-database-stock',
    hasRepository: false,
    isObserved: false,
    isStock: true,
    values: name => ({ name, environment: 'dev', size: 'small' }),
    // The steps after it are those of the reviewed template.
    acts: pullRequest('create-terraform-pr', '/repos/myorg/infrastructure'),
  },
];

const FAULTS: Trouble[] = [
  'status',
  'rate-limit',
  'reset',
  'reset-after',
  'timeout',
  'wrong',
];
const KILLS: Trouble[] = ['kill-before', 'kill-during', 'kill-after'];

/** Each fault once as one that passes and once as one that lasts, and the rest. */
export const POINTS_PER_ACT = 2 * FAULTS.length + 1 + KILLS.length;

/**
 * Every act of every template, hit by everything; each fault once as a passing
 * one and once as one that lasts until the run gives up.
 */
export function listPoints(): Point[] {
  let helped = 0;
  return SUBJECTS.flatMap(subject =>
    subject.acts.flatMap(act =>
      [...FAULTS, 'cancel' as const, ...KILLS].flatMap(trouble =>
        (FAULTS.includes(trouble) ? [false, true] : [false]).map(lasting => {
          // Those that need a person; every other one is rolled back.
          helped += lasting || trouble === 'cancel' ? 1 : 0;
          return {
            subject,
            act,
            trouble,
            lasting,
            remedy:
              helped % 2 === 0 ? ('retry' as const) : ('rollback' as const),
          };
        }),
      ),
    ),
  );
}

/**
 * A sample that has every trouble and every step's last act, and six kills.
 */
export function samplePoints(): Point[] {
  const all = listPoints();
  const wanted: Array<[number, string, Trouble, boolean]> = [
    [0, '/pulls$', 'status', true],
    [0, '/git/refs', 'reset-after', false],
    [0, '/pulls$', 'kill-during', false],
    [0, 'comments', 'rate-limit', false],
    [0, 'comments', 'kill-after', false],
    [0, '^/state/', 'wrong', true],
    [0, '/v1/secret/data/', 'reset-after', true],
    [0, '/v1/secret/data/', 'kill-during', false],
    [1, '/generate', 'reset-after', false],
    [1, '/generate', 'kill-before', false],
    [1, '/pulls$', 'cancel', false],
    [1, 'comments', 'timeout', false],
    [1, '^/state/', 'reset', true],
    [1, '/v1/secret/data/', 'status', true],
    [1, '/api/dashboards/db', 'reset-after', false],
    [1, '/rules/', 'kill-during', false],
    [2, '/pulls$', 'kill-during', false],
  ];
  let lastings = 0;
  return wanted.map(([subject, path, trouble, lasting]) => {
    const point = all.find(
      candidate =>
        candidate.subject === SUBJECTS[subject] &&
        candidate.act.path.includes(path) &&
        candidate.trouble === trouble &&
        candidate.lasting === lasting,
    );
    if (!point) {
      throw new Error(`No point ${subject} ${path} ${trouble} ${lasting}`);
    }
    lastings += lasting ? 1 : 0;
    // Of those that need a person, every other one is rolled back.
    return { ...point, remedy: lastings % 2 === 0 ? 'retry' : 'rollback' };
  });
}

/** Whether a backend is killed at it. */
export function isKill({ trouble }: Point): boolean {
  return KILLS.includes(trouble);
}

/**
 * The fault that makes the trouble; of a kill, the one that gives time for it.
 * It hits no run but that of the point.
 *
 * @param name - what the run is asked with: each act has it in its path, in its
 * body, or in the branch of its pull request
 */
export function toFault({ act, trouble, lasting }: Point, name: string): Fault {
  const { service, method, path } = act;
  const match = { method, pathPattern: path, text: name };
  const times = lasting ? undefined : 1;
  switch (trouble) {
    case 'cancel':
    case 'kill-before':
      return { service, kind: 'slow', match, delayMs: 3_000, times };
    case 'kill-during':
      return { service, kind: 'slow-after', match, delayMs: 3_000, times };
    case 'kill-after':
      return { service, kind: 'slow-after', match, delayMs: 1, times };
    case 'timeout':
      return { service, kind: 'slow', match, delayMs: 20_000, times };
    case 'rate-limit':
      return {
        service,
        kind: 'rate-limit',
        match,
        status: 429,
        retryAfterSeconds: 2,
        times,
      };
    default:
      return { service, kind: trouble, match, status: 500, times };
  }
}

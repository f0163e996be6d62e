import { LogEvent, ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import {
  Effect,
  Problem,
  RunState,
  Suspension,
} from '@self-service/plugin-runs-common';

/** When the runs of the fixtures begin. */
export const START = '2026-11-22T10:00:00Z';

/** A run of Dana's that makes the database `orders` in two steps. */
export function makeTask(status: ScaffolderTask['status']): ScaffolderTask {
  return {
    id: 'task-1',
    status,
    createdAt: START,
    lastHeartbeatAt: START,
    spec: {
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      parameters: { name: 'orders', password: '******' },
      steps: [
        { id: 'gate', name: 'Approval', action: 'approval:request' },
        { id: 'apply', name: 'Apply', action: 'terraform:wait-for-apply' },
      ],
      output: {},
      user: { ref: 'user:default/dana' },
      templateInfo: {
        entityRef: 'template:default/postgresql-database',
        entity: {
          metadata: {
            name: 'postgresql-database',
            title: 'PostgreSQL database',
          },
        },
      },
    },
  };
}

/** Log events in their order; each a second after the one before. */
export function makeEvents(
  ...events: [LogEvent['type'], object & Partial<LogEvent['body']>][]
): LogEvent[] {
  return events.map(([type, body], index) => ({
    id: index + 1,
    taskId: 'task-1',
    type,
    body: { message: '', ...body },
    createdAt: new Date(Date.parse(START) + index * 1000).toISOString(),
  }));
}

/** The wait of the gate. */
export function makeSuspension(overrides: Partial<Suspension>): Suspension {
  return {
    id: 'suspension-1',
    taskId: 'task-1',
    stepId: 'gate',
    status: 'parked',
    wait: { kind: 'approval', ref: 'request-1' },
    title: 'Approval by the lead of Payments',
    createdAt: START,
    ...overrides,
  };
}

/** A pull request that the run has opened. */
export function makeEffect(overrides: Partial<Effect> = {}): Effect {
  return {
    id: 'effect-1',
    taskId: 'task-1',
    stepId: 'apply',
    status: 'created',
    capability: 'git',
    provider: 'github',
    kind: 'pull request',
    name: 'myorg/infrastructure#4',
    url: 'https://git.example.com/4',
    createdAt: START,
    updatedAt: START,
    ...overrides,
  };
}

/** The request of the run's gate, pending with the lead of Payments. */
export function makeRequest(
  overrides: Partial<ApprovalRequest> = {},
): ApprovalRequest {
  return {
    id: 'request-1',
    taskId: 'task-1',
    stepId: 'gate',
    status: 'pending',
    title: 'PostgreSQL database: orders (production)',
    requester: 'user:default/dana',
    decision: {
      id: 'decision-1',
      taskId: 'task-1',
      stepId: 'gate',
      facts: {
        template: 'template:default/postgresql-database',
        affectedTeams: [],
        requester: { teams: [] },
        parameters: {},
      },
      decision: {
        outcome: 'require-approval',
        type: 'single',
        risk: 'elevated',
        stages: [],
        reasons: [
          {
            code: 'environment.production',
            dimension: 'environment',
            params: { environment: 'production' },
          },
        ],
        warnings: [],
      },
      explanations: ['For messages, not for pages.'],
      bundleDigest: 'bundle',
      dataDigest: 'data',
      createdAt: START,
    },
    stages: [
      {
        id: 'stage-1',
        name: 'team-lead:group:default/payments',
        kind: 'team-lead',
        position: 0,
        status: 'open',
        quorum: 1,
        approvers: [{ leadOf: 'group:default/payments' }],
        eligible: ['user:default/leo'],
        reasons: [],
        votes: [],
      },
    ],
    links: [],
    createdAt: START,
    ...overrides,
  };
}

/** What the backend knows of the run `task-1`; by default it runs. */
export function makeRunState(overrides: Partial<RunState> = {}): RunState {
  const refused = { allowed: false, reason: 'It has not ended.' };
  return {
    taskId: 'task-1',
    status: 'running',
    phase: 'active',
    templateRef: 'template:default/postgresql-database',
    title: 'Database orders',
    requester: 'user:default/dana',
    team: 'group:default/payments',
    createdAt: START,
    entityRefs: [],
    stepReports: [],
    interventions: [],
    expectedSeconds: {},
    options: {
      retry: refused,
      resubmit: refused,
      rollback: refused,
      cancel: { allowed: true },
    },
    ...overrides,
  };
}

/** The options of a run that failed and is held. */
export const HELD_OPTIONS: RunState['options'] = {
  retry: { allowed: true },
  resubmit: { allowed: true },
  rollback: { allowed: true },
  cancel: { allowed: false, reason: 'It has ended.' },
};

/** A failure that the platform team has to mend. */
export function makeProblem(overrides: Partial<Problem> = {}): Problem {
  return {
    what: 'Vault is sealed.',
    whose: 'platform',
    canPass: true,
    remedy: 'Ask the platform team to unseal it.',
    vendor: 'Vault',
    status: 503,
    requestId: 'request-77',
    raw: '{"errors":["Vault is sealed"]}',
    ...overrides,
  };
}

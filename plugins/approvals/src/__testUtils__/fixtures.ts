import {
  ApprovalRequest,
  ChannelsByKind,
  MessageDeliveryReport,
  MessagePreferences,
  RequestDetail,
  Stage,
} from '@self-service/plugin-approvals-common';

/** A stage that waits for the lead of Payments. */
export function makeStage(overrides: Partial<Stage> = {}): Stage {
  return {
    id: 'stage-1',
    name: 'team-lead:group:default/payments',
    kind: 'team-lead',
    position: 0,
    status: 'open',
    quorum: 1,
    approvers: [{ leadOf: 'group:default/payments' }],
    eligible: ['user:default/leo'],
    reasons: ['environment.production'],
    openedAt: '2026-11-22T10:00:00Z',
    dueAt: '2026-11-22T14:00:00Z',
    votes: [],
    ...overrides,
  };
}

/** A pending request of Dana for a production database. */
export function makeRequest(
  overrides: Partial<ApprovalRequest> = {},
): ApprovalRequest {
  return {
    id: 'request-1',
    taskId: 'task-1',
    stepId: 'self-service-gate',
    status: 'pending',
    title: 'PostgreSQL database: orders (production)',
    requester: 'user:default/dana',
    decision: {
      id: 'decision-1',
      taskId: 'task-1',
      stepId: 'self-service-gate',
      facts: {
        template: 'template:default/postgresql-database',
        operation: 'database:create',
        environment: 'production',
        monthlyCost: 150,
        team: 'group:default/payments',
        affectedTeams: ['group:default/payments'],
        requester: {
          ref: 'user:default/dana',
          teams: ['group:default/payments'],
        },
        parameters: { name: 'orders', size: 'medium' },
      },
      decision: {
        outcome: 'require-approval',
        type: 'single',
        risk: 'elevated',
        stages: [
          {
            id: 'team-lead:group:default/payments',
            kind: 'team-lead',
            approvers: [{ leadOf: 'group:default/payments' }],
            quorum: 1,
            due: 'PT4H',
            escalateAfter: 'PT2H',
            escalateTo: [],
            reasons: ['environment.production'],
          },
        ],
        reasons: [
          {
            code: 'environment.production',
            dimension: 'environment',
            params: { environment: 'production' },
          },
        ],
        warnings: [],
      },
      // What pages show is made of the reasons; this is for messages.
      explanations: ['Not shown on a page.'],
      bundleDigest: 'bundle',
      dataDigest: 'data',
      createdAt: '2026-11-22T10:00:00Z',
    },
    stages: [makeStage()],
    links: [{ title: 'Pull request #4', url: 'https://git.example.com/4' }],
    createdAt: '2026-11-22T10:00:00Z',
    ...overrides,
  };
}

/** A request as the signed-in person sees it, who may vote on it. */
export function makeDetail(
  request: Partial<ApprovalRequest> = {},
  viewer: Partial<RequestDetail['viewer']> = {},
): RequestDetail {
  return {
    request: makeRequest(request),
    history: [
      {
        at: '2026-11-22T10:00:00Z',
        actor: 'user:default/dana',
        event: 'created',
      },
    ],
    viewer: { votableStages: ['stage-1'], canCancel: false, ...viewer },
  };
}

/** What somebody who changed nothing is told where. */
export function makePreferences(
  preferences: Partial<ChannelsByKind> = {},
): MessagePreferences {
  const defaults: ChannelsByKind = {
    'approval-needed': ['notification', 'chat'],
    'approval-reminder': ['notification', 'chat'],
    'approval-escalated': ['notification', 'chat'],
    'request-progress': ['notification'],
  };
  return {
    defaults,
    preferences: { ...defaults, ...preferences },
    available: [
      { channel: 'notification', title: 'Notifications' },
      { channel: 'chat', title: 'Slack' },
      { channel: 'mail', title: 'Mail' },
    ],
  };
}

/** A message to Leo that arrived. */
export function makeDelivery(
  overrides: Partial<MessageDeliveryReport> = {},
): MessageDeliveryReport {
  return {
    id: 'delivery-1',
    to: 'user:default/leo',
    kind: 'approval-needed',
    channel: 'chat',
    provider: 'slack',
    status: 'sent',
    attempts: 1,
    at: '2026-11-22T10:00:05Z',
    ...overrides,
  };
}

import { randomUUID } from 'node:crypto';
import { DecisionStage } from '@self-service/plugin-approvals-common';
import { DecisionRecord, NewRequest } from '../database';

/** When all of it happens, unless said otherwise. */
export const AT = '2026-11-22T10:00:00.000Z';

function decisionStage(id: string, more: Partial<DecisionStage> = {}) {
  return {
    id,
    kind: 'security',
    approvers: [{ group: 'group:default/security' }],
    quorum: 1,
    due: 'PT4H',
    escalateAfter: 'PT2H',
    escalateTo: [{ group: 'group:default/platform-team' }],
    reasons: ['risk.operation'],
    ...more,
  };
}

/** An automatic approval. */
export function decisionRecord(
  more: Partial<DecisionRecord> = {},
): DecisionRecord {
  return {
    id: randomUUID(),
    taskId: 't1',
    stepId: 'gate',
    inputDigest: 'digest',
    input: {
      now: '2026-11-22T10:00:00Z',
      request: {
        template: 'template:default/database',
        affectedTeams: [],
        requester: { ref: 'user:default/dana', teams: [] },
        parameters: { name: 'orders' },
      },
    },
    result: {
      outcome: 'auto-approve',
      type: 'auto',
      risk: 'low',
      stages: [],
      reasons: [],
      warnings: [],
    },
    bundleDigest: 'b',
    dataDigest: 'd',
    createdAt: AT,
    ...more,
  };
}

/** A request of a decision, with open stages that Leo may decide. */
export function newRequest(
  from: DecisionRecord,
  options: {
    stages?: (Partial<NewRequest['stages'][number]> & { users?: string[] })[];
    requester?: string;
    createdAt?: string;
    facets?: Partial<NewRequest['facets']>;
  } = {},
): NewRequest {
  const { stages = [{}], requester, createdAt = AT, facets } = options;
  return {
    id: randomUUID(),
    decisionId: from.id,
    taskId: from.taskId,
    title: 'Database: orders',
    requester: requester ?? 'user:default/dana',
    links: [{ title: 'Plan', url: 'https://example.com' }],
    createdAt,
    facets: {
      environment: 'production',
      team: 'group:default/payments',
      risk: 'elevated',
      teams: ['group:default/payments'],
      ...facets,
    },
    stages: stages.map(({ users = ['user:default/leo'], ...stage }, index) => ({
      ...decisionStage(`stage-${index}`),
      status: 'open',
      eligible: { users },
      ...stage,
    })),
  };
}

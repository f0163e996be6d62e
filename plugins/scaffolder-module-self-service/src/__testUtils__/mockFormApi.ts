import { FormPreview } from '@self-service/plugin-approvals-common';
import { FormApi } from '../form/api/FormApi';

/** What policy says of a small database for dev: it goes through. */
export function makePreview(overrides: Partial<FormPreview> = {}): FormPreview {
  return {
    decision: {
      outcome: 'auto-approve',
      type: 'auto',
      risk: 'low',
      stages: [],
      reasons: [],
      warnings: [],
    },
    explanations: [],
    facts: {
      template: 'template:default/postgresql-database',
      affectedTeams: [],
      requester: { teams: [] },
      parameters: {},
    },
    incomplete: [],
    creates: [
      {
        kind: 'PostgreSQL database',
        name: 'orders',
        capability: 'infrastructure',
      },
    ],
    grants: ['read on databases/orders to the owning team'],
    cost: {
      monthly: 50,
      currency: 'USD',
      parts: [{ label: 'Size: Small', monthly: 50 }],
    },
    stages: [],
    alternatives: [],
    warnings: [],
    ...overrides,
  };
}

/** The same, but the team's lead must approve it. */
export function makeApprovalPreview(
  overrides: Partial<FormPreview> = {},
): FormPreview {
  return makePreview({
    decision: {
      outcome: 'require-approval',
      type: 'single',
      risk: 'elevated',
      stages: [
        {
          id: 'team-lead',
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
    stages: [
      {
        id: 'team-lead',
        kind: 'team-lead',
        quorum: 1,
        approvers: [{ leadOf: 'group:default/payments' }],
        eligible: ['user:default/leo'],
        due: 'PT4H',
        typicalSeconds: 720,
        samples: 3,
      },
    ],
    typical: { seconds: 900, samples: 3 },
    ...overrides,
  });
}

function answer<M extends keyof FormApi>(
  value: Awaited<ReturnType<FormApi[M]>>,
) {
  return jest
    .fn<ReturnType<FormApi[M]>, Parameters<FormApi[M]>>()
    .mockResolvedValue(value as never);
}

/** A {@link FormApi} where everything goes through and nothing is wrong. */
export function mockFormApi(): jest.Mocked<FormApi> {
  return {
    preview: answer<'preview'>(makePreview()),
    check: answer<'check'>([]),
    listSystems: answer<'listSystems'>([
      {
        capability: 'infrastructure',
        provider: 'atlantis',
        vendor: 'Atlantis',
        title: 'Terraform by Atlantis',
      },
    ]),
    listStatistics: answer<'listStatistics'>([]),
    listResources: answer<'listResources'>([]),
    getResource: jest.fn().mockRejectedValue(new Error('not mocked')),
  };
}

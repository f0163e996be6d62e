import {
  ProviderFailure,
  ProviderStatus,
  Resource,
} from '@self-service/plugin-runs-common';

/** GitHub, which is well. */
export function makeProvider(
  overrides: Partial<ProviderStatus> = {},
): ProviderStatus {
  return {
    id: 'github',
    capability: 'git',
    vendor: 'GitHub',
    endpoint: 'https://api.github.com',
    features: ['internal-repositories'],
    health: {
      status: 'ok',
      description: 'Signed in as self-service.',
      checkedAt: '2026-11-22T10:00:00Z',
    },
    recentFailures: [],
    ...overrides,
  };
}

/** A vault that is sealed. */
export function makeSealedVault(
  overrides: Partial<ProviderStatus> = {},
): ProviderStatus {
  return makeProvider({
    id: 'vault:payments',
    capability: 'secrets',
    vendor: 'Vault',
    endpoint: 'https://vault.example.com',
    features: ['leases'],
    health: {
      status: 'failing',
      description: 'Vault is sealed.',
      problem: {
        what: 'Vault is sealed.',
        whose: 'platform',
        canPass: true,
        remedy: 'Unseal it.',
        vendor: 'Vault',
        status: 503,
        requestId: 'request-77',
        raw: '{"errors":["sealed"]}',
      },
      checkedAt: '2026-11-22T10:00:00Z',
    },
    ...overrides,
  });
}

/** A step that failed at GitHub. */
export function makeFailure(
  overrides: Partial<ProviderFailure> = {},
): ProviderFailure {
  return {
    taskId: 'task-1',
    stepId: 'pull-request',
    problem: {
      what: 'The branch exists already.',
      whose: 'yours',
      canPass: false,
      remedy: 'Choose another name.',
      vendor: 'GitHub',
    },
    at: '2026-11-22T09:00:00Z',
    ...overrides,
  };
}

/** Dana's production database, which is there. */
export function makeResource(overrides: Partial<Resource> = {}): Resource {
  return {
    id: 'task-1',
    title: 'PostgreSQL database: orders (production)',
    kind: 'PostgreSQL database',
    name: 'orders',
    templateRef: 'template:default/postgresql-database',
    requester: 'user:default/dana',
    team: 'group:default/payments',
    environment: 'production',
    monthlyCost: 150,
    currency: 'USD',
    createdAt: '2026-11-20T10:00:00Z',
    status: 'present',
    entityRefs: ['resource:default/orders'],
    parts: [
      {
        effectId: 'effect-1',
        capability: 'infrastructure',
        provider: 'atlantis',
        kind: 'apply',
        name: 'databases/orders',
        url: 'https://git.example.com/4',
        status: 'created',
      },
    ],
    actions: {
      remove: {
        allowed: true,
        formPath: '/create/templates/default/database-deletion?resource=task-1',
      },
      change: { allowed: false, reason: 'another change of it is under way.' },
      extend: { allowed: false, reason: 'it has no end.' },
    },
    ...overrides,
  };
}

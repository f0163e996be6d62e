/** What a run is made of in tests. */
export interface RunOptions {
  id?: string;
  workspace?: string;
  commit?: string;
  status?: string;
  planOnly?: boolean;
  isDestroy?: boolean;
  message?: string;
  timestamps?: Record<string, string>;
  directory?: string;
  resources?: number;
  createdAt?: string;
  actions?: Record<string, boolean>;
  counts?: [number, number, number];
  cost?: string;
}

/** A run as the API answers it, with everything included. */
export function runAnswer({
  id = 'run-1',
  workspace = 'orders',
  commit = 'c1',
  status = 'planned_and_finished',
  planOnly = true,
  isDestroy = false,
  message = 'Add orders',
  timestamps = {},
  directory,
  resources,
  createdAt = '2026-01-02T03:04:05.000Z',
  actions = {},
  counts,
  cost,
}: RunOptions = {}) {
  return {
    data: {
      id,
      type: 'runs' as const,
      attributes: {
        status,
        'created-at': createdAt,
        'plan-only': planOnly,
        'is-destroy': isDestroy,
        'status-timestamps': timestamps,
        message,
        actions,
      },
      relationships: {
        workspace: { data: { id: `ws-${workspace}` } },
        'configuration-version': { data: { id: `cv-${commit}` } },
        plan: { data: { id: `plan-${id}` } },
        'cost-estimate': { data: { id: `ce-${id}` } },
      },
    },
    included: [
      {
        id: `plan-${id}`,
        type: 'plans',
        attributes: {
          'resource-additions': counts?.[0] ?? null,
          'resource-changes': counts?.[1] ?? null,
          'resource-destructions': counts?.[2] ?? null,
        },
      },
      {
        id: `ce-${id}`,
        type: 'cost-estimates',
        attributes: {
          status: cost === undefined ? 'pending' : 'finished',
          'proposed-monthly-cost': cost ?? null,
        },
      },
      {
        id: `cv-${commit}`,
        type: 'configuration-versions',
        attributes: {},
        relationships: {
          'ingress-attributes': { data: { id: `ia-${commit}` } },
        },
      },
      {
        id: `ia-${commit}`,
        type: 'ingress-attributes',
        attributes: { 'commit-sha': commit, identifier: 'myorg/infra' },
      },
      {
        id: `ws-${workspace}`,
        type: 'workspaces',
        attributes: {
          name: workspace,
          ...(directory !== undefined && { 'working-directory': directory }),
          ...(resources !== undefined && { 'resource-count': resources }),
        },
      },
    ],
  };
}

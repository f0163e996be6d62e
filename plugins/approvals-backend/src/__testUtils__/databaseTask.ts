import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { JsonObject } from '@backstage/types';
import { GateStep } from '@self-service/plugin-approvals-common';

/** What the database template declares in these tests. */
export const databaseDeclaration = {
  operation: 'database:create',
  environment: { parameter: 'environment' },
  team: { parameter: 'owner' },
  cost: {
    parameter: 'size',
    monthly: { small: 50, medium: 150, large: 800 },
  },
  creates: [{ kind: 'PostgreSQL database', name: 'databases/{name}' }],
};

/** The injected gate, with what the template declares. */
export function gateStep(
  selfService: unknown = databaseDeclaration,
  id = 'self-service-gate',
): GateStep & { id: string; input: JsonObject } {
  return {
    id,
    action: 'approval:request',
    input: { selfService } as JsonObject,
  };
}

/** What a run of the database template may differ in. */
export interface DatabaseTaskOptions {
  parameters?: JsonObject;
  steps?: GateStep[];
  user?: string;
  status?: ScaffolderTask['status'];
}

/** A run of the database template: a production database for Dana. */
export function databaseTask(
  id: string,
  options: DatabaseTaskOptions = {},
): ScaffolderTask {
  const { parameters, steps = [gateStep()], status = 'processing' } = options;
  return {
    id,
    status,
    createdAt: '2026-11-22T10:00:00.000Z',
    spec: {
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      parameters: {
        name: 'orders',
        environment: 'production',
        size: 'small',
        owner: 'group:default/payments',
        ...parameters,
      },
      steps: steps as ScaffolderTask['spec']['steps'],
      output: {},
      templateInfo: {
        entityRef: 'template:default/database',
        entity: { metadata: { name: 'database', title: 'Database' } },
      },
      user: { ref: options.user ?? 'user:default/dana' },
    },
  };
}

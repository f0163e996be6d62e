import { Entity } from '@backstage/catalog-model';
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
  grants: ['read on databases/{name} to {owning team}'],
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

/** The form of the database template, with a field that hides its value. */
const databaseForm = [
  {
    title: 'Your database',
    properties: {
      name: { title: 'Name', type: 'string', pattern: '^[a-z]+$' },
      password: { title: 'Password', type: 'string', 'ui:field': 'Secret' },
    },
  },
  {
    title: 'Where',
    properties: {
      environment: {
        title: 'Environment',
        type: 'string',
        enum: ['dev', 'staging', 'production'],
      },
      size: {
        title: 'Size',
        type: 'string',
        enum: ['small', 'medium', 'large'],
        enumNames: ['Small', 'Medium', 'Large'],
      },
      owner: { title: 'Team', type: 'string', 'ui:field': 'OwnerPicker' },
    },
  },
];

/** The database template in the catalog. */
export function databaseTemplate(
  options: { name?: string; selfService?: unknown } = {},
): Entity {
  const { name = 'database', selfService = databaseDeclaration } = options;
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name, namespace: 'default', title: 'Database' },
    spec: {
      type: 'resource',
      parameters: databaseForm,
      selfService: selfService as JsonObject,
      steps: [],
    },
  };
}

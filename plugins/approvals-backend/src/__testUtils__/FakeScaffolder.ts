import { NotFoundError } from '@backstage/errors';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { scaffolderServiceMock } from '@backstage/plugin-scaffolder-node/testUtils';
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

/** Tasks as the scaffolder answers them. */
export class FakeScaffolder {
  readonly tasks = new Map<string, ScaffolderTask>();
  readonly cancelled: string[] = [];
  readonly service = scaffolderServiceMock.mock({
    getTask: async ({ taskId }) => {
      const task = this.tasks.get(taskId);
      if (!task) {
        throw new NotFoundError(`Task ${taskId} does not exist`);
      }
      return task;
    },
    listTasks: async ({ status, limit = 100, offset = 0 }) => {
      const items = [...this.tasks.values()].filter(task =>
        [status].flat().includes(task.status),
      );
      return {
        items: items.slice(offset, offset + limit),
        totalItems: items.length,
      };
    },
    cancelTask: async ({ taskId }) => {
      this.cancelled.push(taskId);
      return { status: 'cancelled' };
    },
  });

  /** Adds a run of the database template. */
  addTask(
    id: string,
    options: {
      parameters?: JsonObject;
      steps?: GateStep[];
      user?: string;
      status?: ScaffolderTask['status'];
    } = {},
  ): ScaffolderTask {
    const { parameters, steps = [gateStep()], status = 'processing' } = options;
    const task: ScaffolderTask = {
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
    this.tasks.set(id, task);
    return task;
  }
}

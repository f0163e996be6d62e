import { NotFoundError } from '@backstage/errors';
import { ScaffolderTask } from '@backstage/plugin-scaffolder-common';
import { scaffolderServiceMock } from '@backstage/plugin-scaffolder-node/testUtils';
import { databaseTask, DatabaseTaskOptions } from './databaseTask';

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
  addTask(id: string, options?: DatabaseTaskOptions): ScaffolderTask {
    const task = databaseTask(id, options);
    this.tasks.set(id, task);
    return task;
  }
}

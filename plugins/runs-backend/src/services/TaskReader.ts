import { AuthService } from '@backstage/backend-plugin-api';
import { LogEvent, TaskSpec } from '@backstage/plugin-scaffolder-common';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';

/** One event of a task. */
export type TaskEvent = Pick<LogEvent, 'id' | 'type' | 'createdAt'> & {
  /** `stepId` and `status` are of a log line that tells how a step goes. */
  body: { stepId?: string; status?: string; message?: string };
};

/** Reads tasks of the scaffolder with our own credentials. */
export class TaskReader {
  readonly #scaffolder: ScaffolderService;
  readonly #auth: AuthService;

  private constructor(deps: TaskReaderDeps) {
    this.#scaffolder = deps.scaffolder;
    this.#auth = deps.auth;
  }

  static create(deps: TaskReaderDeps): TaskReader {
    return new TaskReader(deps);
  }

  /**
   * What the task was started with; it never changes.
   *
   * @throws the scaffolder's answer where it has no such task
   */
  async readSpec(taskId: string): Promise<TaskSpec> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const task = await this.#scaffolder.getTask({ taskId }, { credentials });
    return task.spec;
  }

  /** Every event that the scaffolder keeps of the task, oldest first. */
  async readEvents(taskId: string): Promise<TaskEvent[]> {
    const credentials = await this.#auth.getOwnServiceCredentials();
    const events = await this.#scaffolder.getLogs({ taskId }, { credentials });
    return [...events].sort((one, other) => one.id - other.id);
  }
}

interface TaskReaderDeps {
  scaffolder: ScaffolderService;
  auth: AuthService;
}

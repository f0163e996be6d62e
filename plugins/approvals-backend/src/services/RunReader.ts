import { AuthService } from '@backstage/backend-plugin-api';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';

const MAXIMUM_CACHED = 500;

/**
 * Reads what a run was started with. A task's spec never changes, so the
 * most recently used ones are kept.
 */
export class RunReader {
  readonly #scaffolder: ScaffolderService;
  readonly #auth: AuthService;
  readonly #specs = new Map<string, TaskSpec>();

  constructor(options: { scaffolder: ScaffolderService; auth: AuthService }) {
    this.#scaffolder = options.scaffolder;
    this.#auth = options.auth;
  }

  /**
   * The spec of a task, read with the plugin's own credentials.
   *
   * @throws whatever the scaffolder answers for a task that can't be read
   */
  async getSpec(taskId: string): Promise<TaskSpec> {
    const cached = this.#specs.get(taskId);
    if (cached) {
      this.remember(taskId, cached);
      return cached;
    }
    const credentials = await this.#auth.getOwnServiceCredentials();
    const { spec } = await this.#scaffolder.getTask(
      { taskId },
      { credentials },
    );
    this.remember(taskId, spec);
    return spec;
  }

  /** Keeps what somebody else has read of a task just now. */
  remember(taskId: string, spec: TaskSpec): void {
    this.#specs.delete(taskId);
    this.#specs.set(taskId, spec);
    if (this.#specs.size > MAXIMUM_CACHED) {
      const [oldest] = this.#specs.keys();
      this.#specs.delete(oldest);
    }
  }
}

import {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';
import { ResponseError } from '@backstage/errors';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import { Run, RunList } from '@self-service/plugin-runs-common';
import { EffectStore } from '../database/EffectStore';
import { StoredSuspension, SuspensionStore } from '../database/SuspensionStore';
import { toSuspension } from './toSuspension';

type UserCredentials = BackstageCredentials<BackstageUserPrincipal>;

/** Shows a run to those who may read its task in the scaffolder. */
export class RunReader {
  readonly #scaffolder: ScaffolderService;
  readonly #suspensions: SuspensionStore;
  readonly #effects: EffectStore;

  private constructor(deps: RunReaderDeps) {
    this.#scaffolder = deps.scaffolder;
    this.#suspensions = deps.suspensions;
    this.#effects = deps.effects;
  }

  static create(deps: RunReaderDeps): RunReader {
    return new RunReader(deps);
  }

  /**
   * One run; empty lists where the suite knows nothing of it.
   *
   * @throws the scaffolder's answer when the user may not read the task
   */
  async read(taskId: string, credentials: UserCredentials): Promise<Run> {
    await this.#scaffolder.getTask({ taskId }, { credentials });
    const [suspensions, effects] = await Promise.all([
      this.#suspensions.listByTask(taskId),
      this.#effects.list(taskId),
    ]);
    return { taskId, suspensions: suspensions.map(toSuspension), effects };
  }

  /** The newest suspension of each of these runs that the user may read. */
  async list(
    taskIds: string[],
    credentials: UserCredentials,
  ): Promise<RunList> {
    const rows = await this.#suspensions.listNewest(taskIds);
    const readable = await Promise.all(
      rows.map(row => this.#mayRead(row, credentials)),
    );
    return {
      items: rows
        .filter((_, index) => readable[index])
        .map(row => ({ taskId: row.taskId, suspension: toSuspension(row) })),
    };
  }

  async #mayRead(
    { taskId }: StoredSuspension,
    credentials: UserCredentials,
  ): Promise<boolean> {
    try {
      await this.#scaffolder.getTask({ taskId }, { credentials });
      return true;
    } catch (error) {
      const { statusCode } = error as Partial<ResponseError>;
      if (statusCode === 403 || statusCode === 404) {
        return false;
      }
      throw error;
    }
  }
}

interface RunReaderDeps {
  scaffolder: ScaffolderService;
  suspensions: SuspensionStore;
  effects: EffectStore;
}

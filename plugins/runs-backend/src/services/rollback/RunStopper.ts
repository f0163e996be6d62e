import { NotFoundError } from '@backstage/errors';
import { SuspensionStore } from '../../database/SuspensionStore';
import { ScaffolderRuns } from '../ScaffolderRuns';
import { isBeingCancelled } from '../taskLooks';
import { Transitions } from '../Transitions';

/** Makes sure that nothing of a run acts any more. */
export class RunStopper {
  readonly #suspensions: SuspensionStore;
  readonly #transitions: Transitions;
  readonly #scaffolderRuns: ScaffolderRuns;

  private constructor(deps: RunStopperDeps) {
    this.#suspensions = deps.suspensions;
    this.#transitions = deps.transitions;
    this.#scaffolderRuns = deps.scaffolderRuns;
  }

  static create(deps: RunStopperDeps): RunStopper {
    return new RunStopper(deps);
  }

  /**
   * Ends the run's waits, then its attempt, a step further with each call.
   *
   * @returns whether no worker has the task any more
   */
  async stop(taskId: string): Promise<boolean> {
    for (const row of await this.#suspensions.listByTask(taskId)) {
      if (row.status !== 'resumed' && row.status !== 'cancelled') {
        if (!(await this.#transitions.cancel(row))) {
          return false;
        }
      }
    }
    try {
      const look = await this.#scaffolderRuns.look(taskId);
      if (!look.terminal && !isBeingCancelled(look)) {
        await this.#scaffolderRuns.cancel(taskId);
      }
      return look.terminal;
    } catch (error) {
      if (error instanceof NotFoundError) {
        return true;
      }
      throw error;
    }
  }
}

interface RunStopperDeps {
  suspensions: SuspensionStore;
  transitions: Transitions;
  scaffolderRuns: ScaffolderRuns;
}

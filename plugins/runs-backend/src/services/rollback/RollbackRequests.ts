import { ConflictError, NotAllowedError } from '@backstage/errors';
import { EndRun, toRunOptions } from '@self-service/plugin-runs-common';
import { EffectStore } from '../../database/EffectStore';
import { RunStore } from '../../database/RunStore';
import { RunAccess, UserCredentials } from '../RunAccess';
import { RunImporter } from '../RunImporter';
import { ScaffolderRuns } from '../ScaffolderRuns';
import { LeftoverRecorder } from './LeftoverRecorder';
import { RollbackService } from './RollbackService';

/** Rolls runs back for people who may ask for it. */
export class RollbackRequests {
  readonly #deps: RollbackRequestsDeps;

  private constructor(deps: RollbackRequestsDeps) {
    this.#deps = deps;
  }

  static create(deps: RollbackRequestsDeps): RollbackRequests {
    return new RollbackRequests(deps);
  }

  /**
   * Begins to roll a run back; one that runs or waits is cancelled first.
   * Nothing happens for one that is rolling back, or has been.
   *
   * @throws NotAllowedError - neither the requester nor an operator
   * @throws ConflictError - there is nothing to undo, or it is completed
   */
  async request(
    taskId: string,
    { comment }: EndRun,
    credentials: UserCredentials,
  ): Promise<void> {
    const { access, runs, importer, rollback } = this.#deps;
    const by = access.requirePerson(credentials);
    await access.readTaskStatus(taskId, credentials);
    if (!(await runs.find(taskId))) {
      await importer.fetch(taskId);
    }
    await this.#requireAllowed(taskId, credentials);
    await rollback.request(taskId, { by, comment });
  }

  async #requireAllowed(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<void> {
    const { access, runs, effects, leftovers, scaffolderRuns } = this.#deps;
    const run = await runs.find(taskId);
    if (!run || run.phase === 'rolling-back' || run.phase === 'rolled-back') {
      return;
    }
    if (!(await access.isInCharge(run, credentials))) {
      throw new NotAllowedError(
        'Only the requester and the platform team can do this',
      );
    }
    const isCompleted =
      run.phase === 'active' && (await scaffolderRuns.look(taskId)).completed;
    const option = toRunOptions({
      phase: isCompleted ? 'completed' : run.phase,
      isCancelled: run.cancelledAt !== undefined,
      hasEffects:
        (await effects.listLive(taskId)).length > 0 ||
        (await leftovers.hasLeftovers(taskId)),
      replacedBy: run.replacedBy,
      isInCharge: true,
    }).rollback;
    if (!option.allowed) {
      throw new ConflictError(option.reason);
    }
  }
}

interface RollbackRequestsDeps {
  runs: RunStore;
  effects: EffectStore;
  leftovers: LeftoverRecorder;
  rollback: RollbackService;
  access: RunAccess;
  importer: RunImporter;
  scaffolderRuns: ScaffolderRuns;
}

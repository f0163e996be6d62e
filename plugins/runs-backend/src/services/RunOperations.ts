import { AuditorService } from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  EndRun,
  RunState,
  toRunOptions,
} from '@self-service/plugin-runs-common';
import { EffectStore } from '../database/EffectStore';
import { RunStore, StoredRun } from '../database/RunStore';
import { Clock } from './Clock';
import { Phases } from './Phases';
import { RunAccess, UserCredentials } from './RunAccess';
import { RunHints } from './RunHints';
import { RunImporter } from './RunImporter';

/** How often a call starts over when somebody else was faster. */
const MAX_TRIES = 5;

/** What people do with runs, beside retrying them and rolling them back. */
export class RunOperations {
  readonly #deps: RunOperationsDeps;

  private constructor(deps: RunOperationsDeps) {
    this.#deps = deps;
  }

  static create(deps: RunOperationsDeps): RunOperations {
    return new RunOperations(deps);
  }

  /**
   * Cancels a run that runs or waits, for good. Nothing happens for one that
   * was cancelled or is rolled back.
   *
   * @throws NotAllowedError - neither the requester nor an operator
   * @throws ConflictError - the run has ended
   */
  async cancel(
    taskId: string,
    { comment, rollback }: EndRun,
    credentials: UserCredentials,
  ): Promise<void> {
    const { phases, clock, hints } = this.#deps;
    const by = await this.#requireReader(taskId, credentials);
    await this.#audited('run-cancel-request', { taskId, by }, () =>
      this.#change(taskId, async run => {
        if (isOver(run) || (run.cancelledAt && run.phase === 'active')) {
          return true;
        }
        requireAllowed((await this.#optionsOf(run, credentials)).cancel);
        const now = await clock.now();
        const moved = await phases.move(run, {
          cancelledAt: now,
          endedBy: by,
          endComment: comment,
          nextLookAt: now,
          ...(rollback && { onFailure: 'rollback' as const }),
        });
        return moved !== undefined;
      }),
    );
    hints.followSoon(taskId);
  }

  /**
   * Notes that a run is the corrected form of another one, which is rolled
   * back. Idempotent.
   *
   * @throws NotAllowedError - not in charge of both
   * @throws ConflictError - the other run has not ended, or was replaced by
   * yet another one
   */
  async replace(
    taskId: string,
    replacedId: string,
    credentials: UserCredentials,
  ): Promise<void> {
    if (taskId === replacedId) {
      throw new InputError('A run can not replace itself');
    }
    const by = await this.#requireReader(taskId, credentials);
    await this.#requireReader(replacedId, credentials);
    await this.#audited('run-replace', { taskId, replacedId, by }, async () => {
      await this.#change(taskId, run =>
        this.#noteReplaces(run, replacedId, credentials),
      );
      await this.#change(replacedId, run =>
        this.#endReplaced(run, { taskId, by }, credentials),
      );
    });
  }

  async #noteReplaces(
    run: StoredRun,
    replacedId: string,
    credentials: UserCredentials,
  ): Promise<boolean> {
    const { access, phases } = this.#deps;
    if (!(await access.isInCharge(run, credentials))) {
      throw new NotAllowedError('This run is not yours');
    }
    if (run.replaces !== undefined && run.replaces !== replacedId) {
      throw new ConflictError(`This run replaces run ${run.replaces} already`);
    }
    return (
      run.replaces === replacedId ||
      (await phases.move(run, { replaces: replacedId })) !== undefined
    );
  }

  async #endReplaced(
    run: StoredRun,
    { taskId, by }: { taskId: string; by: string },
    credentials: UserCredentials,
  ): Promise<boolean> {
    const { effects, phases, clock, onRollingBack } = this.#deps;
    if (run.replacedBy === taskId) {
      return true;
    }
    requireAllowed((await this.#optionsOf(run, credentials)).resubmit);
    const isUndone =
      run.phase === 'rolling-back' ||
      run.phase === 'rolled-back' ||
      (run.phase !== 'held' &&
        (await effects.listLive(run.taskId)).length === 0);
    const moved = await phases.move(run, {
      replacedBy: taskId,
      ...(!isUndone && {
        phase: 'rolling-back' as const,
        endedBy: by,
        endComment: `Replaced by run ${taskId}.`,
        heldUntil: undefined,
        nextLookAt: await clock.now(),
      }),
    });
    if (moved && !isUndone) {
      onRollingBack(run.taskId);
    }
    return moved !== undefined;
  }

  /** Reads the task as the user, and makes sure that the run is known. */
  async #requireReader(
    taskId: string,
    credentials: UserCredentials,
  ): Promise<string> {
    const { access, runs, importer } = this.#deps;
    const by = access.requirePerson(credentials);
    await access.readTaskStatus(taskId, credentials);
    if (!(await runs.find(taskId))) {
      await importer.fetch(taskId);
    }
    return by;
  }

  async #optionsOf(
    run: StoredRun,
    credentials: UserCredentials,
  ): Promise<RunState['options']> {
    const { access, effects } = this.#deps;
    if (!(await access.isInCharge(run, credentials))) {
      throw new NotAllowedError(
        'Only the requester and the platform team can do this',
      );
    }
    return toRunOptions({
      phase: run.phase,
      isCancelled: run.cancelledAt !== undefined,
      refused: run.failure?.problem.refused,
      hasEffects: (await effects.listLive(run.taskId)).length > 0,
      replacedBy: run.replacedBy,
      isInCharge: true,
    });
  }

  /** Tries until a change holds. */
  async #change(
    taskId: string,
    attempt: (run: StoredRun) => Promise<boolean>,
  ): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const run = await this.#deps.runs.find(taskId);
      if (!run) {
        throw new NotFoundError(`Nothing is known of run ${taskId}`);
      }
      if (await attempt(run)) {
        return;
      }
    }
    throw new ConflictError(`Run ${taskId} keeps changing; try again`);
  }

  async #audited(
    eventId: string,
    meta: { taskId: string; by: string; replacedId?: string },
    work: () => Promise<void>,
  ): Promise<void> {
    const event = await this.#deps.auditor.createEvent({
      eventId,
      severityLevel: 'medium',
      meta,
    });
    try {
      await work();
      await event.success();
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }
}

function isOver({ phase }: StoredRun): boolean {
  return ['cancelled', 'rolling-back', 'rolled-back'].includes(phase);
}

function requireAllowed({
  allowed,
  reason,
}: RunState['options']['cancel']): void {
  if (!allowed) {
    throw new ConflictError(reason ?? 'This is not possible now');
  }
}

interface RunOperationsDeps {
  runs: RunStore;
  effects: EffectStore;
  phases: Phases;
  access: RunAccess;
  importer: RunImporter;
  hints: RunHints;
  /** Called after the commit, for the rollback to begin at once. */
  onRollingBack: (taskId: string) => void;
  clock: Clock;
  auditor: AuditorService;
}

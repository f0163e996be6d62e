import { LoggerService } from '@backstage/backend-plugin-api';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { Problem } from '@self-service/plugin-runs-common';
import { EffectStore } from '../database/EffectStore';
import { RunStore, StoredRun } from '../database/RunStore';
import { toEnded, toReminderTime, toReopened } from './endOfRun';
import { after } from './leases';
import { Phases } from './Phases';
import { reviewReopened } from './reviewReopened';
import { ScaffolderRuns } from './ScaffolderRuns';
import { isBeingCancelled, lookAtTask } from './taskLooks';

/** How often a held run is looked at. */
const HELD_LOOK_MS = 60_000;

/** What a look has come to: the task still runs, or there is nothing to do. */
export type Followed = 'running' | 'done';

/**
 * Watches over runs that have ended: held ones have a deadline, some may be
 * opened again if policy still lets them, and the others must not act.
 */
export class EndedRuns {
  readonly #deps: EndedRunsDeps;

  private constructor(deps: EndedRunsDeps) {
    this.#deps = deps;
  }

  static create(deps: EndedRunsDeps): EndedRuns {
    return new EndedRuns(deps);
  }

  /**
   * Looks at a run that has ended.
   *
   * @returns `again` when it is to be read and looked at anew
   */
  async follow(run: StoredRun, now: Date): Promise<Followed | 'again'> {
    const { taskId, phase } = run;
    const { phases, scaffolderRuns, logger } = this.#deps;
    if (phase === 'completed') {
      return 'done';
    }
    const look = await lookAtTask(scaffolderRuns, taskId);
    const mayActAgain =
      (phase === 'held' || phase === 'failed') && !run.cancelledAt;
    const isOpen = !look.terminal && !isBeingCancelled(look);
    if (mayActAgain && (isOpen || look.completed)) {
      // What is completed acts no more.
      const refusal = isOpen
        ? await reviewReopened(this.#deps.approvals, taskId)
        : undefined;
      const moved = await phases.move(
        run,
        refusal ? { failure: stillRefused(run, refusal) } : toReopened(now),
      );
      if (!refusal || !moved) {
        logger.info(`Run ${taskId} was opened again`);
        return 'again';
      }
    }
    if (isOpen) {
      logger.info(`Run ${taskId} is ${phase} and was opened again: cancelled`);
      await scaffolderRuns.cancel(taskId);
    }
    switch (phase) {
      case 'held':
        return this.#followHeld(run, now);
      case 'failed':
      case 'cancelled':
        return this.#findLateEffects(run, now);
      default:
        return 'done';
    }
  }

  /**
   * Rolls back what was held for its time, and reminds its owner before. Holds
   * nothing that turned out not to exist.
   */
  async #followHeld(run: StoredRun, now: Date): Promise<Followed | 'again'> {
    const { phases, runs } = this.#deps;
    const { taskId, holdHours } = run;
    if (await this.#isNothingLeft(taskId)) {
      const phase = run.cancelledAt ? 'cancelled' : 'failed';
      const moved = await phases.move(run, toEnded(run, phase, now));
      return moved ? 'done' : 'again';
    }
    const heldUntil = run.heldUntil ?? after(now, holdHours * 3_600_000);
    if (heldUntil <= now) {
      const moved = await phases.move(run, {
        phase: 'rolling-back',
        endComment: `Nobody decided within ${holdHours} hours.`,
        nextLookAt: now,
      });
      if (moved) {
        this.#deps.onRollingBack(taskId);
      }
      return moved ? 'done' : 'again';
    }
    const remindAt = toReminderTime(heldUntil, holdHours);
    if (!run.remindedAt && remindAt <= now) {
      const reminded = await phases.move(run, { remindedAt: now, heldUntil }, [
        'notify.reminder',
      ]);
      return reminded ? 'done' : 'again';
    }
    const next = [
      after(now, HELD_LOOK_MS),
      heldUntil,
      ...(run.remindedAt ? [] : [remindAt]),
    ];
    await runs.note(
      [taskId],
      {
        nextLookAt: new Date(Math.min(...next.map(time => time.getTime()))),
      },
      now,
    );
    return 'done';
  }

  /** What is kept, with what people have to do about it, is something. */
  async #isNothingLeft(taskId: string): Promise<boolean> {
    const effects = await this.#deps.effects.list(taskId);
    return effects.every(
      ({ status }) => status === 'absent' || status === 'undone',
    );
  }

  /** Something was claimed while the run was ending: it is not nothing. */
  async #findLateEffects(
    run: StoredRun,
    now: Date,
  ): Promise<Followed | 'again'> {
    const { effects, phases, runs } = this.#deps;
    const { taskId, nextLookAt } = run;
    if ((await effects.listLive(taskId)).length > 0) {
      const phase = run.onFailure === 'rollback' ? 'rolling-back' : 'held';
      const moved = await phases.move(run, toEnded(run, phase, now));
      if (moved && phase === 'rolling-back') {
        this.#deps.onRollingBack(taskId);
      }
      return moved ? 'done' : 'again';
    }
    if (nextLookAt && nextLookAt <= now) {
      await runs.note([taskId], { nextLookAt: undefined }, now);
    }
    return 'done';
  }
}

/** What people have refused for good stays refused, whatever policy says now. */
function stillRefused(
  { failure }: StoredRun,
  problem: Problem,
): StoredRun['failure'] {
  const refused = failure?.problem.refused;
  return {
    stepId: failure?.stepId,
    problem: { ...problem, ...(refused && { refused }) },
  };
}

interface EndedRunsDeps {
  runs: RunStore;
  effects: EffectStore;
  phases: Phases;
  scaffolderRuns: ScaffolderRuns;
  approvals: ApprovalsService;
  /** Called after the commit, for the rollback to begin at once. */
  onRollingBack: (taskId: string) => void;
  logger: LoggerService;
}

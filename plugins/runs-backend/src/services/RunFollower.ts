import { LoggerService } from '@backstage/backend-plugin-api';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { EffectStore } from '../database/EffectStore';
import { RunStore, StoredRun } from '../database/RunStore';
import { StepStore } from '../database/StepStore';
import { StoredSuspension, SuspensionStore } from '../database/SuspensionStore';
import { Clock } from './Clock';
import { EndedRuns, Followed } from './EndedRuns';
import { decideEnd, describeFailure, LOOK_EVERY_MS, toEnded } from './endOfRun';
import { after, isLeased } from './leases';
import { measureSteps } from './measureSteps';
import { Phases } from './Phases';
import { LeftoverRecorder } from './rollback/LeftoverRecorder';
import { RunImporter } from './RunImporter';
import { ScaffolderRuns, TaskLook } from './ScaffolderRuns';
import { isBeingCancelled, lookAtTask } from './taskLooks';
import { TaskEvent, TaskReader } from './TaskReader';
import { toSuspension } from './toSuspension';
import { Transitions } from './Transitions';

/** How often a look starts over when somebody else was faster. */
const MAX_TRIES = 5;
/** How long a parked run is left to those who resume it. */
const PARKED_LOOK_MS = 3_600_000;

/**
 * Makes of a run what its task has become: completed, failed, held until
 * somebody decides, or to be rolled back.
 *
 * @remarks
 * Looks before each act and compares and sets after it, so that any number
 * of callers and replicas move a run once, and a kill at any moment leaves a
 * state from which the next look goes on.
 */
export class RunFollower {
  readonly #deps: RunFollowerDeps;
  readonly #ended: EndedRuns;

  private constructor(deps: RunFollowerDeps) {
    this.#deps = deps;
    this.#ended = EndedRuns.create(deps);
  }

  static create(deps: RunFollowerDeps): RunFollower {
    return new RunFollower(deps);
  }

  /** Takes one run as far as it goes now; one that is unknown is left alone. */
  async follow(taskId: string): Promise<Followed> {
    const { runs, clock } = this.#deps;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const run = await runs.find(taskId);
      const now = await clock.now();
      const result = run
        ? await (run.phase === 'active'
            ? this.#followActive(run, now)
            : this.#ended.follow(run, now))
        : 'done';
      if (result !== 'again') {
        return result;
      }
    }
    // It keeps changing; the sweep comes back to it.
    return 'done';
  }

  /** Leaves parked runs to those who resume them; returns the others. */
  async putOffParked(due: StoredRun[], now: Date): Promise<StoredRun[]> {
    const { runs, suspensions } = this.#deps;
    const newest = await suspensions.listNewest(
      due.filter(isActive).map(({ taskId }) => taskId),
    );
    const parked = new Set(
      newest.filter(isWaiting).map(({ taskId }) => taskId),
    );
    const isParked = ({ taskId }: StoredRun) => parked.has(taskId);
    await runs.note(
      due.filter(isParked).map(({ taskId }) => taskId),
      { nextLookAt: after(now, PARKED_LOOK_MS) },
      now,
    );
    return due.filter(run => !isParked(run));
  }

  async #followActive(run: StoredRun, now: Date): Promise<Followed | 'again'> {
    const { runs, suspensions, transitions, scaffolderRuns } = this.#deps;
    const { taskId } = run;
    const before = await suspensions.listByTask(taskId);
    const waiting = before.find(isWaiting);
    if (waiting && run.cancelledAt) {
      await transitions.cancel(waiting);
      return 'again';
    }
    if (waiting) {
      const nextLookAt = after(now, PARKED_LOOK_MS);
      await runs.note([taskId], { nextLookAt }, now);
      return 'done';
    }
    const look = await lookAtTask(this.#deps.scaffolderRuns, taskId);
    if (!look.terminal) {
      if (run.cancelledAt && !isBeingCancelled(look)) {
        await scaffolderRuns.cancel(taskId);
      }
      await runs.note([taskId], {
        taskStatus: look.status,
        nextLookAt: after(now, LOOK_EVERY_MS),
      });
      return 'running';
    }
    // Somebody is opening the task again, which still reads as failed.
    if (isLeased(run, now)) {
      return 'done';
    }
    // What it was when we looked must be what it was before and after.
    const suspended = await suspensions.listByTask(taskId);
    if (toVersions(before) !== toVersions(suspended)) {
      return 'again';
    }
    return look.completed
      ? this.#complete(run, suspended, now)
      : this.#end(run, { look, suspended }, now);
  }

  async #complete(
    run: StoredRun,
    suspended: StoredSuspension[],
    now: Date,
  ): Promise<Followed | 'again'> {
    const { steps, phases } = this.#deps;
    const { taskId, templateRef } = run;
    await this.#name(run);
    await this.#deps.leftovers.record(taskId);
    if (templateRef) {
      const durations = measureSteps(
        await this.#readEvents(taskId),
        suspended.map(toSuspension),
      );
      await steps.addDurations(taskId, templateRef, durations, now);
    }
    const moved = await phases.move(run, {
      phase: 'completed',
      taskStatus: 'completed',
      endedAt: now,
      nextLookAt: undefined,
    });
    return moved ? 'done' : 'again';
  }

  async #end(
    run: StoredRun,
    seen: { look: TaskLook; suspended: StoredSuspension[] },
    now: Date,
  ): Promise<Followed | 'again'> {
    const { steps, phases } = this.#deps;
    const { taskId } = run;
    await this.#name(run);
    const isCancelled =
      run.cancelledAt !== undefined ||
      seen.look.cancelledEventIds.length > 0 ||
      seen.suspended.some(({ status }) => status === 'cancelled');
    const events = await this.#readEvents(taskId);
    const phase = decideEnd({
      isCancelled,
      hasEffects: await this.#hasEffects(taskId),
      onFailure: run.onFailure,
    });
    const moved = await phases.move(run, {
      ...toEnded(run, phase, now),
      taskStatus: seen.look.status,
      ...(isCancelled
        ? { cancelledAt: run.cancelledAt ?? now }
        : {
            failure: describeFailure(events, await steps.listReports(taskId)),
          }),
    });
    if (moved?.phase === 'rolling-back') {
      this.#deps.onRollingBack(taskId);
    }
    // Whatever was claimed while we looked is found by the next look.
    return 'again';
  }

  /** Also what stock actions may have left, which is on the page from then on. */
  async #hasEffects(taskId: string): Promise<boolean> {
    const { effects, leftovers } = this.#deps;
    await leftovers.record(taskId);
    return (await effects.listLive(taskId)).length > 0;
  }

  /** People are told of it by name, also where no hint has told its name. */
  async #name({ taskId, title }: StoredRun): Promise<void> {
    const { importer, logger } = this.#deps;
    if (title === undefined) {
      await importer
        .fetch(taskId)
        .catch(error => logger.debug(`Run ${taskId} has no name: ${error}`));
    }
  }

  async #readEvents(taskId: string): Promise<TaskEvent[]> {
    try {
      return await this.#deps.tasks.readEvents(taskId);
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) {
        return [];
      }
      throw error;
    }
  }
}

function isActive({ phase, cancelledAt }: StoredRun): boolean {
  return phase === 'active' && cancelledAt === undefined;
}

function isWaiting({ status }: StoredSuspension): boolean {
  return ['parking', 'parked', 'resuming'].includes(status);
}

function toVersions(suspensions: StoredSuspension[]): string {
  return suspensions.map(({ id, version }) => `${id}@${version}`).join();
}

interface RunFollowerDeps {
  runs: RunStore;
  suspensions: SuspensionStore;
  effects: EffectStore;
  steps: StepStore;
  phases: Phases;
  transitions: Transitions;
  scaffolderRuns: ScaffolderRuns;
  approvals: ApprovalsService;
  tasks: TaskReader;
  leftovers: LeftoverRecorder;
  importer: RunImporter;
  /** Called after the commit, for the rollback to begin at once. */
  onRollingBack: (taskId: string) => void;
  clock: Clock;
  logger: LoggerService;
}

import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { EffectStore } from '../../database/EffectStore';
import { RunStore, StoredRun } from '../../database/RunStore';
import { Clock } from '../Clock';
import { after, isLeased, ROLLBACK_LEASE_MS } from '../leases';
import { Outbox } from '../Outbox';
import { Sleep } from '../Resumer';
import { RunNotifier } from '../RunNotifier';
import { EffectReverser } from './EffectReverser';
import { LeftoverRecorder } from './LeftoverRecorder';
import { RunStopper } from './RunStopper';

/** Longer delays are left to the sweep. */
const MAX_INLINE_DELAY_MS = 10_000;
/** About ten minutes; the sweep goes on after it. */
const MAX_INLINE_ROUNDS = 120;
/** How soon to look again whether the task has ended. */
const STOPPING_DELAY_MS = 1_000;
/** Most runs that one tick takes further. */
const BATCH = 50;
/** How often a request starts over when somebody else was faster. */
const MAX_TRIES = 5;

/**
 * Rolls runs back: undoes what they created, last first, until nothing stands
 * or people must look.
 *
 * @remarks
 * One replica at a time works on a run, by a lease that ends with a crash.
 * Every act looks before it does anything and notes what came of it, so that
 * a kill at any moment leaves a state from which the next round goes on.
 */
export class RollbackService {
  readonly #deps: RollbackServiceDeps;
  readonly #driven = new Map<string, Promise<void>>();

  private constructor(deps: RollbackServiceDeps) {
    this.#deps = deps;
  }

  static create(deps: RollbackServiceDeps): RollbackService {
    return new RollbackService(deps);
  }

  /**
   * Begins to roll a run back, whatever it is doing. Nothing happens for one
   * that is rolling back, or has been.
   *
   * @param by - who asks
   * @throws NotFoundError - the run is not known
   * @throws ConflictError - it is completed
   */
  async request(
    taskId: string,
    { by, comment }: { by: string; comment?: string },
  ): Promise<void> {
    const { auditor } = this.#deps;
    const event = await auditor.createEvent({
      eventId: 'run-rollback',
      severityLevel: 'medium',
      meta: { taskId, actor: by },
    });
    try {
      const began = await this.#begin(taskId, { by, comment });
      await event.success({ meta: { began } });
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
    this.start(taskId);
  }

  /** Goes on in the background with a run that is `rolling-back`. */
  start(taskId: string): void {
    if (this.#driven.has(taskId)) {
      return;
    }
    const driving = this.#drive(taskId)
      .catch(error =>
        this.#deps.logger.warn(
          `Rollback of run ${taskId} left to the sweep: ${error}`,
        ),
      )
      .finally(() => this.#driven.delete(taskId));
    this.#driven.set(taskId, driving);
  }

  /** Resolves when nothing is driven in the background. */
  async idle(): Promise<void> {
    while (this.#driven.size > 0) {
      await Promise.all(this.#driven.values());
    }
  }

  /** Takes up what is due and what nobody drives; part of the sweep. */
  async tick(): Promise<void> {
    const { runs, clock } = this.#deps;
    const due = await runs.listByPhase(['rolling-back'], {
      now: await clock.now(),
      limit: BATCH,
    });
    due.forEach(({ taskId }) => this.start(taskId));
  }

  /**
   * Takes one run as far as it goes now.
   *
   * @returns after how many milliseconds to go on; `undefined` when there is
   * nothing more to do
   */
  async advance(taskId: string): Promise<number | undefined> {
    const { runs, clock } = this.#deps;
    const run = await runs.find(taskId);
    if (run?.phase !== 'rolling-back') {
      return undefined;
    }
    const now = await clock.now();
    if (isLeased(run, now)) {
      return run.leaseUntil!.getTime() - now.getTime();
    }
    const leased = await this.#lease(run, now);
    return leased ? this.#advance(leased) : 0;
  }

  async #begin(
    taskId: string,
    { by, comment }: { by: string; comment?: string },
  ): Promise<boolean> {
    const { runs, clock, notifier, outbox } = this.#deps;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const run = await runs.find(taskId);
      if (!run) {
        throw new NotFoundError(`Nothing is known of run ${taskId}`);
      }
      if (run.phase === 'rolling-back' || run.phase === 'rolled-back') {
        return false;
      }
      if (run.phase === 'completed') {
        throw new ConflictError(
          `Run ${taskId} is completed and is not rolled back. Remove what it made by the template for that.`,
        );
      }
      const now = await clock.now();
      const begun = await runs.movePhase(
        run,
        {
          phase: 'rolling-back',
          endedBy: by,
          endComment: comment,
          heldUntil: undefined,
          leaseUntil: undefined,
          nextLookAt: now,
        },
        now,
      );
      if (begun) {
        notifier.changed(taskId);
        outbox.deliverSoon();
        return true;
      }
    }
    throw new ConflictError(`Run ${taskId} keeps changing; try again`);
  }

  async #drive(taskId: string): Promise<void> {
    for (let rounds = 0; rounds < MAX_INLINE_ROUNDS; rounds++) {
      const delay = await this.advance(taskId);
      if (delay === undefined || delay > MAX_INLINE_DELAY_MS) {
        return;
      }
      await this.#deps.sleep(delay);
      this.#deps.stopping.throwIfAborted();
    }
  }

  /** Goes on while it holds the lease. */
  async #advance(leased: StoredRun): Promise<number | undefined> {
    const { taskId } = leased;
    const { stopper, leftovers, effects, reverser, clock } = this.#deps;
    let run = leased;
    if (!(await stopper.stop(taskId))) {
      return this.#rest(run, STOPPING_DELAY_MS);
    }
    await leftovers.record(taskId);
    for (;;) {
      const [newest] = await effects.listLive(taskId);
      if (!newest) {
        return this.#finish(run, 'rolled-back');
      }
      const reversal = await reverser.reverse(newest, this.#deps.stopping);
      if (reversal.outcome === 'failed') {
        return this.#finish(run, 'rollback-failed');
      }
      if (reversal.outcome === 'later') {
        return this.#rest(run, reversal.delayMs);
      }
      const renewed = await this.#lease(run, await clock.now());
      if (!renewed) {
        return 0;
      }
      run = renewed;
    }
  }

  async #lease(run: StoredRun, now: Date): Promise<StoredRun | undefined> {
    const leaseUntil = after(now, ROLLBACK_LEASE_MS);
    return this.#deps.runs.movePhase(
      run,
      { leaseUntil, nextLookAt: leaseUntil },
      now,
    );
  }

  /** Gives the lease back until it is time to go on. */
  async #rest(run: StoredRun, delayMs: number): Promise<number> {
    const { runs, clock } = this.#deps;
    const now = await clock.now();
    await runs.movePhase(
      run,
      { leaseUntil: undefined, nextLookAt: after(now, delayMs) },
      now,
    );
    return delayMs;
  }

  async #finish(
    run: StoredRun,
    phase: 'rolled-back' | 'rollback-failed',
  ): Promise<undefined> {
    const { taskId, endedBy } = run;
    const { runs, clock, notifier, outbox, auditor } = this.#deps;
    const event = await auditor.createEvent({
      eventId: 'run-rollback-end',
      severityLevel: 'medium',
      meta: { taskId, phase, requestedBy: endedBy ?? null },
    });
    const now = await clock.now();
    const ended = await runs.movePhase(
      run,
      { phase, leaseUntil: undefined, endedAt: run.endedAt ?? now },
      now,
    );
    await event.success({ meta: { changed: ended !== undefined } });
    if (ended) {
      notifier.changed(taskId);
      outbox.deliverSoon();
    }
    return undefined;
  }
}

interface RollbackServiceDeps {
  runs: RunStore;
  effects: EffectStore;
  reverser: EffectReverser;
  leftovers: LeftoverRecorder;
  stopper: RunStopper;
  notifier: RunNotifier;
  outbox: Outbox;
  clock: Clock;
  sleep: Sleep;
  /** Aborts when the backend stops. */
  stopping: AbortSignal;
  auditor: AuditorService;
  logger: LoggerService;
}

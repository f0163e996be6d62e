import { LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { SecretSealer } from '@self-service/plugin-runs-node';
import { RunStore } from '../database/RunStore';
import { StoredSuspension, SuspensionStore } from '../database/SuspensionStore';
import { describeAttention, UnreadableSecretsError } from './describeAttention';
import { Clock } from './Clock';
import { after, backOff, isLeased, RESUME_LEASE_MS } from './leases';
import { ScaffolderRuns, TaskLook } from './ScaffolderRuns';
import {
  findParkEvent,
  isCancelledByPerson,
  isLostCancel,
  isStillParked,
} from './taskLooks';
import { Transitions } from './Transitions';

/** When a run that needs a person is tried again by itself. */
const ATTENTION_RETRY_MS = 300_000;
/** Longer delays are left to the sweep. */
const MAX_INLINE_DELAY_MS = 10_000;
/** About five minutes of back-off; the sweep goes on after it. */
const MAX_INLINE_TRIES = 65;

/** Waits; resolves early when the backend stops. */
export type Sleep = (milliseconds: number) => Promise<void>;

/**
 * Moves suspensions on: `parking → parked` when the task has ended,
 * `parked → resuming → resumed` when its wait is over, `→ cancelled` when a
 * person cancelled the task.
 *
 * @remarks
 * Looks before each act and compares and sets after it, so that any number
 * of callers and replicas resume a run once, and a kill at any moment leaves
 * a state from which the next look goes on.
 */
export class Resumer {
  readonly #deps: ResumerDeps;
  readonly #driven = new Map<string, { again: boolean; done: Promise<void> }>();

  private constructor(deps: ResumerDeps) {
    this.#deps = deps;
  }

  static create(deps: ResumerDeps): Resumer {
    return new Resumer(deps);
  }

  /** Advances a suspension in the background until it can go no further. */
  drive(id: string): void {
    const running = this.#driven.get(id);
    if (running) {
      running.again = true;
      return;
    }
    const state = { again: false, done: Promise.resolve() };
    this.#driven.set(id, state);
    state.done = this.#drive(id, state)
      .catch(error =>
        this.#deps.logger.warn(`Suspension ${id} left to the sweep: ${error}`),
      )
      .finally(() => this.#driven.delete(id));
  }

  /** Resolves when nothing is driven in the background. */
  async idle(): Promise<void> {
    while (this.#driven.size > 0) {
      await Promise.all([...this.#driven.values()].map(({ done }) => done));
    }
  }

  /**
   * Takes one suspension as far as it goes now.
   *
   * @returns after how many milliseconds to try again; `undefined` when
   * there is nothing to do until something happens
   */
  async advance(id: string): Promise<number | undefined> {
    const { suspensions, clock, transitions, logger } = this.#deps;
    const row = await suspensions.get(id);
    const now = await clock.now();
    if (
      !row ||
      row.status === 'resumed' ||
      row.status === 'cancelled' ||
      isLeased(row, now)
    ) {
      return undefined;
    }
    let look: TaskLook;
    try {
      look = await this.#deps.scaffolderRuns.look(row.taskId, row.parkEventId);
    } catch (error) {
      if (error instanceof NotFoundError) {
        logger.warn(`Task ${row.taskId} is gone: its suspension ends`);
        await transitions.cancel(row);
        return undefined;
      }
      logger.warn(`Could not look at task ${row.taskId}: ${error}`);
      return this.#putOff(row);
    }
    await suspensions.markChecked(id, now);
    return this.#act(row, look, now);
  }

  /**
   * Heeds a person's cancel that came between our last look at a task and
   * our retry of it, which deletes such events.
   *
   * @param cancelEventId - as the scaffolder's event told
   */
  async heedLostCancel(
    row: StoredSuspension,
    cancelEventId: number,
  ): Promise<void> {
    const { scaffolderRuns, transitions, logger } = this.#deps;
    const look = await scaffolderRuns.look(row.taskId, row.parkEventId);
    if (!row.retrySentAt || !isLostCancel(row, look, cancelEventId)) {
      return;
    }
    logger.info(`Run ${row.taskId} was cancelled while it was being resumed`);
    if ((await transitions.cancel(row)) && !look.terminal) {
      await scaffolderRuns.cancel(row.taskId);
    }
  }

  async #drive(id: string, state: { again: boolean }): Promise<void> {
    for (let tries = 0; tries < MAX_INLINE_TRIES; tries++) {
      state.again = false;
      const delay = await this.advance(id);
      if (delay !== undefined && delay <= MAX_INLINE_DELAY_MS) {
        await this.#deps.sleep(delay);
      } else if (!state.again) {
        return;
      }
    }
  }

  async #act(
    row: StoredSuspension,
    look: TaskLook,
    now: Date,
  ): Promise<number | undefined> {
    const { transitions } = this.#deps;
    if (look.completed) {
      await transitions.resume(row);
      return undefined;
    }
    if (isCancelledByPerson(row, look)) {
      await transitions.cancel(row);
      return undefined;
    }
    if (row.status === 'parking') {
      return look.terminal ? this.#parked(row, look, now) : this.#putOff(row);
    }
    if (row.status === 'parked' && !row.signalledAt) {
      return undefined;
    }
    return this.#resume(row, look, now);
  }

  /** The parked attempt has ended: the worker is free. */
  async #parked(
    row: StoredSuspension,
    look: TaskLook,
    now: Date,
  ): Promise<number | undefined> {
    const parked = await this.#deps.transitions.move(row, {
      status: 'parked',
      parkEventId: isStillParked(row, look)
        ? row.parkEventId
        : findParkEvent(look),
      attempts: 0,
      nextAttemptAt: undefined,
      leaseUntil: undefined,
    });
    return parked?.signalledAt ? this.#resume(parked, look, now) : undefined;
  }

  async #resume(
    row: StoredSuspension,
    look: TaskLook,
    now: Date,
  ): Promise<number | undefined> {
    const { transitions } = this.#deps;
    const isGone = row.parkEventId !== undefined && !isStillParked(row, look);
    // Our retry has opened the task, or a person's has: that attempt finds
    // what it waited for. One that lacks the secrets which we keep may not
    // get through: it settles, or it ends and we retry it.
    if (isGone && (row.retrySentAt || (!look.terminal && !row.sealedSecrets))) {
      await transitions.resume(row);
      return undefined;
    }
    if (!look.terminal) {
      return this.#putOff(row);
    }
    const resuming = await transitions.move(row, {
      status: 'resuming',
      parkEventId: isGone ? findParkEvent(look) : row.parkEventId,
      retrySentAt: row.retrySentAt ?? now,
      leaseUntil: after(now, RESUME_LEASE_MS),
    });
    return resuming && this.#retry(resuming);
  }

  async #retry(row: StoredSuspension): Promise<number | undefined> {
    const { scaffolderRuns, transitions, logger } = this.#deps;
    try {
      await scaffolderRuns.retry(row.taskId, this.#open(row));
    } catch (error) {
      const attention = describeAttention(error);
      if (attention) {
        logger.warn(`Run ${row.taskId} needs attention: ${attention}`);
        return this.#hold(row, attention);
      }
      if (error instanceof ConflictError) {
        // Surely not retried by us.
        const rest = await transitions.move(row, { retrySentAt: undefined });
        return rest && this.#putOff(rest);
      }
      logger.warn(`Run ${row.taskId} was not resumed, will retry: ${error}`);
      return this.#putOff(row);
    }
    await transitions.resume(row);
    return undefined;
  }

  #open(row: StoredSuspension): Record<string, string> | undefined {
    if (!row.sealedSecrets) {
      return undefined;
    }
    const { sealer } = this.#deps;
    if (!sealer) {
      throw new UnreadableSecretsError('runs.secretsKey is not configured');
    }
    try {
      return sealer.open(row.sealedSecrets, row.taskId);
    } catch (error) {
      throw new UnreadableSecretsError((error as Error).message);
    }
  }

  /** Shows people what hinders the run, and tries again later. */
  async #hold(row: StoredSuspension, attention: string): Promise<number> {
    const { transitions, runs, clock } = this.#deps;
    const now = await clock.now();
    const held = await transitions.move(row, {
      status: 'parked',
      attention,
      retrySentAt: undefined,
      leaseUntil: undefined,
      attempts: row.attempts + 1,
      nextAttemptAt: after(now, ATTENTION_RETRY_MS),
    });
    if (held && row.attention !== attention) {
      await runs.tell(row.taskId, 'notify.attention', now);
    }
    return ATTENTION_RETRY_MS;
  }

  async #putOff(row: StoredSuspension): Promise<number> {
    const { suspensions, clock } = this.#deps;
    const delay = backOff(row.attempts);
    const now = await clock.now();
    await suspensions.postpone(row, after(now, delay), now);
    return delay;
  }
}

interface ResumerDeps {
  suspensions: SuspensionStore;
  runs: RunStore;
  scaffolderRuns: ScaffolderRuns;
  transitions: Transitions;
  sealer: SecretSealer | undefined;
  clock: Clock;
  sleep: Sleep;
  logger: LoggerService;
}

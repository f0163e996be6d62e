import { AuditorService, LoggerService } from '@backstage/backend-plugin-api';
import { ConflictError } from '@backstage/errors';
import {
  Settle,
  Suspend,
  SuspendResult,
  Wait,
} from '@self-service/plugin-runs-common';
import { RunStore } from '../database/RunStore';
import {
  StoredSuspension,
  SuspensionKey,
  SuspensionStore,
} from '../database/SuspensionStore';
import { Clock } from './Clock';
import { assertActive } from './describeClosed';
import { after, CANCEL_LEASE_MS, isLeased } from './leases';
import { Resumer } from './Resumer';
import { RunHints } from './RunHints';
import { RunNotifier } from './RunNotifier';
import { ScaffolderRuns, TaskLook } from './ScaffolderRuns';
import { findParkEvent, isCancelledByPerson, isStillParked } from './taskLooks';
import { toSuspension } from './toSuspension';
import { Transitions } from './Transitions';

/** How often a call starts over when somebody else was faster. */
const MAX_TRIES = 5;

/** Parks runs, and takes the signals that end their waits. */
export class SuspensionService {
  readonly #deps: SuspensionServiceDeps;

  private constructor(deps: SuspensionServiceDeps) {
    this.#deps = deps;
  }

  static create(deps: SuspensionServiceDeps): SuspensionService {
    return new SuspensionService(deps);
  }

  /**
   * Parks a run: the suspension stands before the task is cancelled, so that
   * a kill at any moment leaves something to resume.
   *
   * @throws ConflictError - the run was cancelled
   */
  async suspend(request: Suspend): Promise<SuspendResult> {
    const { taskId, stepId, wait } = request;
    const event = await this.#deps.auditor.createEvent({
      eventId: 'run-suspend',
      severityLevel: 'medium',
      meta: { taskId, stepId, waitKind: wait.kind },
    });
    try {
      const result = await this.#suspend(request);
      await event.success({
        meta: {
          outcome: result.outcome,
          suspensionId: result.suspension.id,
        },
      });
      return result;
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  /**
   * An attempt has passed its wait. The attempt that was parked (a stalled
   * worker that wakes up) can't have: only a newer one counts.
   */
  async settle(key: Settle): Promise<void> {
    const { suspensions, scaffolderRuns } = this.#deps;
    const row = await suspensions.find(key);
    const isOpen =
      row && row.status !== 'resumed' && row.status !== 'cancelled';
    if (isOpen && row.parkEventId !== undefined) {
      const look = await scaffolderRuns.look(key.taskId, row.parkEventId);
      if (isStillParked(row, look)) {
        return;
      }
    }
    await this.#settle(key);
  }

  async #settle(key: SuspensionKey): Promise<void> {
    const { suspensions, transitions } = this.#deps;
    // Whoever is faster in between may leave it in another status.
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await suspensions.find(key);
      if (!row || row.status === 'resumed' || row.status === 'cancelled') {
        return;
      }
      if (await transitions.resume(row)) {
        return;
      }
    }
    throw new ConflictError(
      `The suspension of run ${key.taskId} at step ${key.stepId} keeps changing`,
    );
  }

  /** What was waited for has happened: resumes in the background. */
  async signal(wait: Wait): Promise<void> {
    const { suspensions, clock, resumer } = this.#deps;
    const ids = await suspensions.signal(wait, await clock.now());
    ids.forEach(id => resumer.drive(id));
  }

  async #suspend(request: Suspend): Promise<SuspendResult> {
    const { suspensions } = this.#deps;
    await assertActive(this.#deps, request.taskId, " and can't wait any more.");
    const inserted = await this.#insert(request);
    // Whoever is faster in between leaves something else to go on from.
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const standing =
        (tries === 0 ? inserted : undefined) ??
        (await suspensions.find(request));
      const result =
        standing && (await this.#continue(standing, request, !!inserted));
      if (result) {
        return result;
      }
    }
    throw new ConflictError(
      `The suspension of run ${request.taskId} keeps changing`,
    );
  }

  /** Returns `undefined` when somebody else was faster. */
  async #continue(
    standing: StoredSuspension,
    request: Suspend,
    isOwn: boolean,
  ): Promise<SuspendResult | undefined> {
    const { scaffolderRuns, clock } = this.#deps;
    const { status, parkEventId } = standing;
    // A stalled worker that wakes up belongs to an attempt that was parked:
    // it changes nothing, whatever has happened since.
    const look =
      parkEventId === undefined
        ? undefined
        : await scaffolderRuns.look(request.taskId);
    if (look && isStillParked(standing, look)) {
      return this.#answer(await this.#park(standing, look));
    }
    if (await this.#isOver(standing, request.wait)) {
      return this.#pass(standing, request);
    }
    if (status === 'parking' && isLeased(standing, await clock.now())) {
      return this.#answer(standing);
    }
    const newLook = look ?? (await scaffolderRuns.look(request.taskId));
    const row =
      isOwn && status === 'parking'
        ? standing
        : await this.#reopen(standing, request);
    return this.#answer(row && (await this.#park(row, newLook)));
  }

  #answer(row: StoredSuspension | undefined): SuspendResult | undefined {
    return row && { outcome: 'parking', suspension: toSuspension(row) };
  }

  async #insert(request: Suspend): Promise<StoredSuspension | undefined> {
    const { suspensions, clock, notifier } = this.#deps;
    const now = await clock.now();
    const inserted = await suspensions.insert({
      ...request,
      status: 'parking',
      cancelsSent: 0,
      attempts: 0,
      checkedAt: now,
      suspendedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    if (inserted) {
      notifier.changed(inserted.taskId);
    }
    return inserted;
  }

  /** Whether the wait has ended since it was last passed. */
  async #isOver(standing: StoredSuspension, wait: Wait): Promise<boolean> {
    const signalledAt = await this.#deps.suspensions.findSignal(wait);
    const { resumedAt } = standing;
    return (
      signalledAt !== undefined &&
      (resumedAt === undefined || signalledAt > resumedAt)
    );
  }

  async #pass(
    standing: StoredSuspension,
    request: Suspend,
  ): Promise<SuspendResult> {
    const { transitions, suspensions } = this.#deps;
    await this.#settle(request);
    const row = (await suspensions.get(standing.id)) ?? standing;
    if (row.status === 'cancelled') {
      throw new ConflictError(`Run ${request.taskId} was cancelled`);
    }
    // Passed before, and passed again by a newer signal.
    const passed =
      standing.status === 'resumed'
        ? await transitions.move(row, {
            wait: request.wait,
            resumedAt: await this.#deps.clock.now(),
          })
        : row;
    return { outcome: 'signalled', suspension: toSuspension(passed ?? row) };
  }

  /**
   * Takes a suspension that stands for the attempt that asks now.
   *
   * @returns `undefined` if somebody else was faster
   */
  async #reopen(
    standing: StoredSuspension,
    request: Suspend,
  ): Promise<StoredSuspension | undefined> {
    const { transitions, clock } = this.#deps;
    const sameAttempt =
      standing.status === 'parking' && standing.parkEventId === undefined;
    return transitions.move(standing, {
      status: 'parking',
      wait: request.wait,
      title: request.title,
      url: request.url,
      parkEventId: undefined,
      signalledAt: undefined,
      retrySentAt: undefined,
      attention: undefined,
      attempts: 0,
      nextAttemptAt: undefined,
      leaseUntil: undefined,
      suspendedAt: await clock.now(),
      ...(!sameAttempt && { cancelsSent: 0 }),
      ...(request.sealedSecrets && { sealedSecrets: request.sealedSecrets }),
    });
  }

  /** Cancels the task, unless that was done, and stores by which event. */
  async #park(
    row: StoredSuspension,
    look: TaskLook,
  ): Promise<StoredSuspension | undefined> {
    const { transitions, scaffolderRuns, clock } = this.#deps;
    if (row.status !== 'parking') {
      return row;
    }
    if (isCancelledByPerson(row, look)) {
      return (await transitions.cancel(row)) ?? row;
    }
    if (look.cancelledEventIds.length > 0) {
      return this.#noteParkEvent(row, look);
    }
    const cancelling = await transitions.move(row, {
      cancelsSent: row.cancelsSent + 1,
      leaseUntil: after(await clock.now(), CANCEL_LEASE_MS),
    });
    if (!cancelling) {
      return undefined;
    }
    await scaffolderRuns.cancel(row.taskId);
    return this.#confirm(cancelling);
  }

  async #confirm(cancelling: StoredSuspension): Promise<StoredSuspension> {
    const { transitions, scaffolderRuns, logger } = this.#deps;
    try {
      const look = await scaffolderRuns.look(cancelling.taskId);
      if (isCancelledByPerson(cancelling, look)) {
        return (await transitions.cancel(cancelling)) ?? cancelling;
      }
      return await this.#noteParkEvent(cancelling, look);
    } catch (error) {
      // The task is being cancelled; the sweep finds the event later.
      logger.warn(`Run ${cancelling.taskId} parks unconfirmed: ${error}`);
      return cancelling;
    }
  }

  async #noteParkEvent(
    row: StoredSuspension,
    look: TaskLook,
  ): Promise<StoredSuspension> {
    const { transitions, suspensions } = this.#deps;
    const noted = await transitions.move(row, {
      parkEventId: row.parkEventId ?? findParkEvent(look),
      leaseUntil: undefined,
    });
    return noted ?? (await suspensions.get(row.id)) ?? row;
  }
}

interface SuspensionServiceDeps {
  suspensions: SuspensionStore;
  runs: RunStore;
  scaffolderRuns: ScaffolderRuns;
  transitions: Transitions;
  resumer: Resumer;
  notifier: RunNotifier;
  hints: RunHints;
  clock: Clock;
  auditor: AuditorService;
  logger: LoggerService;
}

import { ConflictError } from '@backstage/errors';
import { RetryDecision, RetryStep } from '@self-service/plugin-runs-common';
import { SuspensionStore } from '../../database/SuspensionStore';
import { Clock } from '../Clock';
import { after } from '../leases';
import { Resumer } from '../Resumer';
import { RunNotifier } from '../RunNotifier';
import { ScaffolderRuns } from '../ScaffolderRuns';
import { findParkEvent } from '../taskLooks';

/** An approval can't have come much before the parking. */
const SIGNAL_AGE_MS = 600_000;

/**
 * Parks a run that has ended until people have approved its retry; the
 * ordinary resume then retries it.
 */
export class RetryParker {
  readonly #deps: RetryParkerDeps;

  private constructor(deps: RetryParkerDeps) {
    this.#deps = deps;
  }

  static create(deps: RetryParkerDeps): RetryParker {
    return new RetryParker(deps);
  }

  /**
   * Writes the suspension. Asked again for the same request, nothing happens.
   *
   * @throws ConflictError - the task has not ended
   */
  async park(
    taskId: string,
    retry: { decision: RetryDecision; steps: readonly RetryStep[] },
  ): Promise<void> {
    const { suspensions, scaffolderRuns, resumer, notifier, clock } =
      this.#deps;
    const { requestId } = retry.decision;
    if (requestId === undefined) {
      throw new ConflictError(
        'People have to approve the retry, and nobody can be asked.',
      );
    }
    const look = await scaffolderRuns.look(taskId);
    if (!look.terminal) {
      throw new ConflictError('The task has not ended yet');
    }
    const now = await clock.now();
    const failed = retry.steps.find(({ plan }) => plan !== 'kept');
    const row = await suspensions.insert({
      taskId,
      stepId: failed?.stepId ?? '',
      inputDigest: `retry.${requestId}`,
      status: 'parked',
      wait: { kind: 'approval', ref: requestId },
      title: 'Waits for approval of the retry',
      url: `/approvals/${requestId}`,
      parkEventId: findParkEvent(look),
      cancelsSent: look.cancelledEventIds.length,
      attempts: 0,
      checkedAt: now,
      suspendedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    if (row) {
      notifier.changed(taskId);
      // Approved between the question and the parking.
      await suspensions.matchSignals(now, after(now, -SIGNAL_AGE_MS));
      resumer.drive(row.id);
    }
  }
}

interface RetryParkerDeps {
  suspensions: SuspensionStore;
  scaffolderRuns: ScaffolderRuns;
  resumer: Resumer;
  notifier: RunNotifier;
  clock: Clock;
}

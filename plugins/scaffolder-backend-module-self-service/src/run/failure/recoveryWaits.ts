import { Wait } from '@self-service/plugin-runs-common';
import { RunsService } from '@self-service/plugin-runs-node';
import { inputDigest as digestOf } from '../inputDigest';
import { parkRun } from '../parkRun';
import { findWaitProblems, WaitServices } from '../passGate';
import { RunContext } from '../RunContext';
import { findMissingSecrets } from '../secrets';

/** `wait.kind` of waits until a moment; ref: `<ISO 8601>|<what for>`. */
const TIMER_WAIT = 'timer';

/** One suspension serves all waits between the tries of a step. */
function toDigest(inputDigest: string): string {
  return digestOf({ recoveryOf: inputDigest });
}

/**
 * Says that a newer attempt of the step has begun, so that a timer which an
 * earlier one has set does not wake the run once more. An attempt that lacks
 * the run's secrets leaves them with the suspension.
 */
export async function settleRecovery(
  run: RunContext,
  runs: RunsService,
  inputDigest: string,
): Promise<void> {
  if ((await findMissingSecrets(run.action, runs)).length > 0) {
    return;
  }
  await runs.settle({
    taskId: run.taskId,
    stepId: run.stepId,
    inputDigest: toDigest(inputDigest),
  });
}

/**
 * Parks the run between two tries of a step.
 *
 * @param wait.onPark - called when it is sure that the run may wait
 * @returns true where the wait is over already, false where the run may not
 * wait, which is logged
 * @throws WaitingError - the run is parked
 */
export async function parkForRecovery(
  run: RunContext,
  services: WaitServices,
  wait: {
    inputDigest: string;
    wait: Wait;
    title: string;
    onPark: () => Promise<void>;
  },
): Promise<boolean> {
  const problems = await findWaitProblems(run, services);
  if (problems.length > 0) {
    run.action.logger.warn(
      `The run would have to wait here, and can't. ${problems.join(' ')}`,
    );
    return false;
  }
  await wait.onPark();
  await parkRun({
    run,
    runs: services.runs,
    sealer: services.sealer,
    inputDigest: toDigest(wait.inputDigest),
    wait: wait.wait,
    title: wait.title,
  });
  return true;
}

/**
 * Parks the run until the time of its next try; see {@link parkForRecovery}.
 *
 * @param timer.retryAt - ISO 8601
 * @param timer.number - of the failure: each has a timer of its own
 */
export async function parkForTimer(
  run: RunContext,
  services: WaitServices,
  timer: {
    inputDigest: string;
    retryAt: string;
    number: number;
    title: string;
    onPark: () => Promise<void>;
  },
): Promise<boolean> {
  const { inputDigest, retryAt, number, title, onPark } = timer;
  const what = [run.taskId, run.stepId, inputDigest.slice(0, 12), number];
  return parkForRecovery(run, services, {
    inputDigest,
    wait: { kind: TIMER_WAIT, ref: `${retryAt}|${what.join('/')}` },
    title,
    onPark,
  });
}

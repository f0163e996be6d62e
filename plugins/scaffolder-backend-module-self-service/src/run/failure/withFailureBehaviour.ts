import { InputError } from '@backstage/errors';
import {
  FailureBehaviour,
  readFailureBehaviour,
} from '@self-service/plugin-runs-common';
import { AnyActionContext, RunContext } from '../RunContext';
import { WaitingError } from '../WaitingError';
import { ActingStep, FailureServices } from './ActingStep';
import { FailingStep } from './FailingStep';

const ABORT: FailureBehaviour = { then: 'abort' };

function readBehaviour(value: unknown, stepId: string): FailureBehaviour {
  try {
    return readFailureBehaviour(value);
  } catch {
    throw new InputError(
      `onFailure of step '${stepId}' is none that this version knows. Write abort, skip, { retry: { attempts: 3 } } or { manual: { group, instructions } } in the template.`,
    );
  }
}

/**
 * Runs the act of a step and, where it fails, does what the step's
 * `onFailure` says: tries again, lets the run go on without it, asks a person,
 * or gives up.
 *
 * @remarks
 * A wait and a cancelled task are no failures. What was refused (by policy,
 * admission or a person) is not tried again and not passed over. An act is
 * repeated after an unknown outcome too: it has to look first, as `withEffect`
 * and the ports do.
 *
 * @param options.inputDigest - of the rendered input, without secrets
 * @param options.abortOnly - for gates: whatever the template says, a failure
 * ends the attempt
 * @param act - what the step does; repeatable
 * @throws what `act` threw last, when the run gives up
 * @throws WaitingError - the run is parked until the next try or the answer
 */
export async function withFailureBehaviour(
  ctx: AnyActionContext,
  services: FailureServices,
  options: { inputDigest: string; abortOnly?: boolean },
  act: (step: ActingStep) => Promise<void>,
): Promise<void> {
  const run = await RunContext.read(ctx, services);
  const behaviour = options.abortOnly
    ? ABORT
    : readBehaviour(run.step?.onFailure, run.stepId);
  const failing = new FailingStep(
    run,
    services,
    behaviour,
    options.inputDigest,
  );
  if ((await failing.resume()) === 'finished') {
    return;
  }
  for (;;) {
    try {
      await act(failing);
      return;
    } catch (error) {
      if (error instanceof WaitingError || ctx.signal?.aborted) {
        throw error;
      }
      if ((await failing.fail(error)) === 'finished') {
        return;
      }
    }
  }
}

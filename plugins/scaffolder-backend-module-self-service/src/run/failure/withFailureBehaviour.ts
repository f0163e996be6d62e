import { AuthService } from '@backstage/backend-plugin-api';
import { InputError, isError } from '@backstage/errors';
import { ScaffolderService } from '@backstage/plugin-scaffolder-node';
import {
  FailureBehaviour,
  Problem,
  readFailureBehaviour,
  ReportStep,
} from '@self-service/plugin-runs-common';
import { WaitServices } from '../passGate';
import { Pause } from '../Pause';
import { RefusedError } from '../RefusedError';
import { AnyActionContext, RunContext } from '../RunContext';
import { WaitingError } from '../WaitingError';
import { backOff } from './backOff';
import { ManualStep } from './ManualStep';
import { StepMemory } from './StepMemory';
import { parkForTimer, settleRecovery } from './recoveryWaits';
import { toProblem } from './toProblem';

/** Longer waits before a further try park the run. */
const LONGEST_INLINE_WAIT_MS = 30_000;

/** What a step that fails well is made of. */
export interface FailureServices extends WaitServices {
  auth: AuthService;
  scaffolder: ScaffolderService;
  pause: Pause;
  /** Between 0 and 1; tests replace it. */
  random: () => number;
  /** Milliseconds since 1970; tests replace it. */
  now: () => number;
}

/** A step of ours while it acts. */
export interface ActingStep {
  run: RunContext;
  /** Survives the attempt. */
  memory: StepMemory;
  /** How often this step has failed before, in whichever attempt. */
  countFailures(): Promise<number>;
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

const ABORT: FailureBehaviour = { then: 'abort' };

/** Name under which failures are kept in the step's memory. */
const FAILURE = 'failure';

function readBehaviour(value: unknown, stepId: string): FailureBehaviour {
  try {
    return readFailureBehaviour(value);
  } catch {
    throw new InputError(
      `onFailure of step '${stepId}' is none that this version knows. Write abort, skip, { retry: { attempts: 3 } } or { manual: { group, instructions } } in the template.`,
    );
  }
}

/** Whether the act is to be done (again), or the step is through. */
type Next = 'act' | 'finished';

class FailingStep implements ActingStep {
  readonly memory: StepMemory;
  readonly #manual: ManualStep | undefined;

  constructor(
    readonly run: RunContext,
    private readonly services: FailureServices,
    private readonly behaviour: FailureBehaviour,
    private readonly inputDigest: string,
  ) {
    this.memory = new StepMemory(run.action, inputDigest);
    this.#manual =
      behaviour.manual &&
      new ManualStep({
        run,
        services,
        memory: this.memory,
        inputDigest,
        question: behaviour.manual,
        report: report => this.#report(report),
      });
  }

  countFailures(): Promise<number> {
    return this.memory.count(FAILURE);
  }

  /** Takes up a step that an earlier attempt has left waiting. */
  async resume(): Promise<Next> {
    const { retry } = this.behaviour;
    if (retry || this.#manual) {
      await settleRecovery(this.run, this.services.runs, this.inputDigest);
    }
    const answer = await this.#manual?.resume();
    return answer === 'continue' ? this.#finishWithout('continued') : 'act';
  }

  /** Does what the step's behaviour says. */
  async fail(error: unknown): Promise<Next> {
    const { logger, secrets = {} } = this.run.action;
    const problem = toProblem(error, Object.values(secrets));
    if (error instanceof RefusedError) {
      await this.#report({ outcome: 'failed', problem });
      throw error;
    }
    const number = await this.memory.append(FAILURE, {
      at: new Date(this.services.now()).toISOString(),
    });
    if (await this.#waitForNextTry(problem, number)) {
      return 'act';
    }
    const { then } = this.behaviour;
    if (then === 'skip') {
      logger.warn(`Step '${this.run.stepId}' is skipped: ${problem.what}`);
      await this.#report({ outcome: 'skipped', problem });
      return this.#finishWithout('skipped', problem.what);
    }
    if (this.#manual) {
      const answer = await this.#manual.ask(problem);
      if (answer) {
        return answer === 'continue' ? this.#finishWithout('continued') : 'act';
      }
    }
    await this.#report({ outcome: 'failed', problem });
    throw error;
  }

  /** Whether there is a next try, after having waited for its time. */
  async #waitForNextTry(problem: Problem, failures: number): Promise<boolean> {
    const { retry } = this.behaviour;
    if (!retry || !problem.canPass) {
      return false;
    }
    // A person's retry of a run that gave up begins a new row of tries.
    const tried = (failures - 1) % (retry.attempts + 1);
    if (tried >= retry.attempts) {
      return false;
    }
    const { pause, random, now } = this.services;
    const { logger, signal } = this.run.action;
    const waitMs = backOff(retry, tried + 1, {
      random: random(),
      now: now(),
      retryAt: problem.retryAt,
    });
    const retryAt = new Date(now() + waitMs).toISOString();
    const title = `Tries again at ${retryAt} (${tried + 1} of ${
      retry.attempts
    } further tries): ${problem.what}`;
    if (waitMs <= LONGEST_INLINE_WAIT_MS) {
      await this.#report({ outcome: 'retrying', problem, retryAt });
      logger.warn(title);
      await pause.sleep(waitMs, signal);
      return true;
    }
    const parking = await parkForTimer(this.run, this.services, {
      inputDigest: this.inputDigest,
      retryAt,
      number: failures,
      title,
      onPark: () => this.#report({ outcome: 'retrying', problem, retryAt }),
    });
    return parking;
  }

  #finishWithout(how: 'skipped' | 'continued', reason?: string): Next {
    this.run.action.output(how, true);
    if (reason) {
      this.run.action.output('skipReason', reason);
    }
    return 'finished';
  }

  /** Tells the run page. A step does not fail because that does not work. */
  async #report(report: Omit<ReportStep, 'stepId'>): Promise<void> {
    const { taskId, stepId, action } = this.run;
    try {
      await this.services.runs.reportStep(taskId, { stepId, ...report });
    } catch (error) {
      action.logger.debug(
        `The run page was not told: ${isError(error) ? error.message : error}`,
      );
    }
  }
}

import { isError } from '@backstage/errors';
import {
  FailureBehaviour,
  Problem,
  ReportStep,
} from '@self-service/plugin-runs-common';
import { RefusedError } from '../RefusedError';
import { RunContext } from '../RunContext';
import { ActingStep, FailureServices } from './ActingStep';
import { backOff } from './backOff';
import { ManualStep } from './ManualStep';
import { parkForTimer, settleRecovery } from './recoveryWaits';
import { StepMemory } from './StepMemory';
import { toProblem } from './toProblem';

/** Longer waits before a further try park the run. */
const LONGEST_INLINE_WAIT_MS = 30_000;

/** Name under which failures are kept in the step's memory. */
const FAILURE = 'failure';

/** Whether the act is to be done (again), or the step is through. */
export type Next = 'act' | 'finished';

/** A step whose failures are met as its `onFailure` says. */
export class FailingStep implements ActingStep {
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
    const { pause, random } = this.services;
    const now = this.services.now();
    const { logger, signal } = this.run.action;
    const waitMs = backOff(retry, tried + 1, {
      random: random(),
      now,
      retryAt: problem.retryAt,
    });
    const retryAt = new Date(now + waitMs).toISOString();
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

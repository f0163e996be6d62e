import {
  FailureBehaviour,
  Intervention,
  Problem,
  problemSchema,
  ReportStep,
  withoutFullStop,
} from '@self-service/plugin-runs-common';
import { withProblem } from '@self-service/plugin-providers-node';
import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';
import { JsonObject } from '@backstage/types';
import { inputDigest as digestOf } from '../inputDigest';
import { findWaitProblems } from '../passGate';
import { RefusedError } from '../RefusedError';
import { RunContext } from '../RunContext';
import { FailureServices } from './ActingStep';
import { parkForRecovery } from './recoveryWaits';
import { StepMemory } from './StepMemory';

/** `wait.kind` of waits for a person's answer; ref: the intervention's id. */
const INTERVENTION_WAIT = 'intervention';

function toGroupRef(value: string): string {
  return stringifyEntityRef(parseEntityRef(value, { defaultKind: 'group' }));
}

/** What a person who was asked has said to do. */
type Order = 'continue' | 'retry';

/**
 * Asks a person of a group to put right outside what a step could not do.
 *
 * @remarks
 * Each failure asks a question of its own. The step remembers which it has
 * asked, and to which it has heard the answer, so that an attempt after a wait
 * acts on the answer before it does anything else. An answer to give up counts
 * until the step has failed by it: an attempt may be killed in between.
 */
export class ManualStep {
  constructor(
    private readonly options: {
      run: RunContext;
      services: FailureServices;
      memory: StepMemory;
      inputDigest: string;
      question: NonNullable<FailureBehaviour['manual']>;
      report: (report: Omit<ReportStep, 'stepId'>) => Promise<void>;
    },
  ) {}

  /**
   * Takes up a question that an earlier attempt has asked.
   *
   * @returns what to do; `undefined` where none is open
   * @throws RefusedError - the person has given up
   * @throws WaitingError - nobody has answered yet
   */
  async resume(): Promise<Order | undefined> {
    const { memory } = this.options;
    const number = await memory.count('question');
    if (number === 0) {
      return undefined;
    }
    const heard = await memory.find(`answer.${number}`);
    if (heard && (await this.#isHeeded(heard))) {
      return undefined;
    }
    const asked = await memory.find(`question.${number}`);
    return this.#await(number, problemSchema.parse(asked?.problem));
  }

  /**
   * Asks about a new failure.
   *
   * @returns what to do; `undefined` where the run may not wait
   * @throws RefusedError, WaitingError - see {@link ManualStep.resume}
   */
  async ask(problem: Problem): Promise<Order | undefined> {
    const { run, services, memory } = this.options;
    const hindrances = await findWaitProblems(run, services);
    if (hindrances.length > 0) {
      run.action.logger.warn(
        `Nobody is asked: the run can't wait. ${hindrances.join(' ')}`,
      );
      return undefined;
    }
    const number = await memory.append('question', {
      problem: { ...problem },
    });
    return this.#await(number, problem);
  }

  async #await(number: number, problem: Problem): Promise<Order | undefined> {
    const { run, services, question, inputDigest, memory } = this.options;
    const group = toGroupRef(question.group);
    for (;;) {
      const intervention = await services.runs.askPerson({
        taskId: run.taskId,
        stepId: run.stepId,
        inputDigest: digestOf({ questionOf: inputDigest, number }),
        group,
        instructions: run.fillIn(question.instructions),
        problem,
      });
      const { answer } = intervention;
      if (answer && answer !== 'continue') {
        // Heeded once: an attempt after this one may act again.
        const lastEventId = (await this.#readEvents()).at(-1)?.id ?? 0;
        await memory.keep(`answer.${number}`, { answer, lastEventId });
      }
      if (answer) {
        return this.#obey(intervention, problem);
      }
      const isOver = await parkForRecovery(run, services, {
        inputDigest,
        wait: { kind: INTERVENTION_WAIT, ref: intervention.id },
        title: `Waits for ${question.group}: ${problem.what}`,
        onPark: () => this.options.report({ outcome: 'asked', problem }),
      });
      if (!isOver) {
        return undefined;
      }
    }
  }

  /** Whether an answer that was heard has had its effect. */
  async #isHeeded({ answer, lastEventId }: JsonObject): Promise<boolean> {
    if (answer !== 'give-up') {
      return true;
    }
    const since = await this.#readEvents(Number(lastEventId));
    return since.some(
      ({ body }) =>
        body.stepId === this.options.run.stepId && body.status === 'failed',
    );
  }

  /** The task's events, oldest first. */
  async #readEvents(after?: number) {
    const { run, services } = this.options;
    const events = await services.scaffolder.getLogs(
      { taskId: run.taskId, after },
      { credentials: await services.auth.getOwnServiceCredentials() },
    );
    return [...events].sort((one, other) => one.id - other.id);
  }

  async #obey(
    { answer, answeredBy = 'Somebody', comment, group }: Intervention,
    problem: Problem,
  ): Promise<Order> {
    const said = comment ? `: ${comment}` : '';
    const { logger } = this.options.run.action;
    if (answer === 'continue') {
      logger.info(`${answeredBy} did this step outside${said}`);
      await this.options.report({ outcome: 'continued', problem });
      return 'continue';
    }
    if (answer === 'retry') {
      logger.info(`${answeredBy} asks to try this step again${said}`);
      return 'retry';
    }
    await this.options.report({ outcome: 'failed', problem });
    throw withProblem(
      new RefusedError(
        `${answeredBy} of ${group} gave up on this step${withoutFullStop(
          said,
        )}. ${problem.what}`,
      ),
      problem,
    );
  }
}

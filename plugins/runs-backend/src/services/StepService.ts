import { AuditorService } from '@backstage/backend-plugin-api';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  Answer,
  AskPerson,
  Intervention,
  ReportStep,
} from '@self-service/plugin-runs-common';
import { RunStore } from '../database/RunStore';
import { StepStore } from '../database/StepStore';
import { Clock } from './Clock';
import { assertActive } from './describeClosed';
import { Outbox } from './Outbox';
import { RunAccess, UserCredentials } from './RunAccess';
import { RunHints } from './RunHints';
import { RunNotifier } from './RunNotifier';
import { SuspensionService } from './SuspensionService';

/** Keeps what becomes of steps, and asks people where a step can't go on. */
export class StepService {
  readonly #deps: StepServiceDeps;

  private constructor(deps: StepServiceDeps) {
    this.#deps = deps;
  }

  static create(deps: StepServiceDeps): StepService {
    return new StepService(deps);
  }

  /** Keeps what became of an attempt of a step. */
  async report(taskId: string, report: ReportStep): Promise<void> {
    const { steps, clock, notifier } = this.#deps;
    await steps.addReport(taskId, report, await clock.now());
    notifier.changed(taskId);
  }

  /**
   * Asks a person; see `RunsService.askPerson`.
   *
   * @throws ConflictError - the run was cancelled, or is rolled back
   */
  async ask(question: AskPerson): Promise<Intervention> {
    const { steps, clock, notifier, outbox } = this.#deps;
    await assertActive(
      this.#deps,
      question.taskId,
      ': nobody is asked any more.',
    );
    const intervention = await steps.ask(question, await clock.now());
    notifier.changed(question.taskId);
    outbox.deliverSoon();
    return intervention;
  }

  /**
   * A member of the group answers; the run goes on.
   *
   * @throws NotFoundError - nobody asked
   * @throws NotAllowedError - the caller is not a member of the group
   * @throws ConflictError - it was answered already, or the run has ended
   */
  async answer(
    id: string,
    answer: Answer,
    credentials: UserCredentials,
  ): Promise<Intervention> {
    const { access, auditor, steps } = this.#deps;
    const question = await steps.findIntervention(id);
    if (!question) {
      throw new NotFoundError(`Nobody has asked question ${id}`);
    }
    const event = await auditor.createEvent({
      eventId: 'run-answer',
      severityLevel: 'medium',
      meta: {
        taskId: question.taskId,
        stepId: question.stepId,
        answer: answer.answer,
      },
    });
    try {
      const answeredBy = access.requirePerson(credentials);
      await access.requireMember(question.group, credentials);
      const answered = await this.#answer(question, { ...answer, answeredBy });
      await event.success();
      return answered;
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  }

  async #answer(
    { id, taskId }: Intervention,
    answer: Answer & { answeredBy: string },
  ): Promise<Intervention> {
    const { steps, clock, notifier, suspensions } = this.#deps;
    await assertActive(
      this.#deps,
      taskId,
      ': an answer changes nothing any more.',
    );
    const answered = await steps.answer(id, answer, await clock.now());
    if (!answered) {
      const standing = await steps.findIntervention(id);
      throw new ConflictError(
        `${standing?.answeredBy} has answered already: ${standing?.answer}`,
      );
    }
    notifier.changed(taskId);
    // The wait checker catches up with a signal that is lost here.
    await suspensions.signal({ kind: 'intervention', ref: id });
    return answered;
  }
}

interface StepServiceDeps {
  steps: StepStore;
  runs: RunStore;
  suspensions: SuspensionService;
  access: RunAccess;
  hints: RunHints;
  clock: Clock;
  notifier: RunNotifier;
  outbox: Outbox;
  auditor: AuditorService;
}

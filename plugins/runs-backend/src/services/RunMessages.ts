import { NotificationService } from '@backstage/plugin-notifications-node';
import { asSentence, Problem } from '@self-service/plugin-runs-common';
import { EntityNames } from '@self-service/plugin-runs-node';
import { OutboxMessage, RunStore, StoredRun } from '../database/RunStore';
import { StepStore } from '../database/StepStore';
import { SuspensionStore } from '../database/SuspensionStore';

interface Message {
  to: string[];
  title: string;
  description: string;
  severity: 'normal' | 'high';
}

/** Prefix of the kind of a message that asks a group; the rest is the id. */
const ASK = 'ask:';

const CHOICES =
  'On its page you can retry it, edit and resubmit it, or roll it back.';

/** Whether people are told by this kind of message. */
export function isForPeople(kind: string): boolean {
  return kind.startsWith('notify.') || kind.startsWith(ASK);
}

/**
 * Tells people by Backstage notifications when a run has ended or needs them.
 *
 * @remarks
 * Whether there is still a reason to is found out when a message is delivered.
 * Its scope makes the notifications backend keep one per person, however often
 * it is delivered.
 */
export class RunMessages {
  readonly #deps: RunMessagesDeps;

  private constructor(deps: RunMessagesDeps) {
    this.#deps = deps;
  }

  static create(deps: RunMessagesDeps): RunMessages {
    return new RunMessages(deps);
  }

  /**
   * Sends one message, or none where it has no point any more.
   *
   * @throws when the notifications backend does not answer: to be tried again
   */
  async deliver({
    kind,
    taskId,
  }: Pick<OutboxMessage, 'kind' | 'taskId'>): Promise<void> {
    const run = await this.#deps.runs.find(taskId);
    const message = run && (await this.#compose(kind, run));
    if (!message || message.to.length === 0) {
      return;
    }
    const { to, title, description, severity } = message;
    const { names, notifications } = this.#deps;
    await notifications.send({
      recipients: { type: 'entity', entityRef: to },
      payload: {
        title,
        description: await names.nameIn(description),
        severity,
        link: `/create/tasks/${encodeURIComponent(taskId)}`,
        topic: 'runs',
        scope: `${taskId}:${kind}`,
      },
    });
  }

  async #compose(kind: string, run: StoredRun): Promise<Message | undefined> {
    if (kind.startsWith(ASK)) {
      return this.#ask(run, kind.slice(ASK.length));
    }
    const to = run.requester ? [run.requester] : [];
    switch (kind) {
      case 'notify.attention':
        return this.#attention(run, to);
      case 'notify.reminder':
        return run.phase === 'held' && run.heldUntil
          ? {
              to,
              title: `Rolled back soon: ${titleOf(run)}`,
              description: `Nobody has decided yet. It is rolled back by itself on ${displayTime(
                run.heldUntil,
              )}. ${CHOICES}`,
              severity: 'high',
            }
          : undefined;
      case 'notify.rollback-failed':
        return run.phase === 'rollback-failed'
          ? {
              to: [...to, this.#deps.platformTeam],
              title: `Could not be undone: ${titleOf(run)}`,
              description:
                'Something that the run made could not be undone. Its page says what and why; roll it back again once the cause is put right.',
              severity: 'high',
            }
          : undefined;
      default:
        return kind === `notify.${run.phase}` ? ofPhase(run, to) : undefined;
    }
  }

  async #ask(run: StoredRun, id: string): Promise<Message | undefined> {
    const question = await this.#deps.steps.findIntervention(id);
    return question && !question.answer && run.phase === 'active'
      ? {
          to: [question.group],
          title: `Your help is needed: ${titleOf(run)}`,
          description: `${question.problem.what} ${question.instructions}`,
          severity: 'high',
        }
      : undefined;
  }

  async #attention(run: StoredRun, to: string[]): Promise<Message | undefined> {
    const [newest] = await this.#deps.suspensions.listNewest([run.taskId]);
    return newest?.attention
      ? {
          to,
          title: `Needs attention: ${titleOf(run)}`,
          description: newest.attention,
          severity: 'high',
        }
      : undefined;
  }
}

function ofPhase(run: StoredRun, to: string[]): Message | undefined {
  const title = titleOf(run);
  const why = describe(run.failure?.problem);
  switch (run.phase) {
    case 'completed':
      return {
        to,
        title: `Finished: ${title}`,
        description: 'Everything that it was to make is in place.',
        severity: 'normal',
      };
    case 'failed':
      return {
        to,
        title: `Failed: ${title}`,
        description: `${why}Nothing of it exists. On its page you can retry it, or edit and resubmit it.`,
        severity: 'high',
      };
    case 'held':
      return {
        to,
        title: `Needs you: ${title}`,
        description: `${why}What it has made is kept${
          run.heldUntil ? ` until ${displayTime(run.heldUntil)}` : ''
        } and rolled back then. ${
          run.cancelledAt
            ? 'On its page you can edit and resubmit it, or roll it back.'
            : CHOICES
        }`,
        severity: 'high',
      };
    case 'rolled-back':
      return {
        to,
        title: `Rolled back: ${title}`,
        description: `${why}${
          run.endComment ? `${asSentence(run.endComment)} ` : ''
        }What could be undone is undone; its page lists anything that was kept.`,
        severity: 'normal',
      };
    case 'cancelled':
      // Who has cancelled a run knows it.
      return run.endedBy !== undefined && run.endedBy === run.requester
        ? undefined
        : {
            to,
            title: `Cancelled: ${title}`,
            description: [
              run.endedBy && `By ${run.endedBy}.`,
              run.endComment && asSentence(run.endComment),
              'Nothing of it exists.',
            ]
              .filter(Boolean)
              .join(' '),
            severity: 'normal',
          };
    default:
      return undefined;
  }
}

function describe(problem: Problem | undefined): string {
  return problem ? `${problem.what} ${problem.remedy} ` : '';
}

function titleOf({ title, taskId }: StoredRun): string {
  return title ?? `run ${taskId}`;
}

function displayTime(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

interface RunMessagesDeps {
  runs: RunStore;
  steps: StepStore;
  suspensions: SuspensionStore;
  notifications: NotificationService;
  /** Messages are for people: they have no entity refs. */
  names: EntityNames;
  /** Group that is told of what could not be undone. */
  platformTeam: string;
}

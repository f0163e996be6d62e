import { LoggerService } from '@backstage/backend-plugin-api';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { OutboxMessage, RunStore } from '../database/RunStore';
import { Clock } from './Clock';
import { after } from './leases';
import { ResourceRecorder } from './resources/ResourceRecorder';
import {
  isAboutResource,
  ResourceMessages,
} from './resources/ResourceMessages';
import { isForPeople, RunMessages } from './RunMessages';

const BATCH = 50;
const MAX_DELAY_MS = 300_000;
/** People see a run's state on its page: about two days are enough. */
const MAX_ATTEMPTS = 600;
/** With what the approvals backend closes a run. */
const COMMENTS: Record<string, string | undefined> = {
  'run.cancelled': 'The run was cancelled.',
  'run.rolled-back': 'The run is rolled back.',
};

/** Tells other plugins what they have to know, until they know it. */
export class Outbox {
  readonly #runs: RunStore;
  readonly #approvals: ApprovalsService;
  readonly #messages: RunMessages;
  readonly #resourceMessages: ResourceMessages;
  readonly #recorder: ResourceRecorder;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  #last: Promise<void> = Promise.resolve();

  private constructor(deps: OutboxDeps) {
    this.#runs = deps.runs;
    this.#approvals = deps.approvals;
    this.#messages = deps.messages;
    this.#resourceMessages = deps.resourceMessages;
    this.#recorder = deps.recorder;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
  }

  static create(deps: OutboxDeps): Outbox {
    return new Outbox(deps);
  }

  /** Delivers in the background; what fails is left to the sweep. */
  deliverSoon(): void {
    this.deliver().catch(error =>
      this.#logger.warn(`Outbox not read: ${error}`),
    );
  }

  /** Delivers what is due. Receivers take a message twice without harm. */
  deliver(): Promise<void> {
    // One after the other: two at once would send the same message twice.
    const delivery = this.#last.then(() => this.#deliver());
    this.#last = delivery.catch(() => {});
    return delivery;
  }

  async #deliver(): Promise<void> {
    const now = await this.#clock.now();
    for (const message of await this.#runs.listOutbox(now, BATCH)) {
      try {
        await this.#send(message);
        await this.#runs.removeMessage(message.id);
      } catch (error) {
        this.#logger.warn(
          `Message ${message.kind} of run ${message.taskId} not delivered: ${error}`,
        );
        if (isForPeople(message.kind) && message.attempts >= MAX_ATTEMPTS) {
          this.#logger.warn(`Message ${message.kind} is given up`);
          await this.#runs.removeMessage(message.id);
          continue;
        }
        const delay = Math.min(5_000 * 2 ** message.attempts, MAX_DELAY_MS);
        await this.#runs.postponeMessage(message, after(now, delay));
      }
    }
  }

  async #send(message: OutboxMessage): Promise<void> {
    const { kind, taskId } = message;
    if (isAboutResource(kind)) {
      await this.#resourceMessages.deliver(message);
      return;
    }
    if (kind === 'run.completed') {
      await this.#recorder.record(taskId);
      return;
    }
    if (isForPeople(kind)) {
      await this.#messages.deliver(message);
      return;
    }
    const comment = COMMENTS[kind];
    if (!comment) {
      throw new Error(`Message kind '${kind}' is not known to this version`);
    }
    await this.#approvals.closeRun(taskId, { comment });
  }
}

interface OutboxDeps {
  runs: RunStore;
  approvals: ApprovalsService;
  messages: RunMessages;
  resourceMessages: ResourceMessages;
  recorder: ResourceRecorder;
  clock: Clock;
  logger: LoggerService;
}

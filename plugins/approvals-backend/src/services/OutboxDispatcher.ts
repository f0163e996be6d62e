import { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { RunsService } from '@self-service/plugin-runs-node';
import {
  ANNOUNCED_EVENTS,
  ANNOUNCEMENT,
  Announcement,
  Outbox,
  OutboxMessage,
  REQUEST_DECIDED,
} from '../database';
import { z } from 'zod';
import { Clock } from './Clock';
import { MessageFanOut } from './messages/MessageFanOut';

const BATCH = 50;
/** How many are sent at a time; those to people are only stored here. */
const AT_ONCE = { plugins: 1, people: 8 };
/** Telling people of a decision is more work than going on with its run. */
const PEOPLE_AFTER_MILLISECONDS = 1_000;
type Who = keyof typeof AT_ONCE;

/** A claim that outlives its process is free again after this. */
const CLAIM_MILLISECONDS = 30_000;
const FIRST_BACKOFF_MILLISECONDS = 1_000;
const LONGEST_BACKOFF_MILLISECONDS = 5 * 60_000;
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000;

/** People have their inbox: after so many attempts a message is let go. */
const ANNOUNCEMENT_ATTEMPTS = 20;

const announcementSchema: z.ZodType<Announcement> = z.object({
  event: z.enum(ANNOUNCED_EVENTS),
  requestId: z.string(),
  stageId: z.string().optional(),
});

/**
 * Delivers outbox messages to the runs backend, and to those who find out
 * which people they are for, until they have them.
 *
 * @remarks
 * At least once: the receiver is idempotent. Several replicas may deliver at
 * a time; a message is claimed before it is sent. No run waits for people's
 * messages: each goes its own way, and the runs go first.
 */
export class OutboxDispatcher {
  readonly #outbox: Outbox;
  readonly #runs: Pick<RunsService, 'signal'>;
  readonly #messages: Pick<MessageFanOut, 'deliver'>;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #wanted = new Set<Who>();
  readonly #running = new Set<Who>();

  constructor(options: {
    outbox: Outbox;
    runs: Pick<RunsService, 'signal'>;
    messages: Pick<MessageFanOut, 'deliver'>;
    clock: Clock;
    sleep: (milliseconds: number) => Promise<void>;
    logger: LoggerService;
  }) {
    this.#outbox = options.outbox;
    this.#runs = options.runs;
    this.#messages = options.messages;
    this.#clock = options.clock;
    this.#sleep = options.sleep;
    this.#logger = options.logger;
  }

  /**
   * Delivers in the background what is due; what fails is left to the sweep.
   */
  deliverSoon(): void {
    this.#start('plugins');
    this.#start('people');
  }

  #start(who: Who): void {
    this.#wanted.add(who);
    if (this.#running.has(who)) {
      return;
    }
    this.#running.add(who);
    this.#deliverWanted(who).catch(error => {
      this.#logger.warn(`Outbox not delivered: ${stringifyError(error)}`);
    });
  }

  async #deliverWanted(who: Who): Promise<void> {
    try {
      while (this.#wanted.has(who)) {
        if (who === 'people') {
          await this.#sleep(PEOPLE_AFTER_MILLISECONDS);
        }
        this.#wanted.delete(who);
        await this.#drain(who);
      }
    } finally {
      this.#running.delete(who);
    }
  }

  /** Delivers what is due. Failures are stored with the next attempt. */
  async deliverDue(): Promise<void> {
    await Promise.all([this.#drain('plugins'), this.#drain('people')]);
  }

  async #drain(who: Who): Promise<void> {
    let isThereMore = true;
    while (isThereMore) {
      const now = await this.#clock.now();
      const due = await this.#outbox.listDue(now.toISOString(), BATCH, who);
      const until = new Date(now.getTime() + CLAIM_MILLISECONDS).toISOString();
      const queue = due.values();
      // They share the queue: whoever is free takes the next one.
      const work = async () => {
        for (const message of queue) {
          if (await this.#outbox.claim(message, until)) {
            await this.#deliver(message);
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE[who] }, work));
      isThereMore = due.length === BATCH;
    }
  }

  /** One turn of the sweep: delivers, and forgets what is long delivered. */
  async tick(): Promise<void> {
    await this.deliverDue();
    const now = await this.#clock.now();
    await this.#outbox.deleteDelivered(
      new Date(now.getTime() - KEPT_MILLISECONDS).toISOString(),
    );
  }

  async #deliver(message: OutboxMessage): Promise<void> {
    try {
      await this.#send(message);
    } catch (error) {
      if (
        message.kind === ANNOUNCEMENT &&
        message.attempts + 1 >= ANNOUNCEMENT_ATTEMPTS
      ) {
        this.#logger.error(
          `Message ${message.id} to people given up: ${stringifyError(error)}`,
        );
        await this.#outbox.markDelivered(
          message.id,
          (await this.#clock.now()).toISOString(),
        );
        return;
      }
      const backoff = Math.min(
        FIRST_BACKOFF_MILLISECONDS * 2 ** Math.min(message.attempts, 20),
        LONGEST_BACKOFF_MILLISECONDS,
      );
      const now = await this.#clock.now();
      const nextAttemptAt = new Date(now.getTime() + backoff).toISOString();
      const reason = stringifyError(error);
      await this.#outbox.markFailed(message.id, reason, nextAttemptAt);
      this.#logger.warn(
        `Message ${message.id} (${message.kind}) not delivered, again at ${nextAttemptAt}: ${reason}`,
      );
      return;
    }
    const deliveredAt = (await this.#clock.now()).toISOString();
    await this.#outbox.markDelivered(message.id, deliveredAt);
  }

  async #send({ id, kind, payload }: OutboxMessage): Promise<void> {
    switch (kind) {
      case REQUEST_DECIDED:
        await this.#runs.signal({ kind: 'approval', ref: payload.requestId });
        break;
      case ANNOUNCEMENT:
        await this.#messages.deliver(id, announcementSchema.parse(payload));
        break;
      default:
        throw new Error(`Unknown kind of message '${kind}'`);
    }
  }
}

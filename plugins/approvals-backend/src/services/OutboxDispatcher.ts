import { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import { RunsService } from '@self-service/plugin-runs-node';
import { Outbox, OutboxMessage, REQUEST_DECIDED } from '../database';
import { Clock } from './Clock';

const BATCH = 50;
/** A claim that outlives its process is free again after this. */
const CLAIM_MILLISECONDS = 30_000;
const FIRST_BACKOFF_MILLISECONDS = 1_000;
const LONGEST_BACKOFF_MILLISECONDS = 5 * 60_000;
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000;

/**
 * Delivers outbox messages to the runs backend until it has them.
 *
 * @remarks
 * At least once: the receiver is idempotent. Several replicas may deliver at
 * a time; a message is claimed before it is sent.
 */
export class OutboxDispatcher {
  readonly #outbox: Outbox;
  readonly #runs: Pick<RunsService, 'signal'>;
  readonly #clock: Clock;
  readonly #logger: LoggerService;

  constructor(options: {
    outbox: Outbox;
    runs: Pick<RunsService, 'signal'>;
    clock: Clock;
    logger: LoggerService;
  }) {
    this.#outbox = options.outbox;
    this.#runs = options.runs;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /**
   * Delivers in the background what is due; what fails is left to the sweep.
   */
  deliverSoon(): void {
    this.deliverDue().catch(error => {
      this.#logger.warn(`Outbox not delivered: ${stringifyError(error)}`);
    });
  }

  /** Delivers what is due. Failures are stored with the next attempt. */
  async deliverDue(): Promise<void> {
    const now = await this.#clock.now();
    const due = await this.#outbox.listDue(now.toISOString(), BATCH);
    const until = new Date(now.getTime() + CLAIM_MILLISECONDS).toISOString();
    for (const message of due) {
      if (await this.#outbox.claim(message, until)) {
        await this.#deliver(message);
      }
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

  async #send({ kind, payload }: OutboxMessage): Promise<void> {
    if (kind !== REQUEST_DECIDED) {
      throw new Error(`Unknown kind of message '${kind}'`);
    }
    await this.#runs.signal({ kind: 'approval', ref: payload.requestId });
  }
}

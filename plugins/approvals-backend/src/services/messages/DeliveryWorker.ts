import { randomUUID } from 'node:crypto';
import { LoggerService } from '@backstage/backend-plugin-api';
import { InputError, NotFoundError, stringifyError } from '@backstage/errors';
import { problemOf } from '@self-service/plugin-providers-node';
import {
  DeliveryLane,
  DeliveryRecord,
  DeliveryStore,
  NewDelivery,
} from '../../database';
import { Clock } from '../Clock';
import { Channels } from './Channels';
import { DeliverySender } from './DeliverySender';

/** How many are under way at once, and after how many failures one is let go. */
const LANES: Record<DeliveryLane, { atOnce: number; attempts: number }> = {
  notification: { atOnce: 5, attempts: 20 },
  // Most wait for their turn with the person: one message a second each.
  chat: { atOnce: 50, attempts: 6 },
  update: { atOnce: 10, attempts: 20 },
  mail: { atOnce: 5, attempts: 20 },
};
const LANE_NAMES = Object.keys(LANES) as DeliveryLane[];

const ATTEMPT_MILLISECONDS = 45_000;
/** Longer than an attempt: nobody works on what another has claimed. */
const CLAIM_MILLISECONDS = 60_000;
const FIRST_BACKOFF_MILLISECONDS = 1_000;
const LONGEST_BACKOFF_MILLISECONDS = 5 * 60_000;
const EARLY_MILLISECONDS = 2_000;
/** For so long, a vendor that asks for patience costs no attempt. */
const PATIENCE_MILLISECONDS = 6 * 3_600_000;

/** Why an attempt failed: in words without addresses of people. */
function describe(error: unknown): string {
  return stringifyError(error)
    .replace(/[^\s@<>'"(]+@[^\s@<>'")]+/g, '[address]')
    .slice(0, 500);
}

function canPass(error: unknown): boolean {
  const isForGood =
    error instanceof NotFoundError || error instanceof InputError;
  return problemOf(error)?.canPass ?? !isForGood;
}

/** Resolves when the first of some has settled, however. */
async function settled(some: Iterable<Promise<unknown>>): Promise<void> {
  await Promise.race([...some].map(one => one.catch(() => {})));
}

/** Waits no longer than a signal allows, whoever heeds it or not. */
async function whileAllowed<T>(
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T> {
  let giveUp = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * Sends deliveries until each is sent or given up.
 *
 * @remarks
 * Each lane works by itself with a limit of its own, and one person's messages
 * go one after the other: neither a channel that is down nor a person with
 * very many messages holds up anybody else. Several replicas may work at a
 * time.
 */
export class DeliveryWorker {
  readonly #deliveries: DeliveryStore;
  readonly #sender: DeliverySender;
  readonly #channels: Channels;
  readonly #clock: Clock;
  readonly #logger: LoggerService;
  readonly #stopping = new AbortController();
  readonly #running = new Map<DeliveryLane, Promise<void>>();
  /** Lanes that have to look (again) for what is due. */
  readonly #wanted = new Set<DeliveryLane>();
  /** Tells a lane that works already that there is more. */
  readonly #nudges = new Map<DeliveryLane, () => void>();

  constructor(options: {
    deliveries: DeliveryStore;
    sender: DeliverySender;
    channels: Channels;
    clock: Clock;
    logger: LoggerService;
  }) {
    this.#deliveries = options.deliveries;
    this.#sender = options.sender;
    this.#channels = options.channels;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Starts on what is due in some lanes, in the background. */
  wake(lanes: Iterable<DeliveryLane> = LANE_NAMES): void {
    for (const lane of lanes) {
      this.#wakeLane(lane).catch(error => {
        this.#logger.warn(`Messages not delivered: ${stringifyError(error)}`);
      });
    }
  }

  /** Works until nothing is due. */
  async drain(): Promise<void> {
    await Promise.all(LANE_NAMES.map(lane => this.#wakeLane(lane)));
  }

  /** Ends what is under way; it is tried again after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#running.values());
  }

  async #wakeLane(lane: DeliveryLane): Promise<void> {
    this.#wanted.add(lane);
    this.#nudges.get(lane)?.();
    while (this.#wanted.has(lane) && !this.#stopping.signal.aborted) {
      const running =
        this.#running.get(lane) ??
        this.#work(lane).finally(() => this.#running.delete(lane));
      this.#running.set(lane, running);
      await running;
    }
  }

  async #work(lane: DeliveryLane): Promise<void> {
    const { atOnce } = LANES[lane];
    const underWay = new Set<Promise<void>>();
    /** People to whom nothing is under way any more. */
    const free = new Set<string>();
    let isThereMore = true;
    while (!this.#stopping.signal.aborted) {
      const nudged = new Promise<void>(resolve => {
        this.#nudges.set(lane, resolve);
      });
      const room = atOnce - underWay.size;
      let claimed: DeliveryRecord[] = [];
      // To look for what is due to anybody costs the more the more is due.
      if ((isThereMore || this.#wanted.has(lane)) && room * 5 >= atOnce) {
        this.#wanted.delete(lane);
        free.clear();
        claimed = await this.#claimDue(lane, room);
        isThereMore = claimed.length === room;
      } else {
        for (const recipient of [...free].slice(0, room)) {
          free.delete(recipient);
          claimed.push(...(await this.#claimDue(lane, 1, recipient)));
        }
      }
      for (const delivery of claimed) {
        const attempt: Promise<void> = this.#attempt(delivery)
          .catch(error => {
            // Its claim ends by itself.
            this.#logger.warn(
              `What became of delivery ${
                delivery.id
              } was not stored: ${stringifyError(error)}`,
            );
          })
          .finally(() => {
            underWay.delete(attempt);
            free.add(delivery.recipient);
          });
        underWay.add(attempt);
      }
      if (underWay.size > 0) {
        await settled([nudged, ...underWay]);
      } else if (!isThereMore && free.size === 0 && !this.#wanted.has(lane)) {
        break;
      }
    }
    await Promise.all(underWay);
  }

  async #claimDue(
    lane: DeliveryLane,
    room: number,
    recipient?: string,
  ): Promise<DeliveryRecord[]> {
    const now = await this.#clock.now();
    const until = new Date(now.getTime() + CLAIM_MILLISECONDS).toISOString();
    const claimed: DeliveryRecord[] = [];
    for (const delivery of await this.#deliveries.listDue(
      lane,
      now.toISOString(),
      room,
      recipient,
    )) {
      const mine = await this.#deliveries.claim(delivery, until);
      if (mine) {
        claimed.push(mine);
      }
    }
    return claimed;
  }

  async #attempt(delivery: DeliveryRecord): Promise<void> {
    const signal = AbortSignal.any([
      this.#stopping.signal,
      AbortSignal.timeout(ATTEMPT_MILLISECONDS),
    ]);
    try {
      const sent = await whileAllowed(
        signal,
        this.#sender.send(delivery, signal),
      );
      const now = await this.#clock.now();
      switch (sent.outcome) {
        case 'sent':
          await this.#markSent(delivery, sent.message, now);
          return;
        case 'too-early':
          await this.#postpone(delivery, now.getTime() + EARLY_MILLISECONDS);
          return;
        default:
          await this.#deliveries.remove(delivery);
      }
    } catch (error) {
      await this.#handle(error, delivery);
    }
  }

  async #markSent(
    delivery: DeliveryRecord,
    message: Parameters<DeliveryStore['markSent']>[1]['message'],
    now: Date,
  ): Promise<void> {
    const at = now.toISOString();
    const held = await this.#deliveries.markSent(delivery, { message, at });
    if (!held && delivery.updates) {
      // Somebody else has shown it too, and this may have come after.
      await this.#deliveries.updateMessages(delivery.requestId, at);
    }
  }

  async #postpone(delivery: DeliveryRecord, until: number): Promise<void> {
    await this.#deliveries.postpone(delivery, {
      until: new Date(until).toISOString(),
      perhapsSent: delivery.perhapsSent,
    });
  }

  async #handle(error: unknown, delivery: DeliveryRecord): Promise<void> {
    const now = (await this.#clock.now()).getTime();
    if (this.#stopping.signal.aborted) {
      const until = new Date(now).toISOString();
      await this.#deliveries.postpone(delivery, { until, perhapsSent: true });
      return;
    }
    const retryAt = Date.parse(problemOf(error)?.retryAt ?? '');
    const isYoung =
      now - Date.parse(delivery.createdAt) < PATIENCE_MILLISECONDS;
    const mayPass = canPass(error);
    if (mayPass && isYoung && retryAt > now) {
      const latest = now + LONGEST_BACKOFF_MILLISECONDS;
      await this.#postpone(delivery, Math.min(retryAt, latest));
      return;
    }
    const at = new Date(now).toISOString();
    const failures = delivery.attempts + 1;
    if (!mayPass || failures >= LANES[delivery.lane].attempts) {
      this.#logger.error(
        `Message ${delivery.id} (${delivery.lane}) given up: ${describe(
          error,
        )}`,
      );
      await this.#deliveries.giveUp(delivery, {
        error: describe(error),
        at,
        instead: this.#instead(delivery, at),
      });
      // What is sent instead is in another lane.
      this.wake();
      return;
    }
    const backoff = Math.min(
      FIRST_BACKOFF_MILLISECONDS * 2 ** delivery.attempts,
      LONGEST_BACKOFF_MILLISECONDS,
    );
    await this.#deliveries.markFailed(delivery, {
      error: describe(error),
      nextAttemptAt: new Date(now + backoff).toISOString(),
      at,
    });
  }

  /** Mail when chat fails, and the bell when that fails as well. */
  #instead(delivery: DeliveryRecord, at: string): NewDelivery | undefined {
    if (
      delivery.channel === 'notification' ||
      delivery.updates ||
      delivery.event === 'request-created'
    ) {
      return undefined;
    }
    const { announcementId, requestId, stageId, event, kind, recipient } =
      delivery;
    return {
      id: randomUUID(),
      announcementId,
      requestId,
      stageId,
      event,
      kind,
      recipient,
      channel:
        delivery.channel === 'chat' && this.#channels.has('mail')
          ? 'mail'
          : 'notification',
      createdAt: at,
    };
  }
}

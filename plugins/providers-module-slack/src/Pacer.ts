import { ServiceUnavailableError } from '@backstage/errors';
import {
  createProblemError,
  HttpClient,
} from '@self-service/plugin-providers-node';

/** "One message per second per channel": https://docs.slack.dev/apis/web-api/rate-limits. */
const INTERVAL_MILLISECONDS = 1_000;
/** Who would wait longer is told when to come again. */
const MAXIMUM_WAIT_MILLISECONDS = 20_000;
const MAXIMUM_CHANNELS = 5_000;

/**
 * Keeps messages to one channel a second apart.
 *
 * @remarks
 * For this process alone. Other replicas write to other channels as a rule;
 * where they don't, Slack's 429 says how long to wait.
 */
export class Pacer {
  readonly #http: HttpClient;
  /** When the next message may go, by channel; milliseconds since the epoch. */
  readonly #free = new Map<string, number>();

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * Resolves when a message may go to the channel.
   *
   * @throws ServiceUnavailableError - too many are waiting; `retryAt` says
   * when there is room
   */
  async wait(channel: string, signal?: AbortSignal): Promise<void> {
    const now = this.#http.now();
    const free = Math.max(now, this.#free.get(channel) ?? now);
    if (free - now > MAXIMUM_WAIT_MILLISECONDS) {
      const retryAt = new Date(free).toISOString();
      throw createProblemError(ServiceUnavailableError, {
        what: 'Slack takes one message a second for a channel, and too many are waiting.',
        whose: 'vendor',
        canPass: true,
        retryAt,
        remedy: `Try again after ${retryAt}.`,
        vendor: 'Slack',
      });
    }
    this.#forgetFree(now);
    this.#free.set(channel, free + INTERVAL_MILLISECONDS);
    if (free > now) {
      await this.#http.sleep(free - now, signal);
    }
  }

  #forgetFree(now: number): void {
    if (this.#free.size < MAXIMUM_CHANNELS) {
      return;
    }
    for (const [channel, free] of this.#free) {
      if (free <= now) {
        this.#free.delete(channel);
      }
    }
  }
}

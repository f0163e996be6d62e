import { ServiceUnavailableError } from '@backstage/errors';
import { setTimeout as delay } from 'node:timers/promises';
import { createProblemError } from '../problems';
import { readRateLimit, readRetryAfter } from './rateLimit';
import { RateBudget, RequestLimit } from './RateBudget';
import { Slots } from './Slots';

/** Time as the HTTP client sees it; tests replace it. @public */
export interface HttpClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds; rejects when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** @public */
export interface HttpClientOptions {
  /** For people, for example `GitHub`. */
  vendor: string;
  /** For one attempt, body included. Default 15 000. */
  timeoutMilliseconds?: number;
  /** Attempts after the first. Default 2. */
  retries?: number;
  /** The longest single wait; a vendor that asks for more gets none. Default 10 000. */
  maximumWaitMilliseconds?: number;
  /** Most requests that are under way at a time; others wait. Default 10. */
  concurrency?: number;
  /**
   * What the vendor allows each account, as far as it is documented: requests
   * wait here rather than be refused there. Kept for each host by itself, and
   * by this process alone.
   */
  limits?: readonly RequestLimit[];
  clock?: HttpClock;
}

/** What the client takes beside what `fetch` does. @public */
export interface HttpRequestOptions extends RequestInit {
  /**
   * Whether it may be sent again when nobody knows what became of it.
   * Default: `GET` and `HEAD` may.
   */
  repeatable?: boolean;
}

const systemClock: HttpClock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

const FIRST_BACKOFF_MILLISECONDS = 250;
/** 412 is Vault's "my data is older than your token's": asked again, it has caught up. */
const PASSING_STATUSES = new Set([408, 412, 500, 502, 503, 504]);

/** No answer came; the message says in which way. */
class NoAnswer extends Error {}

/** Node's code of what went wrong below `fetch`, for example `ECONNRESET`. */
function readCode(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? ` (${cause.code})` : '';
}

function isRepeatable({ repeatable, method = 'GET' }: HttpRequestOptions) {
  return repeatable ?? ['GET', 'HEAD'].includes(method.toUpperCase());
}

/**
 * `fetch` with a time limit and a bounded number of further attempts.
 *
 * @remarks
 * A request that the vendor throttled was not carried out and is repeated
 * whatever its method, if the wait that the vendor asks for is short. A
 * passing failure (time-out, cut connection, 5xx) may have been carried out:
 * only repeatable requests are sent again. Many callers at once are served a
 * few at a time, and no more in a while than the vendor allows: what waits here
 * runs into no time limit, and into none of the vendor's.
 *
 * @public
 */
export class HttpClient {
  readonly #vendor: string;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #maximumWait: number;
  readonly #clock: HttpClock;
  readonly #slots: Slots;
  readonly #limits: readonly RequestLimit[];
  readonly #budgets = new Map<string, RateBudget>();

  static create(options: HttpClientOptions): HttpClient {
    return new HttpClient(options);
  }

  private constructor(options: HttpClientOptions) {
    this.#vendor = options.vendor;
    this.#timeout = options.timeoutMilliseconds ?? 15_000;
    this.#retries = options.retries ?? 2;
    this.#maximumWait = options.maximumWaitMilliseconds ?? 10_000;
    this.#clock = options.clock ?? systemClock;
    this.#slots = new Slots(options.concurrency ?? 10);
    this.#limits = options.limits ?? [];
  }

  /** Milliseconds since the epoch, by this client's clock. */
  now(): number {
    return this.#clock.now();
  }

  /** Waits by this client's clock; rejects with the signal's reason. */
  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await this.#sleep(milliseconds, signal);
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @returns the answer, whatever its status
   * @throws ServiceUnavailableError - no answer in time, or the connection failed
   * @throws the signal's reason - the caller gave up
   */
  async fetch(
    url: string | URL,
    options: HttpRequestOptions = {},
  ): Promise<Response> {
    const signal = options.signal ?? undefined;
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt >= this.#retries;
      let wait: number | undefined;
      try {
        const response = await this.#attempt(url, options);
        wait = this.#waitAfter(response, attempt, isRepeatable(options));
        if (last || wait === undefined || wait > this.#maximumWait) {
          return response;
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (last || !isRepeatable(options)) {
          throw this.#describe(error, url, options);
        }
        wait = FIRST_BACKOFF_MILLISECONDS * 2 ** attempt;
      }
      await this.#sleep(wait, signal);
    }
  }

  async #attempt(
    url: string | URL,
    { repeatable: _, ...options }: HttpRequestOptions,
  ): Promise<Response> {
    await this.#keepLimits(new URL(url), options);
    await this.#slots.take(options.signal);
    const limit = AbortSignal.timeout(this.#timeout);
    try {
      const response = await fetch(url, {
        ...options,
        signal: options.signal
          ? AbortSignal.any([options.signal, limit])
          : limit,
      });
      // Read here, so that time limit and repetition cover the body too.
      const body = await response.arrayBuffer();
      return new Response(body.byteLength > 0 ? body : undefined, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (error) {
      throw limit.aborted
        ? new NoAnswer(`gave no answer within ${this.#timeout / 1000} s`)
        : new NoAnswer(`cut the connection${readCode(error)}`);
    } finally {
      this.#slots.free();
    }
  }

  async #keepLimits(
    { host, pathname: path }: URL,
    { method = 'GET', signal }: HttpRequestOptions,
  ): Promise<void> {
    const budget = this.#budgets.get(host) ?? new RateBudget(this.#limits);
    this.#budgets.set(host, budget);
    const request = { method: method.toUpperCase(), path };
    const wait = budget.reserve(request, this.#clock.now());
    if (wait > 0) {
      await this.#clock.sleep(wait, signal ?? undefined);
    }
  }

  #waitAfter(
    response: Response,
    attempt: number,
    repeatable: boolean,
  ): number | undefined {
    const throttled = readRateLimit(response, this.#clock.now());
    if (throttled !== undefined) {
      return throttled;
    }
    if (!repeatable || !PASSING_STATUSES.has(response.status)) {
      return undefined;
    }
    return (
      readRetryAfter(response.headers, this.#clock.now()) ??
      FIRST_BACKOFF_MILLISECONDS * 2 ** attempt
    );
  }

  async #sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(milliseconds, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  #describe(
    error: unknown,
    url: string | URL,
    options: HttpRequestOptions,
  ): unknown {
    if (!(error instanceof NoAnswer)) {
      return error;
    }
    const outcome = isRepeatable(options)
      ? ''
      : ' The request may have been carried out all the same.';
    // The origin alone: paths and queries may name what is secret.
    const what = `${this.#vendor} at ${new URL(url).origin} ${error.message}.`;
    return createProblemError(ServiceUnavailableError, {
      what: `${what}${outcome}`,
      whose: 'vendor',
      canPass: true,
      remedy: 'Try again in a few minutes.',
      vendor: this.#vendor,
    });
  }
}

import { NotFoundError } from '@backstage/errors';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import {
  createNoAnswerError,
  createNonsenseError,
  isSdkError,
  MarkedForDeletionError,
  statusOf,
  toAwsError,
} from './awsErrors';
import { AwsConfig } from './config';

/** Time as the client sees it; tests replace it. */
export interface AwsClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds; rejects when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Limits of the client. */
export interface AwsClientOptions {
  /** For one attempt. Default 15 000. */
  timeoutMilliseconds?: number;
  /** Attempts after the first. Default 2. */
  retries?: number;
  clock?: AwsClock;
}

/** One operation of Secrets Manager. */
export interface AwsCall<T> {
  /** In the infinitive, for errors: `write the secret databases/orders`. */
  action: string;
  /** Sends the SDK's command. */
  send: (
    client: SecretsManagerClient,
    options: { abortSignal: AbortSignal },
  ) => Promise<object>;
  /** What of the answer is read. */
  answer: z.ZodType<T>;
  /**
   * Whether sending it twice is as good as once. Default: it is; what has a
   * request token is made for it.
   */
  repeatable?: boolean;
  /** Values that must not appear in an error, should AWS echo them. */
  secrets?: readonly string[];
  signal?: AbortSignal;
}

const systemClock: AwsClock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
};

const FIRST_BACKOFF_MILLISECONDS = 250;
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/**
 * Calls Secrets Manager by its SDK.
 *
 * @remarks
 * Repetitions are counted here and not by the SDK, which would repeat without
 * our clock, and what is not repeatable too. A throttled request was not
 * carried out and is repeated whatever it is; one whose outcome is unknown
 * only if it is repeatable.
 */
export class AwsClient {
  readonly #endpoint: string;
  readonly #secretAccessKey: string | undefined;
  readonly #client: SecretsManagerClient;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #clock: AwsClock;

  constructor(config: AwsConfig, options: AwsClientOptions = {}) {
    const { endpoint, region, credentials } = config;
    this.#endpoint = endpoint;
    this.#secretAccessKey = credentials?.secretAccessKey;
    this.#timeout = options.timeoutMilliseconds ?? 15_000;
    this.#retries = options.retries ?? 2;
    this.#clock = options.clock ?? systemClock;
    this.#client = new SecretsManagerClient({
      region,
      endpoint,
      credentials,
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
        requestTimeout: this.#timeout,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** Which access key signs; not secret. */
  async readAccessKeyId(): Promise<string> {
    const { accessKeyId } = await this.#client.config.credentials();
    return accessKeyId;
  }

  /** Sends one request; errors are those of the secrets port. */
  async call<T>(call: AwsCall<T>): Promise<T> {
    const { repeatable = true, signal } = call;
    for (let attempt = 0; ; attempt += 1) {
      signal?.throwIfAborted();
      const result = await this.#attempt(call);
      if ('value' in result) {
        return result.value;
      }
      signal?.throwIfAborted();
      const mayRepeat =
        result.status === 429 || (repeatable && (result.status ?? 500) >= 500);
      if (attempt >= this.#retries || !mayRepeat) {
        throw result.error;
      }
      await this.#sleep(FIRST_BACKOFF_MILLISECONDS * 2 ** attempt, signal);
    }
  }

  /** Like {@link AwsClient.call}, with `undefined` for what isn't there. */
  async find<T>(call: AwsCall<T>): Promise<T | undefined> {
    try {
      return await this.call(call);
    } catch (error) {
      if (
        error instanceof NotFoundError &&
        !(error instanceof MarkedForDeletionError)
      ) {
        return undefined;
      }
      throw error;
    }
  }

  async #attempt<T>(
    call: AwsCall<T>,
  ): Promise<{ value: T } | { error: Error; status?: number }> {
    const limit = AbortSignal.timeout(this.#timeout);
    const abortSignal = call.signal
      ? AbortSignal.any([call.signal, limit])
      : limit;
    let answer: object;
    try {
      answer = await call.send(this.#client, { abortSignal });
    } catch (error) {
      return this.#describe(error, call, limit.aborted);
    }
    const result = call.answer.safeParse(answer);
    return result.success
      ? { value: result.data }
      : { error: createNonsenseError(call.action), status: 200 };
  }

  #describe<T>(
    error: unknown,
    { action, secrets = [] }: AwsCall<T>,
    isLate: boolean,
  ): { error: Error; status?: number } {
    if (!isSdkError(error)) {
      return { error: createNonsenseError(action) };
    }
    const status = statusOf(error);
    if (isLate || error.name === 'TimeoutError') {
      const how = `gave no answer within ${this.#timeout / 1000} s`;
      return { error: createNoAnswerError(how, this.#endpoint) };
    }
    if (status === undefined) {
      return {
        error: createNoAnswerError('cut the connection', this.#endpoint),
      };
    }
    if (status < 400) {
      // What was no JSON: the parser's own error quotes it.
      return { error: createNonsenseError(action), status };
    }
    return {
      status,
      error: toAwsError(error, {
        action,
        status,
        secrets: [this.#secretAccessKey, ...secrets],
        now: this.#clock.now(),
      }),
    };
  }

  async #sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(milliseconds, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }
}

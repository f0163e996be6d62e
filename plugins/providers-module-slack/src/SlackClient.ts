import {
  HttpClient,
  toProviderError,
} from '@self-service/plugin-providers-node';
import { Logger, LogLevel, WebClient } from '@slack/web-api';
import { z } from 'zod';
import { toSlackError } from './slackErrors';

/** The SDK's debug lines hold whole messages: what matters is in the errors. */
const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

/** A call of one of Slack's methods. */
export interface SlackCall<T> {
  /** For example `chat.postMessage`. */
  method: string;
  arguments?: Record<string, unknown>;
  /** What it is for, in the infinitive, for the error. */
  action: string;
  /** What of the answer is used. */
  answer: z.ZodType<T>;
  /** False where a second call would do it twice. */
  repeatable: boolean;
  signal?: AbortSignal;
}

/**
 * Slack's Web API through its SDK.
 *
 * @remarks
 * The SDK repeats every call ten times over half an hour, and has no way to
 * give up: both are the HTTP client's here, which repeats only what is safe.
 */
export class SlackClient {
  readonly #token: string;
  readonly #apiUrl: string;
  readonly #http: HttpClient;

  constructor(options: { token: string; apiUrl: string; http: HttpClient }) {
    this.#token = options.token;
    this.#apiUrl = options.apiUrl;
    this.#http = options.http;
  }

  get http(): HttpClient {
    return this.#http;
  }

  /**
   * Calls a method.
   *
   * @returns what `answer` takes of the answer, and the scopes of the token
   * where Slack says them
   * @throws as the messaging port promises
   */
  async call<T>(call: SlackCall<T>): Promise<T & { scopes?: string[] }> {
    const { signal, repeatable } = call;
    signal?.throwIfAborted();
    const seen: { response?: Response } = {};
    // One for each call: the SDK knows no signal of a single call.
    const client = new WebClient(this.#token, {
      slackApiUrl: this.#apiUrl,
      allowAbsoluteUrls: false,
      logger: silent,
      rejectRateLimitedCalls: true,
      retryConfig: { retries: 0 },
      fetch: async (url, init) => {
        seen.response = await this.#http.fetch(url, {
          ...init,
          repeatable,
          signal,
        });
        return seen.response;
      },
    });
    try {
      const said = await client.apiCall(call.method, call.arguments);
      const answer = call.answer.safeParse(said);
      if (!answer.success) {
        throw this.#describe({}, call, seen.response);
      }
      const scopes = said.response_metadata?.scopes;
      return { ...answer.data, ...(scopes && { scopes }) };
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#describe(error, call, seen.response);
    }
  }

  #describe(
    error: unknown,
    { action }: { action: string },
    response: Response | undefined,
  ): unknown {
    if (!response) {
      // The HTTP client's own error, which the SDK has wrapped.
      const { original } = error as { original?: unknown };
      return original ?? error;
    }
    const requestId = response.headers.get('x-slack-req-id') ?? undefined;
    if (response.status !== 200) {
      const headers = new Headers(response.headers);
      if (requestId) {
        headers.set('x-request-id', requestId);
      }
      return toProviderError({
        vendor: 'Slack',
        action,
        status: response.status,
        headers,
        secrets: [this.#token],
        now: this.#http.now(),
      });
    }
    const { data } = error as { data?: { error?: unknown } };
    return toSlackError(data ?? {}, {
      action,
      requestId,
      secrets: [this.#token],
    });
  }
}

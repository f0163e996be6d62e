import { z } from 'zod';
import { malformedAnswer, orUndefined } from './answers';
import { HttpClient } from './HttpClient';
import { toProviderError } from './providerErrors';

/** What a {@link JsonApi} is made of. @public */
export interface JsonApiOptions {
  /** For people, for example `GitHub`. */
  vendor: string;
  /** What paths are put behind, without a slash at the end. */
  address: string;
  /** Sent as `Bearer` with every request; no error holds it. */
  token?: string;
  /** Sent with every request: versions, other credentials. */
  headers?: Record<string, string>;
  /** Further values that no error may hold. */
  secrets?: readonly string[];
  /** Where a refusal has its words; `message` or `error` without. */
  refusal?: z.ZodType<string>;
  /** Default: one with the usual limits. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
}

/** One request of a {@link JsonApi}. @public */
export interface JsonCall<T> {
  /** In the infinitive, for errors: `create a ticket in OPS`. */
  action: string;
  /** Default `GET`. */
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Each segment as it is, not encoded. */
  path: readonly string[];
  query?: Record<string, string>;
  body?: object;
  /** What of the answer is believed. */
  answer: z.ZodType<T>;
  /** As of {@link HttpRequestOptions}. */
  repeatable?: boolean;
  /** What to do about a refusal, by status; replaces the general advice. */
  remedies?: Partial<Record<number, string>>;
  signal?: AbortSignal;
}

const usualRefusal = z
  .object({ message: z.string() })
  .transform(({ message }) => message)
  .or(z.object({ error: z.string() }).transform(({ error }) => error));

/**
 * Calls a vendor's JSON API: every way in which that fails is an error as the
 * ports promise, with its problem.
 *
 * @public
 */
export class JsonApi {
  readonly #options: JsonApiOptions;
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;

  static create(options: JsonApiOptions): JsonApi {
    return new JsonApi(options);
  }

  private constructor(options: JsonApiOptions) {
    this.#options = options;
    this.#http = options.http ?? HttpClient.create(options);
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws errors of the ports; a `ServiceUnavailableError` for an answer
   * that is not what was asked for
   */
  async call<T>(call: JsonCall<T>): Promise<T> {
    const { vendor, address, token, headers, secrets = [] } = this.#options;
    const { refusal = usualRefusal } = this.#options;
    const query = call.query ? `?${new URLSearchParams(call.query)}` : '';
    const path = call.path.map(encodeURIComponent).join('/');
    const response = await this.#http.fetch(`${address}/${path}${query}`, {
      method: call.method,
      signal: call.signal,
      repeatable: call.repeatable,
      headers: {
        accept: 'application/json',
        ...(call.body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: call.body && JSON.stringify(call.body),
      // fetch would send the credentials along to wherever it points.
      redirect: 'manual',
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) {
      throw toProviderError({
        vendor,
        action: call.action,
        status: response.status,
        headers: response.headers,
        message: refusal.safeParse(body).data,
        remedies: call.remedies,
        secrets: [token, ...secrets],
        now: this.#http.now(),
      });
    }
    const answer = call.answer.safeParse(body);
    if (!answer.success) {
      throw malformedAnswer({
        vendor,
        action: call.action,
        check: 'its address',
        status: response.status,
      });
    }
    return answer.data;
  }

  /** Like {@link JsonApi.call}, with `undefined` for what isn't there. */
  async find<T>(call: JsonCall<T>): Promise<T | undefined> {
    return orUndefined(this.call(call));
  }
}

import {
  HttpClient,
  malformedAnswer,
  RateLimitBudget,
  toProviderError,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { HcpTerraformConfig } from './config';
import { errorsSchema } from './documents';

const MEDIA_TYPE = 'application/vnd.api+json';
const VENDOR = 'HCP Terraform';

/** The HTTP that the client is made of; tests replace its clock and limits. */
export type Http = Pick<HttpClient, 'fetch' | 'now' | 'sleep'>;

/** One call of the API. */
export interface HcpCall<T> {
  /** In the infinitive, for errors: `read the runs of 1a2b3c`. */
  action: string;
  method: 'GET' | 'POST';
  /** Below `/api/v2/`, with each segment as it is: encoding is done here. */
  path: readonly string[];
  query?: Record<string, string>;
  body?: object;
  /** What of the answer is read; nothing where it has no body. */
  answer: z.ZodType<T>;
  /** By status, see `toProviderError`. */
  remedies?: Partial<Record<number, string>>;
  signal?: AbortSignal;
}

/**
 * Calls the API of HCP Terraform and Terraform Enterprise.
 *
 * @remarks
 * 30 requests a second for each user; beyond them 429 with `X-RateLimit-Reset`,
 * in seconds from now. What one may not see is 404. Source: HCP Terraform,
 * "API docs overview".
 */
export class HcpClient {
  readonly #config: HcpTerraformConfig;
  readonly #http: Http;
  #rateLimit: RateLimitBudget | undefined;

  constructor(config: HcpTerraformConfig, http: Http) {
    this.#config = config;
    this.#http = http;
  }

  /** As the newest answer told it. */
  get rateLimit(): RateLimitBudget | undefined {
    return this.#rateLimit;
  }

  /** Sends one request; errors are those of the infrastructure port. */
  async call<T>(call: HcpCall<T>): Promise<T> {
    const response = await this.#send(call);
    this.#keepRateLimit(response.headers);
    const text = await response.text();
    if (!response.ok) {
      throw this.#toError(response, text, call);
    }
    return parse(text, call);
  }

  #send({ method, path, query, body, signal }: HcpCall<unknown>) {
    const { address, token } = this.#config;
    const where = path.map(encodeURIComponent).join('/');
    const search = query ? `?${new URLSearchParams(query)}` : '';
    return this.#http.fetch(`${address}/api/v2/${where}${search}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: MEDIA_TYPE,
        ...(body && { 'content-type': MEDIA_TYPE }),
      },
      body: body && JSON.stringify(body),
      // fetch would send the token along to wherever the redirect points.
      redirect: 'manual',
      signal,
    });
  }

  #toError(
    response: Response,
    text: string,
    { action, remedies }: HcpCall<unknown>,
  ): Error {
    return toProviderError({
      vendor: VENDOR,
      action,
      status: response.status,
      headers: response.headers,
      message: readWords(text),
      remedies,
      secrets: [this.#config.token, this.#config.webhook?.token],
      now: this.#http.now(),
    });
  }

  #keepRateLimit(headers: Headers): void {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map(
      name => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
    );
    if (Number.isFinite(limit) && Number.isFinite(remaining)) {
      this.#rateLimit = {
        limit,
        remaining,
        ...(Number.isFinite(reset) && {
          resetsAt: new Date(this.#http.now() + reset * 1000).toISOString(),
        }),
      };
    }
  }
}

function readWords(text: string): string | undefined {
  const found = errorsSchema.safeParse(readJson(text));
  return found.success
    ? found.data.errors
        .map(({ title, detail }) => detail ?? title ?? '')
        .filter(Boolean)
        .join('; ')
    : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error quotes the text.
    return undefined;
  }
}

function parse<T>(text: string, { action, answer }: HcpCall<T>): T {
  const result = answer.safeParse(text ? readJson(text) : undefined);
  if (!result.success) {
    throw malformedAnswer({
      vendor: VENDOR,
      action,
      check: 'the address in providers.hcpTerraform',
    });
  }
  return result.data;
}

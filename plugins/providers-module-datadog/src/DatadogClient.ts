import {
  ConflictError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  createProblemError,
  HttpClient,
  malformedAnswer,
  RateLimitBudget,
  redact,
  toProviderError,
} from '@self-service/plugin-providers-node';
import { DatadogConfig } from './config';
import { client } from './sdk';

const VENDOR = 'Datadog';

const KEYS =
  'Ask the platform team to check apiKey, applicationKey and site of providers.datadog in app-config, and what the application key may do.';
const REMEDIES = { 401: KEYS, 403: KEYS };

/**
 * Of refusals to remove a monitor that somebody's SLO is made of (400, in
 * practice 401 too), or an SLO that somebody's dashboard shows (409).
 */
const IN_USE_STATUSES = new Set([400, 401, 409]);

/** Datadog says that what was asked for isn't there. */
class AbsentError extends NotFoundError {}

/** What one use of Datadog's client is for. */
export interface DatadogCall {
  /** In the infinitive, for errors: `create the dashboard orders (dev)`. */
  action: string;
  /** Whether it may be sent again when nobody knows what became of it. */
  repeatable?: boolean;
  signal?: AbortSignal;
}

/**
 * What `errors` says: a list of texts, by the deletion of an SLO a map of them
 * by its id, and there one text in practice.
 */
function readErrors(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const { errors } = (body ?? {}) as { errors?: unknown };
    if (typeof errors === 'string') {
      return errors;
    }
    return typeof errors === 'object' && errors !== null
      ? Object.values(errors).join('; ')
      : undefined;
  } catch {
    // Not Datadog's own answer, but a proxy's: its page says nothing to people.
    return undefined;
  }
}

function malformed(action: string): ServiceUnavailableError {
  return malformedAnswer({
    vendor: VENDOR,
    action,
    check: 'site of providers.datadog',
  });
}

/**
 * Datadog's own client over our {@link HttpClient}: time limits, bounded
 * repetition, cancellation and the errors of the ports, none of which it has.
 */
export class DatadogClient {
  #rateLimit?: RateLimitBudget;

  constructor(
    private readonly config: DatadogConfig,
    private readonly http: Pick<HttpClient, 'fetch' | 'now'>,
  ) {}

  /** As the last answer stated it. */
  get rateLimit(): RateLimitBudget | undefined {
    return this.#rateLimit;
  }

  /**
   * Uses the client once.
   *
   * @param use - calls an API that is made with the configuration
   * @param check - whether the answer has what is read of it: the client takes
   * any object for one
   */
  async call<T>(
    call: DatadogCall,
    use: (configuration: client.Configuration) => Promise<T>,
    check: (answer: T) => boolean,
  ): Promise<T> {
    const { apiUrl, apiKey, applicationKey } = this.config;
    let refusal: unknown;
    let isAnswered = false;
    const configuration = client.createConfiguration({
      baseServer: new client.BaseServerConfiguration(apiUrl, {}),
      authMethods: { apiKeyAuth: apiKey, appKeyAuth: applicationKey },
      enableRetry: false,
      httpApi: {
        send: async request => {
          try {
            const response = await this.#send(request, call);
            isAnswered = true;
            return response;
          } catch (error) {
            refusal = error;
            throw error;
          }
        },
      },
    });
    let answer: T;
    try {
      answer = await use(configuration);
    } catch (error) {
      // What is not of our own making, the client made of the answer.
      throw isAnswered && error !== refusal ? malformed(call.action) : error;
    }
    if (!check(answer)) {
      throw malformed(call.action);
    }
    return answer;
  }

  /** Like {@link DatadogClient.call}, with `undefined` for what isn't there. */
  async find<T>(...parameters: Parameters<typeof this.call<T>>) {
    try {
      return await this.call(...parameters);
    } catch (error) {
      if (error instanceof AbsentError) {
        return undefined;
      }
      throw error;
    }
  }

  async #send(
    request: client.RequestContext,
    { action, repeatable, signal }: DatadogCall,
  ): Promise<client.ResponseContext> {
    const { apiKey, applicationKey } = this.config;
    const body = request.getBody();
    const response = await this.http.fetch(request.getUrl(), {
      method: request.getHttpMethod(),
      headers: request.getHeaders(),
      body: typeof body === 'string' ? body : undefined,
      redirect: 'manual',
      repeatable,
      signal,
    });
    const { headers } = response;
    this.#readRateLimit(headers);
    const text = await response.text();
    if (!response.ok) {
      const message = readErrors(text);
      const failure = toProviderError({
        vendor: VENDOR,
        action,
        status: response.status,
        headers,
        message,
        remedies: REMEDIES,
        secrets: [apiKey, applicationKey],
        now: this.http.now(),
      });
      if (
        IN_USE_STATUSES.has(response.status) &&
        / is referenced in /.test(message ?? '')
      ) {
        throw createProblemError(ConflictError, {
          what: `${VENDOR} refused to ${action}: ${redact(message ?? '')}.`,
          remedy: 'Remove first what is made of it or shows it, or keep both.',
          vendor: VENDOR,
          status: response.status,
        });
      }
      // In these words alone: a path that does not exist is a 404 too.
      throw response.status === 404 && /not found/i.test(message ?? '')
        ? new AbsentError(failure.message, failure)
        : failure;
    }
    return new client.ResponseContext(
      response.status,
      Object.fromEntries(response.headers),
      { text: async () => text, binary: async () => Buffer.from(text) },
    );
  }

  /** The limit ends in so many seconds (https://docs.datadoghq.com/api/latest/rate-limits/). */
  #readRateLimit(headers: Headers): void {
    const read = (name: string) =>
      Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN);
    const [limit, remaining] = [read('limit'), read('remaining')];
    if (Number.isFinite(limit) && Number.isFinite(remaining)) {
      const reset = read('reset');
      this.#rateLimit = {
        limit,
        remaining,
        ...(Number.isFinite(reset) && {
          resetsAt: new Date(this.http.now() + reset * 1000).toISOString(),
        }),
      };
    }
  }
}

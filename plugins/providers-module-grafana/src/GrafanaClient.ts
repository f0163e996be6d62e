import { NotFoundError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  createProblemError,
  HttpClient,
  malformedAnswer,
  toProviderError,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { GrafanaConfig } from './config';

const VENDOR = 'Grafana';

const REMEDIES = {
  401: 'Ask the platform team to renew the service account token of providers.grafana in app-config.',
  403: "Ask the platform team to let Grafana's service account create, read and delete dashboards in the folder of providers.grafana.",
  404: 'Ask the platform team to check url and folder of providers.grafana in app-config.',
  412: 'Look at the dashboard of that name, and remove it or choose another name.',
};

/** One call of Grafana's HTTP API. */
export interface GrafanaCall<T> {
  /** In the infinitive, for errors: `create the dashboard orders (dev)`. */
  action: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/`, with each segment as it is. */
  path: readonly string[];
  body?: JsonObject;
  /** What of the answer is read. */
  answer: z.ZodType<T>;
  repeatable?: boolean;
  signal?: AbortSignal;
}

/** `{ message }`, as all of Grafana's refusals are. */
function readMessage(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const { message } = (body ?? {}) as { message?: unknown };
    return typeof message === 'string' ? message : undefined;
  } catch {
    // Not Grafana's own answer, but a proxy's: its page says nothing to people.
    return undefined;
  }
}

/** Calls Grafana's HTTP API. */
export class GrafanaClient {
  constructor(
    private readonly config: GrafanaConfig,
    private readonly http: Pick<HttpClient, 'fetch' | 'now'>,
  ) {}

  /** Sends one request; errors are those of the port. */
  async call<T>(call: GrafanaCall<T>): Promise<T> {
    const found = await this.#send(call);
    if (!found.value) {
      throw createProblemError(NotFoundError, {
        what: `${VENDOR} found nothing when it was to ${call.action}.`,
        remedy: REMEDIES[404],
        whose: 'platform',
        vendor: VENDOR,
        status: 404,
      });
    }
    return found.value;
  }

  /** Like {@link GrafanaClient.call}, with `undefined` for a dashboard that isn't there. */
  async find<T>(call: GrafanaCall<T>): Promise<T | undefined> {
    return (await this.#send(call)).value;
  }

  async #send<T>(call: GrafanaCall<T>): Promise<{ value?: T }> {
    const { url, token } = this.config;
    const path = call.path.map(encodeURIComponent).join('/');
    const response = await this.http.fetch(`${url}/api/${path}`, {
      method: call.method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(call.body && { 'content-type': 'application/json' }),
      },
      body: call.body && JSON.stringify(call.body),
      // fetch would send the token along to wherever the redirect points.
      redirect: 'manual',
      repeatable: call.repeatable,
      signal: call.signal,
    });
    const text = await response.text();
    const message = response.ok ? undefined : readMessage(text);
    // In these words alone: a path that does not exist is a 404 too.
    if (response.status === 404 && /dashboard not found/i.test(message ?? '')) {
      return {};
    }
    if (!response.ok) {
      throw toProviderError({
        vendor: VENDOR,
        action: call.action,
        status: response.status,
        headers: response.headers,
        message,
        remedies: REMEDIES,
        secrets: [token],
        now: this.http.now(),
      });
    }
    return { value: this.#parse(text, call) };
  }

  #parse<T>(text: string, { action, answer }: GrafanaCall<T>): T {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    const result = answer.safeParse(body);
    if (!result.success) {
      throw malformedAnswer({
        vendor: VENDOR,
        action,
        check: 'url of providers.grafana',
      });
    }
    return result.data;
  }
}

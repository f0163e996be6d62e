import { HttpClient } from '@self-service/plugin-providers-node';
import { v1 } from '../sdk';

/** Models of the request and of the answer, by method and path. */
const OPERATIONS: Record<string, { request?: string; answer: string }> = {
  'GET /validate': { answer: 'AuthenticationValidationResponse' },
  'GET /dashboard': { answer: 'DashboardSummary' },
  'POST /dashboard': { request: 'Dashboard', answer: 'Dashboard' },
  'DELETE /dashboard/{id}': { answer: 'DashboardDeleteResponse' },
  'GET /monitor': { answer: 'Array<Monitor>' },
  'POST /monitor': { request: 'Monitor', answer: 'Monitor' },
  'DELETE /monitor/{id}': { answer: 'DeletedMonitor' },
  'GET /slo': { answer: 'SLOListResponse' },
  'POST /slo': {
    request: 'ServiceLevelObjectiveRequest',
    answer: 'SLOListResponse',
  },
  'DELETE /slo/{id}': { answer: 'SLODeleteResponse' },
};

/**
 * Records what goes to Datadog and comes back, and holds it against the models
 * that Datadog generates from its OpenAPI description: types, enumerations,
 * required fields, and no field that they do not have.
 *
 * @remarks
 * Source: `@datadog/datadog-api-client`, its `ObjectSerializer`.
 */
export class Conformance {
  readonly problems: string[] = [];
  readonly #seen = new Set<string>();

  /** Operations that were recorded, sorted. */
  seen(): string[] {
    return [...this.#seen].sort();
  }

  /** An HTTP client that records what the given one does. */
  record(
    http: Pick<HttpClient, 'fetch' | 'now'>,
  ): Pick<HttpClient, 'fetch' | 'now'> {
    return {
      now: () => http.now(),
      fetch: async (url, options) => {
        const response = await http.fetch(url, options);
        if (response.ok) {
          const path = new URL(url).pathname
            .replace('/api/v1', '')
            .replace(/^(\/\w+)\/.+/, '$1/{id}');
          const operation = `${options?.method ?? 'GET'} ${path}`;
          const models = OPERATIONS[operation];
          this.#seen.add(operation);
          this.#check(`${operation}, answer`, models?.answer, [
            await response.clone().text(),
          ]);
          this.#check(
            `${operation}, request`,
            models?.request,
            options?.body ? [String(options.body)] : [],
          );
        }
        return response;
      },
    };
  }

  #check(what: string, model: string | undefined, bodies: string[]): void {
    for (const body of bodies) {
      if (!model) {
        this.problems.push(`${what}: none is described`);
        return;
      }
      try {
        const value: unknown = v1.ObjectSerializer.deserialize(
          JSON.parse(body),
          model,
        );
        this.#walk(what, value);
      } catch (error) {
        this.problems.push(`${what}: ${error}`);
      }
    }
  }

  /** The serializer takes what it does not know, and marks it. */
  #walk(what: string, value: unknown): void {
    if (typeof value !== 'object' || value === null || value instanceof Date) {
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      if (key === 'additionalProperties' && item !== undefined) {
        const unknown = Object.keys(item as object).join();
        this.problems.push(`${what}: not described: ${unknown}`);
      } else if (key === '_unparsed') {
        this.problems.push(
          `${what}: not of the type: ${JSON.stringify(value)}`,
        );
      } else {
        this.#walk(`${what}.${key}`, item);
      }
    }
  }
}

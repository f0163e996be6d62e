import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  Answer,
  EndRun,
  Intervention,
  interventionSchema,
  RetryPreview,
  retryPreviewSchema,
  Run,
  RunFilter,
  RunPage,
  runPageSchema,
  runSchema,
} from '@self-service/plugin-runs-common';
import { RunsApi } from './RunsApi';

interface RequestOptions {
  method?: 'POST' | 'PUT';
  body?: object;
  signal?: AbortSignal;
}

function pathOf(taskId: string): string {
  return `/runs/${encodeURIComponent(taskId)}`;
}

/**
 * Client of the runs backend's routes for people.
 *
 * @remarks
 * Paths and shapes are those of `api.ts` in
 * `@self-service/plugin-runs-common`; every answer is parsed.
 *
 * @public
 */
export class RunsClient implements RunsApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://runs` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async getRun(
    taskId: string,
    options?: { signal?: AbortSignal },
  ): Promise<Run> {
    return runSchema.parse(await this.#read(pathOf(taskId), options));
  }

  async pageRuns(
    filter: Partial<RunFilter>,
    options?: { signal?: AbortSignal },
  ): Promise<RunPage> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) {
      if (value !== undefined) {
        search.set(name, String(value));
      }
    }
    return runPageSchema.parse(
      await this.#read(`/runs/page?${search}`, options),
    );
  }

  async previewRetry(
    taskId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RetryPreview> {
    return retryPreviewSchema.parse(
      await this.#read(`${pathOf(taskId)}/retry`, options),
    );
  }

  async retry(taskId: string): Promise<RetryPreview> {
    return retryPreviewSchema.parse(
      await this.#read(`${pathOf(taskId)}/retry`, { method: 'POST' }),
    );
  }

  async rollBack(taskId: string, end: EndRun = {}): Promise<void> {
    await this.#send(`${pathOf(taskId)}/rollback`, {
      method: 'POST',
      body: end,
    });
  }

  async cancel(taskId: string, end: EndRun = {}): Promise<void> {
    await this.#send(`${pathOf(taskId)}/cancel`, { method: 'POST', body: end });
  }

  async replace(taskId: string, replacedTaskId: string): Promise<void> {
    await this.#send(`${pathOf(taskId)}/replaces`, {
      method: 'PUT',
      body: { taskId: replacedTaskId },
    });
  }

  async answer(interventionId: string, answer: Answer): Promise<Intervention> {
    return interventionSchema.parse(
      await this.#read(
        `/interventions/${encodeURIComponent(interventionId)}/answer`,
        { method: 'POST', body: answer },
      ),
    );
  }

  async #read(path: string, options?: RequestOptions): Promise<unknown> {
    return (await this.#send(path, options)).json();
  }

  async #send(path: string, options: RequestOptions = {}): Promise<Response> {
    const { body, ...init } = options;
    const response = await this.#fetchApi.fetch(`plugin://runs${path}`, {
      ...init,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}

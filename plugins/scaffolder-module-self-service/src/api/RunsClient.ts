import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  Run,
  RunList,
  runListSchema,
  runSchema,
} from '@self-service/plugin-runs-common';
import { RunsApi } from './RunsApi';

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
    return runSchema.parse(
      await this.#get(`/runs/${encodeURIComponent(taskId)}`, options),
    );
  }

  async listRuns(
    taskIds: string[],
    options?: { signal?: AbortSignal },
  ): Promise<RunList> {
    if (taskIds.length === 0) {
      return { items: [] };
    }
    const search = new URLSearchParams({ taskIds: taskIds.join(',') });
    return runListSchema.parse(await this.#get(`/runs?${search}`, options));
  }

  async #get(
    path: string,
    options?: { signal?: AbortSignal },
  ): Promise<unknown> {
    const response = await this.#fetchApi.fetch(
      `plugin://runs${path}`,
      options,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}

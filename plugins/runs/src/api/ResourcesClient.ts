import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  ResourceDetail,
  resourceDetailSchema,
  ResourceFilter,
  ResourcePage,
  resourcePageSchema,
} from '@self-service/plugin-runs-common';
import { ResourcesApi } from './ResourcesApi';

/**
 * Client of the runs backend's routes about resources.
 *
 * @remarks
 * Shapes are those of `resources.ts` in `@self-service/plugin-runs-common`;
 * every answer is parsed.
 *
 * @public
 */
export class ResourcesClient implements ResourcesApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://runs` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async listResources(
    filter: Partial<ResourceFilter>,
    options?: { signal?: AbortSignal },
  ): Promise<ResourcePage> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(filter)) {
      if (value !== undefined) {
        search.set(name, String(value));
      }
    }
    return resourcePageSchema.parse(await this.#read(`?${search}`, options));
  }

  async getResource(
    resourceId: string,
    options?: { signal?: AbortSignal },
  ): Promise<ResourceDetail> {
    return resourceDetailSchema.parse(
      await this.#read(`/${encodeURIComponent(resourceId)}`, options),
    );
  }

  async #read(path: string, init?: RequestInit): Promise<unknown> {
    const response = await this.#fetchApi.fetch(
      `plugin://runs/resources${path}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}

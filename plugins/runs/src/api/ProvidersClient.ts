import { ResponseError } from '@backstage/errors';
import { FetchApi } from '@backstage/frontend-plugin-api';
import {
  ProviderList,
  providerListSchema,
  ProviderStatus,
  providerStatusSchema,
} from '@self-service/plugin-runs-common';
import { ProviderKey, ProvidersApi } from './ProvidersApi';

/**
 * Client of the runs backend's routes about providers.
 *
 * @remarks
 * Shapes are those of `providerStatus.ts` in
 * `@self-service/plugin-runs-common`; every answer is parsed.
 *
 * @public
 */
export class ProvidersClient implements ProvidersApi {
  readonly #fetchApi: FetchApi;

  /** @param options.fetchApi - resolves `plugin://runs` and signs requests */
  constructor(options: { fetchApi: FetchApi }) {
    this.#fetchApi = options.fetchApi;
  }

  async listProviders(options?: {
    signal?: AbortSignal;
  }): Promise<ProviderList> {
    return providerListSchema.parse(await this.#read('', options));
  }

  async checkProvider({
    capability,
    id,
  }: ProviderKey): Promise<ProviderStatus> {
    return providerStatusSchema.parse(
      await this.#read('/check', {
        method: 'POST',
        body: JSON.stringify({ capability, id }),
        headers: { 'content-type': 'application/json' },
      }),
    );
  }

  async #read(path: string, init?: RequestInit): Promise<unknown> {
    const response = await this.#fetchApi.fetch(
      `plugin://runs/providers${path}`,
      init,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json();
  }
}

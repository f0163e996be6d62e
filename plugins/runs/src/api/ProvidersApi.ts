import { createApiRef } from '@backstage/frontend-plugin-api';
import { ProviderList, ProviderStatus } from '@self-service/plugin-runs-common';

/** Names one provider: what it is for, and its id among those. @public */
export type ProviderKey = Pick<ProviderStatus, 'capability' | 'id'>;

/**
 * What the Providers page asks of the runs backend, as the signed-in person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses (403 for those without the permission
 * `runs.provider.read`), and a zod error when its answer breaks the contract.
 *
 * @public
 */
export interface ProvidersApi {
  /** Every installed provider with its last check and its last failures. */
  listProviders(options?: { signal?: AbortSignal }): Promise<ProviderList>;
  /**
   * Checks one provider now; takes as long as its vendor needs to answer, 20
   * seconds at most.
   *
   * @returns how it is
   */
  checkProvider(key: ProviderKey): Promise<ProviderStatus>;
}

/**
 * The {@link ProvidersApi} of the app.
 *
 * @public
 */
export const providersApiRef = createApiRef<ProvidersApi>().with({
  id: 'plugin.runs.providers',
  pluginId: 'runs',
});

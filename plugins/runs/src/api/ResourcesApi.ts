import { createApiRef } from '@backstage/frontend-plugin-api';
import {
  ResourceDetail,
  ResourceFilter,
  ResourcePage,
} from '@self-service/plugin-runs-common';

/**
 * What the Resources pages ask of the runs backend, as the signed-in person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses (403 for the view `all` without the permission
 * `runs.run.list`, 404 also for a resource that the person may not see), and a
 * zod error when its answer breaks the contract.
 *
 * @public
 */
export interface ResourcesApi {
  /** Resources, newest first, a page at a time. */
  listResources(
    filter: Partial<ResourceFilter>,
    options?: { signal?: AbortSignal },
  ): Promise<ResourcePage>;
  /**
   * One resource with the runs that were to remove it.
   *
   * @param resourceId - task id of the run that made it
   */
  getResource(
    resourceId: string,
    options?: { signal?: AbortSignal },
  ): Promise<ResourceDetail>;
}

/**
 * The {@link ResourcesApi} of the app.
 *
 * @public
 */
export const resourcesApiRef = createApiRef<ResourcesApi>().with({
  id: 'plugin.runs.resources',
  pluginId: 'runs',
});

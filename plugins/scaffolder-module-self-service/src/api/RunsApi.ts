import { createApiRef } from '@backstage/frontend-plugin-api';
import { Run, RunList } from '@self-service/plugin-runs-common';

/**
 * What the pages ask of the runs backend, as the signed-in person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses, and a zod error when its answer breaks the contract.
 *
 * @public
 */
export interface RunsApi {
  /** Suspensions and effects of one run; empty where there are none. */
  getRun(taskId: string, options?: { signal?: AbortSignal }): Promise<Run>;
  /**
   * The newest suspension of each of these runs that has one.
   *
   * @param taskIds - at most 100
   */
  listRuns(
    taskIds: string[],
    options?: { signal?: AbortSignal },
  ): Promise<RunList>;
}

/**
 * The {@link RunsApi} of the app.
 *
 * @public
 */
export const runsApiRef = createApiRef<RunsApi>().with({
  id: 'plugin.scaffolder.self-service-runs',
  pluginId: 'scaffolder',
});

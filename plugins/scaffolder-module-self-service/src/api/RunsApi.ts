import { createApiRef } from '@backstage/frontend-plugin-api';
import {
  Answer,
  EndRun,
  Intervention,
  RetryPreview,
  Run,
  RunFilter,
  RunPage,
} from '@self-service/plugin-runs-common';

/**
 * What the pages ask of the runs backend, as the signed-in person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses (409 with the reason where a run is not in the state for
 * it), and a zod error when its answer breaks the contract.
 *
 * @public
 */
export interface RunsApi {
  /** Everything about one run; empty lists where there is nothing. */
  getRun(taskId: string, options?: { signal?: AbortSignal }): Promise<Run>;
  /** Runs, newest first, a page at a time. */
  pageRuns(
    filter: Partial<RunFilter>,
    options?: { signal?: AbortSignal },
  ): Promise<RunPage>;
  /** What a retry would do; does nothing. */
  previewRetry(
    taskId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RetryPreview>;
  /**
   * Goes on from the failed step, or asks for the approval that it takes.
   *
   * @returns what it does
   */
  retry(taskId: string): Promise<RetryPreview>;
  /** Begins to undo what exists of a run; idempotent. */
  rollBack(taskId: string, end?: EndRun): Promise<void>;
  /** Cancels a run, waiting or running; idempotent. */
  cancel(taskId: string, end?: EndRun): Promise<void>;
  /**
   * Says that a run is the corrected form of another one, which is rolled
   * back.
   */
  replace(taskId: string, replacedTaskId: string): Promise<void>;
  /** Answers a step that asked for a person. */
  answer(interventionId: string, answer: Answer): Promise<Intervention>;
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

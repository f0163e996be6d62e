import { createApiRef } from '@backstage/frontend-plugin-api';
import {
  CastVote,
  ListQuery,
  RequestDetail,
  RequestList,
  RunApprovals,
} from '@self-service/plugin-approvals-common';

/**
 * What the pages ask of the approvals backend, as the signed-in person.
 *
 * @remarks
 * Every method throws the `ResponseError` of `@backstage/errors` when the
 * backend refuses, and a zod error when its answer breaks the contract.
 *
 * @public
 */
export interface ApprovalsApi {
  /** Requests of one view, newest first, a page at a time. */
  listRequests(
    query: ListQuery,
    options?: { signal?: AbortSignal },
  ): Promise<RequestList>;
  /** How many requests wait for this person. */
  countInbox(options?: { signal?: AbortSignal }): Promise<number>;
  /** One request with its history and what this person may do with it. */
  getRequest(
    requestId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RequestDetail>;
  /** Votes; answers with the request as it stands afterwards. */
  castVote(requestId: string, vote: CastVote): Promise<RequestDetail>;
  /** Takes this person's own vote back, as long as its stage is open. */
  withdrawVote(requestId: string): Promise<RequestDetail>;
  /** Withdraws this person's own request. */
  cancelRequest(requestId: string, comment?: string): Promise<RequestDetail>;
  /** Decisions and requests of one run, oldest first. */
  getRunApprovals(
    taskId: string,
    options?: { signal?: AbortSignal },
  ): Promise<RunApprovals>;
}

/**
 * The {@link ApprovalsApi} of the app.
 *
 * @public
 */
export const approvalsApiRef = createApiRef<ApprovalsApi>().with({
  id: 'plugin.approvals.client',
  pluginId: 'approvals',
});

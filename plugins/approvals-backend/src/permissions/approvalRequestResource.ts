import { createPermissionResourceRef } from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_APPROVAL_REQUEST } from '@self-service/plugin-approvals-common';
import { DecisionRecord, RequestCondition, RequestRecord } from '../database';

/**
 * What the rules of a permission policy look at in a request.
 *
 * @public
 */
export interface ApprovalRequestResource {
  /** User ref. */
  requester?: string;
  /** User refs of those who may decide one of its stages. */
  approvers: string[];
  /** Group refs: the owning team and every other that is affected. */
  teams: string[];
}

/**
 * The resource type `approval-request`.
 *
 * @public
 */
export const approvalRequestResourceRef = createPermissionResourceRef<
  ApprovalRequestResource,
  RequestCondition
>().with({
  pluginId: 'approvals',
  resourceType: RESOURCE_TYPE_APPROVAL_REQUEST,
});

/** The teams that a decision concerns. */
export function teamsOf({ input }: Pick<DecisionRecord, 'input'>): string[] {
  const { team, affectedTeams } = input.request;
  return [...new Set([...(team ? [team] : []), ...affectedTeams])];
}

/**
 * A decision as a resource; with its request, if people were asked.
 */
export function toResource(
  decision: Pick<DecisionRecord, 'input'>,
  request?: Pick<RequestRecord, 'requester' | 'stages'>,
): ApprovalRequestResource {
  return {
    requester: request?.requester ?? decision.input.request.requester.ref,
    approvers: request?.stages.flatMap(({ eligible }) => eligible) ?? [],
    teams: teamsOf(decision),
  };
}

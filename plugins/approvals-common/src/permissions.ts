import { createPermission } from '@backstage/plugin-permission-common';

/**
 * Type of the resource that the permissions of the approvals plugin are about:
 * one approval request, referred to by its id.
 *
 * @public
 */
export const RESOURCE_TYPE_APPROVAL_REQUEST = 'approval-request';

/**
 * Allows reading a request: in lists, on its own page, and on that of its run.
 *
 * @public
 */
export const approvalsRequestReadPermission = createPermission({
  name: 'approvals.request.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_APPROVAL_REQUEST,
});

/**
 * Allows voting in a request at all; whether a person may vote in a stage is
 * decided by the stage's approvers on top of it.
 *
 * @public
 */
export const approvalsRequestVotePermission = createPermission({
  name: 'approvals.request.vote',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_APPROVAL_REQUEST,
});

/**
 * Allows cancelling a request to its requester and to the platform team.
 *
 * @public
 */
export const approvalsRequestCancelPermission = createPermission({
  name: 'approvals.request.cancel',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_APPROVAL_REQUEST,
});

/**
 * Every permission of the approvals plugin that is about a request.
 *
 * @public
 */
export const approvalsPermissions = [
  approvalsRequestReadPermission,
  approvalsRequestVotePermission,
  approvalsRequestCancelPermission,
];

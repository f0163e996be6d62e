import { createPermission } from '@backstage/plugin-permission-common';
import { freezePermissions } from './freezes';
import { approvalsPolicyReadPermission } from './policyApi';

/**
 * Allows reading every request: the list of all, the page of one, and the
 * approvals of a run.
 *
 * @public
 */
export const approvalsRequestReadPermission = createPermission({
  name: 'approvals.request.read',
  attributes: { action: 'read' },
});

/**
 * Allows voting at all; whether a person may vote in a stage is decided by
 * the stage's approvers on top of it.
 *
 * @public
 */
export const approvalsRequestVotePermission = createPermission({
  name: 'approvals.request.vote',
  attributes: { action: 'update' },
});

/**
 * Allows cancelling one's own requests.
 *
 * @public
 */
export const approvalsRequestCancelPermission = createPermission({
  name: 'approvals.request.cancel',
  attributes: { action: 'update' },
});

/**
 * Every permission of the approvals plugin.
 *
 * @public
 */
export const approvalsPermissions = [
  approvalsRequestReadPermission,
  approvalsRequestVotePermission,
  approvalsRequestCancelPermission,
  ...freezePermissions,
  approvalsPolicyReadPermission,
];

import {
  createConditionExports,
  createPermissionRule,
  PermissionRuleset,
} from '@backstage/plugin-permission-node';
import { z } from 'zod';
import { RequestCondition } from '../database';
import {
  ApprovalRequestResource,
  approvalRequestResourceRef,
} from './approvalRequestResource';

/**
 * Matches requests that one of these people has made.
 *
 * @public
 */
export const isRequester = createPermissionRule({
  name: 'IS_REQUESTER',
  description: 'Allows requests that one of these people has made',
  resourceRef: approvalRequestResourceRef,
  paramsSchema: z.object({
    userRefs: z.array(z.string()).describe('Entity refs of users'),
  }),
  apply: ({ requester }, { userRefs }) =>
    requester !== undefined && userRefs.includes(requester),
  toQuery: ({ userRefs }) => ({ field: 'requester', refs: userRefs }),
});

/**
 * Matches requests of which one of these people may decide a stage.
 *
 * @public
 */
export const isApprover = createPermissionRule({
  name: 'IS_APPROVER',
  description: 'Allows requests of which one of these people decides a stage',
  resourceRef: approvalRequestResourceRef,
  paramsSchema: z.object({
    userRefs: z.array(z.string()).describe('Entity refs of users'),
  }),
  apply: ({ approvers }, { userRefs }) =>
    approvers.some(ref => userRefs.includes(ref)),
  toQuery: ({ userRefs }) => ({ field: 'approver', refs: userRefs }),
});

/**
 * Matches requests that one of these teams owns or is affected by.
 *
 * @public
 */
export const hasTeam = createPermissionRule({
  name: 'HAS_TEAM',
  description: 'Allows requests that concern one of these teams',
  resourceRef: approvalRequestResourceRef,
  paramsSchema: z.object({
    teamRefs: z.array(z.string()).describe('Entity refs of groups'),
  }),
  apply: ({ teams }, { teamRefs }) => teams.some(ref => teamRefs.includes(ref)),
  toQuery: ({ teamRefs }) => ({ field: 'team', refs: teamRefs }),
});

/** Every rule by which a policy can tell requests apart. */
export const approvalRequestRules = { isRequester, isApprover, hasTeam };

const byName = new Map(
  Object.values(approvalRequestRules).map(rule => [rule.name, rule]),
);

/** The rules by name, for where no registry is at hand. */
export const approvalRequestRuleset = {
  getRuleByName(name) {
    const rule = byName.get(name);
    if (!rule) {
      throw new Error(`There is no permission rule '${name}'`);
    }
    return rule;
  },
} as PermissionRuleset<
  ApprovalRequestResource,
  RequestCondition,
  'approval-request'
>;

const exported = createConditionExports({
  resourceRef: approvalRequestResourceRef,
  rules: approvalRequestRules,
});

/**
 * Conditions for permission policies.
 *
 * @public
 */
export const approvalRequestConditions = exported.conditions;

/**
 * Makes the conditional decision of a permission policy on a request.
 *
 * @public
 */
export const createApprovalRequestConditionalDecision =
  exported.createConditionalDecision;

/**
 * Decides by policy, keeps requests, stages and votes.
 *
 * @packageDocumentation
 */
export { approvalsPlugin as default } from './plugin';
export {
  approvalRequestConditions,
  createApprovalRequestConditionalDecision,
} from './permissions';

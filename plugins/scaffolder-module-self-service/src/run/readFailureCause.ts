import {
  ApprovalRequest,
  RequestStatus,
  RunApprovals,
  StoredDecision,
} from '@self-service/plugin-approvals-common';

/**
 * Why a failed run failed: policy or people said no, or a step broke. Only a
 * broken step is worth a retry; a refusal stays.
 */
export type FailureCause =
  | { kind: 'denied'; decision: StoredDecision }
  | { kind: 'rejected'; request: ApprovalRequest }
  | { kind: 'expired'; request: ApprovalRequest }
  | { kind: 'withdrawn'; request: ApprovalRequest }
  | { kind: 'broken' };

/**
 * Tells why a failed run failed.
 *
 * @param approvals - decisions and requests of the run
 */
export function readFailureCause(approvals: RunApprovals): FailureCause {
  const decision = approvals.decisions.find(
    candidate => candidate.decision.outcome === 'deny',
  );
  if (decision) {
    return { kind: 'denied', decision };
  }
  const findByStatus = (wanted: RequestStatus) =>
    approvals.requests.find(({ status }) => status === wanted);
  const rejected = findByStatus('rejected');
  if (rejected) {
    return { kind: 'rejected', request: rejected };
  }
  const expired = findByStatus('expired');
  if (expired) {
    return { kind: 'expired', request: expired };
  }
  const withdrawn = findByStatus('cancelled');
  return withdrawn
    ? { kind: 'withdrawn', request: withdrawn }
    : { kind: 'broken' };
}

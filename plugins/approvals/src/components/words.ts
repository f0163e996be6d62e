import {
  ApprovalRequest,
  Decision,
  RequestStatus,
  StageStatus,
} from '@self-service/plugin-approvals-common';
import { StatusTone } from '../ui';

/** How the status of a request looks. */
export const REQUEST_TONES: Record<RequestStatus, StatusTone> = {
  pending: 'waiting',
  approved: 'success',
  rejected: 'failure',
  expired: 'attention',
  cancelled: 'neutral',
};

/** How the status of a stage looks. */
export const STAGE_TONES: Record<StageStatus, StatusTone> = {
  waiting: 'idle',
  open: 'waiting',
  approved: 'success',
  rejected: 'failure',
  expired: 'attention',
  closed: 'neutral',
};

/** How a risk looks; `unknown` where policy gave none. */
export const RISK_TONES = {
  low: 'success',
  elevated: 'caution',
  high: 'attention',
  unknown: 'neutral',
} as const satisfies Record<string, StatusTone>;

/** Risk of a decision; a denied one has none. */
export function readRisk(decision: Decision): keyof typeof RISK_TONES {
  return 'risk' in decision && decision.risk ? decision.risk : 'unknown';
}

/**
 * Cost for people, in the currency that policy names in its reasons, else in
 * US dollars; whole amounts have no cents.
 *
 * @param request - its decision holds cost and currency
 * @returns `undefined` where the cost is not known
 */
export function formatCost(request: ApprovalRequest): string | undefined {
  const { monthlyCost } = request.decision.facts;
  if (monthlyCost === undefined) {
    return undefined;
  }
  const named = request.decision.decision.reasons
    .map(({ params }) => params.currency)
    .find(currency => typeof currency === 'string' && currency.length === 3);
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: typeof named === 'string' ? named : 'USD',
    minimumFractionDigits: Number.isInteger(monthlyCost) ? 0 : 2,
  }).format(monthlyCost);
}

/**
 * When the request has to be decided: the earliest due time of its open
 * stages.
 *
 * @returns ISO 8601, or `undefined` where nothing is due
 */
export function findDueTime(request: ApprovalRequest): string | undefined {
  return request.stages
    .filter(({ status }) => status === 'open')
    .map(({ dueAt }) => dueAt)
    .filter((dueAt): dueAt is string => dueAt !== undefined)
    .sort((left, right) => Date.parse(left) - Date.parse(right))[0];
}

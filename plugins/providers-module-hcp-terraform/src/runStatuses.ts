/*
 * What we know of statuses of runs; what is not named here is not over. Source:
 * HCP Terraform API, "Run states".
 */

const FAILED = new Set([
  'policy_soft_failed',
  'discarded',
  'errored',
  'canceled',
  'force_canceled',
]);

/** Whether a run is over and did not do what it was to do. */
export function isFailed(status: string): boolean {
  return FAILED.has(status);
}

/** Whether a plan-only run is over, and good. */
export function isPlanned(status: string): boolean {
  return status === 'planned_and_finished';
}

/** Whether a run that can apply is over, and good: it had changes or none. */
export function isApplied(status: string): boolean {
  return status === 'applied' || status === 'planned_and_finished';
}

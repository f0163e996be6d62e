/** How long one attempt to resume may take before another one takes over. */
export const RESUME_LEASE_MS = 60_000;

/**
 * How long whoever suspends may take to cancel the task; shorter than the 30
 * seconds after which the scaffolder takes a task for stale and runs it
 * again.
 */
export const CANCEL_LEASE_MS = 10_000;

/** How long one round of a rollback belongs to who began it. */
export const ROLLBACK_LEASE_MS = 45_000;

/** The same time, so much later. */
export function after(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}

/** Whether somebody is still at work on it. */
export function isLeased(
  { leaseUntil }: { leaseUntil?: Date },
  now: Date,
): boolean {
  return leaseUntil !== undefined && leaseUntil > now;
}

/**
 * How long to wait before the next try: 250 ms, doubling to 5 s.
 *
 * @param attempts - how often it was tried
 */
export function backOff(attempts: number): number {
  return Math.min(250 * 2 ** Math.min(attempts, 10), 5_000);
}

import { Problem } from '@self-service/plugin-runs-common';

/** How often undoing may fail before people are asked. */
export const MAX_FAILURES = 12;
/** For how long undoing may be under way before people are asked. */
export const MAX_PENDING_MS = 6 * 3_600_000;

const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 600_000;
const MIN_POLL_MS = 2_000;
const MAX_POLL_MS = 60_000;

/**
 * How long to wait after a try that failed: 2 seconds, doubling to 10 minutes,
 * so that {@link MAX_FAILURES} bridge about an hour; longer where the vendor
 * said so.
 *
 * @param failures - in a row, the newest included
 */
export function delayAfterFailure(
  failures: number,
  now: Date,
  problem: Problem | undefined,
): number {
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS);
  const asked = problem?.retryAt
    ? Date.parse(problem.retryAt) - now.getTime()
    : 0;
  return Math.max(delay, asked || 0);
}

/**
 * How long to wait before looking again at what is under way: a tenth of the
 * time that it has taken so far, from 2 seconds to a minute.
 */
export function delayWhilePending(startedAt: Date, now: Date): number {
  const elapsed = now.getTime() - startedAt.getTime();
  return Math.min(Math.max(elapsed / 10, MIN_POLL_MS), MAX_POLL_MS);
}

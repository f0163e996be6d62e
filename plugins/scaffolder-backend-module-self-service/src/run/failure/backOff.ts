import { FailureBehaviour } from '@self-service/plugin-runs-common';

/** A vendor that asks for more patience than this is not waited for longer. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * How long to wait before a further try: doubles with each try, up to the
 * maximum, of which between half and all is waited (so that many runs that
 * failed together don't come back together). A vendor that says when to come
 * back is heeded.
 *
 * @param retry - as the template says
 * @param number - of the further try, from 1
 * @param options.random - between 0 and 1
 * @param options.now - milliseconds since 1970
 * @param options.retryAt - when the vendor says that trying makes sense, ISO
 * 8601
 * @returns milliseconds
 */
export function backOff(
  retry: NonNullable<FailureBehaviour['retry']>,
  number: number,
  options: { random: number; now: number; retryAt?: string },
): number {
  const longest = Math.min(
    retry.delaySeconds * 2 ** (number - 1),
    retry.maximumDelaySeconds,
  );
  const ownMs = longest * 1_000 * (0.5 + options.random / 2);
  const vendorMs = Date.parse(options.retryAt ?? '') - options.now;
  return Math.round(
    Math.max(ownMs, Math.min(vendorMs || 0, LONGEST_WAIT_MS), 0),
  );
}

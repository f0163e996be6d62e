/** What a vendor that says nothing else is given, as GitHub's docs ask. */
const DEFAULT_WAIT_MILLISECONDS = 60_000;
/** A smaller `x-ratelimit-reset` is no date (2001), but seconds from now. */
const FIRST_DATE_SECONDS = 1_000_000_000;

function parseRetryAfter(value: string, now: number): number | undefined {
  const seconds = Number(value);
  const milliseconds = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(value) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/**
 * The delay that `Retry-After` asks for.
 *
 * @param headers - of the vendor's answer
 * @param now - milliseconds since the epoch
 * @returns milliseconds; `undefined` where the header is missing or nonsense
 * @public
 */
export function readRetryAfter(
  headers: Headers,
  now: number,
): number | undefined {
  const value = headers.get('retry-after');
  return value ? parseRetryAfter(value, now) : undefined;
}

/**
 * How long a throttled caller has to wait.
 *
 * @remarks
 * Order of precedence as GitHub documents it
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api):
 * `retry-after`, then `x-ratelimit-reset` (seconds since the epoch, and since
 * now at Datadog and HCP Terraform) when `x-ratelimit-remaining` is 0, else a
 * minute. GitHub throttles with 403 or 429, so a 403 counts only when one of
 * these headers is there.
 *
 * @param response - status and headers of the vendor's answer
 * @param now - milliseconds since the epoch
 * @returns milliseconds; `undefined` where the answer is no throttling
 * @public
 */
export function readRateLimit(
  response: { status: number; headers: Headers },
  now: number,
): number | undefined {
  const { status, headers } = response;
  if (status !== 429 && status !== 403) {
    return undefined;
  }
  const retryAfter = readRetryAfter(headers, now);
  if (retryAfter !== undefined) {
    return retryAfter;
  }
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  if (headers.get('x-ratelimit-remaining') === '0' && Number.isFinite(reset)) {
    const start = reset < FIRST_DATE_SECONDS ? 0 : now;
    return Math.max(0, reset * 1000 - start);
  }
  return status === 429 ? DEFAULT_WAIT_MILLISECONDS : undefined;
}

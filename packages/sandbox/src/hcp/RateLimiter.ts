/** How many requests the API lets through, as the vendor documents it. */
export interface ApiLimits {
  /** Requests a second for each user. */
  perSecond: number;
  /** Lists of runs a minute for each user. */
  runListsPerMinute: number;
}

/** Source: HCP Terraform, "API docs overview" (rate limiting) and "List runs". */
export const DOCUMENTED_LIMITS: ApiLimits = {
  perSecond: 30,
  runListsPerMinute: 30,
};

/** What a request is told about its limit. */
export interface Allowance {
  limit: number;
  remaining: number;
  /** Seconds until there is more. */
  reset: number;
  allowed: boolean;
}

/** Counts requests of each user in fixed windows. */
export class RateLimiter {
  readonly #windows = new Map<string, { from: number; count: number }>();

  /** @param limits - looked at with every request */
  constructor(readonly limits: ApiLimits, private readonly now: () => Date) {}

  /** Counts a request. */
  take(user: string, kind: 'any' | 'run list'): Allowance {
    const limit =
      kind === 'any' ? this.limits.perSecond : this.limits.runListsPerMinute;
    const length = kind === 'any' ? 1_000 : 60_000;
    const key = `${kind} ${user}`;
    const now = this.now().getTime();
    const standing = this.#windows.get(key);
    const window =
      standing && now - standing.from < length
        ? standing
        : { from: now, count: 0 };
    window.count += 1;
    this.#windows.set(key, window);
    return {
      limit,
      remaining: Math.max(0, limit - window.count),
      reset: Math.max(0, (window.from + length - now) / 1000),
      allowed: window.count <= limit,
    };
  }
}

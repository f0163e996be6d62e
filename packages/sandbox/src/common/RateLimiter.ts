/** A limit of a vendor's, as it is documented. */
export interface VendorLimit {
  /** The most that requests of one account may count for. */
  most: number;
  /** Length of the window. */
  seconds: number;
}

/** What a request is told about its limit. */
export interface Allowance {
  limit: number;
  used: number;
  remaining: number;
  /** Seconds until there is more. */
  reset: number;
  allowed: boolean;
}

/** Counts the requests of each account in fixed windows. */
export class RateLimiter<Name extends string> {
  readonly #windows = new Map<string, { from: number; count: number }>();

  /**
   * @param enforced - whether what exceeds a limit is refused; without, there
   * is always one left
   */
  constructor(
    private readonly limits: Record<Name, VendorLimit>,
    private readonly now: () => Date,
    private readonly enforced: boolean,
  ) {}

  /**
   * Counts a request.
   *
   * @param weight - what it counts for
   */
  take(account: string, name: Name, weight = 1): Allowance {
    const { most: limit, seconds } = this.limits[name];
    const key = `${name} ${account}`;
    const now = this.now().getTime();
    const standing = this.#windows.get(key);
    const isOpen = standing && now - standing.from < seconds * 1000;
    const window = isOpen ? standing : { from: now, count: 0 };
    window.count += weight;
    this.#windows.set(key, window);
    const allowed = !this.enforced || window.count <= limit;
    return {
      limit,
      used: Math.min(window.count, limit),
      remaining: Math.max(this.enforced ? 0 : 1, limit - window.count),
      reset: seconds - (now - window.from) / 1000,
      allowed,
    };
  }
}

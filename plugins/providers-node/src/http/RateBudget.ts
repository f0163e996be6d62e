/** A limit of the vendor's that its client keeps by itself. @public */
export interface RequestLimit {
  /** The most that requests may come to in any window. */
  most: number;
  /** Length of the window, in milliseconds. */
  window: number;
  /** What a request counts for; 0 where the limit is of others. Default 1. */
  weigh?(request: { method: string; path: string }): number;
}

/** A request that was sent, or is going to be; milliseconds since the epoch. */
interface Planned {
  at: number;
  weight: number;
}

/**
 * Says when requests may be sent, so that no window of any limit holds more
 * than it may.
 */
export class RateBudget {
  readonly #plans: { limit: RequestLimit; planned: Planned[] }[];

  constructor(limits: readonly RequestLimit[]) {
    this.#plans = limits.map(limit => ({ limit, planned: [] }));
  }

  /**
   * Sets a moment aside for a request.
   *
   * @param now - milliseconds since the epoch
   * @returns how long it has to wait; milliseconds
   */
  reserve(request: { method: string; path: string }, now: number): number {
    const weighed = this.#plans.map(plan => ({
      ...plan,
      weight: plan.limit.weigh?.(request) ?? 1,
    }));
    const at = Math.max(
      now,
      ...weighed.map(({ limit, planned, weight }) => {
        dropOld(planned, now - limit.window);
        return findRoom(planned, limit, weight, now);
      }),
    );
    for (const { planned, weight } of weighed) {
      if (weight > 0) {
        planned.push({ at, weight });
        planned.sort((one, other) => one.at - other.at);
      }
    }
    return at - now;
  }
}

function dropOld(planned: Planned[], until: number): void {
  const kept = planned.findIndex(({ at }) => at > until);
  planned.splice(0, kept < 0 ? planned.length : kept);
}

/**
 * The first moment from which on a window has room. What is planned for later
 * counts as well: it shares windows with what comes before it.
 */
function findRoom(
  planned: readonly Planned[],
  { most, window }: RequestLimit,
  weight: number,
  now: number,
): number {
  let spent = planned.reduce((sum, one) => sum + one.weight, 0);
  let at = now;
  for (const one of planned) {
    if (spent + weight <= most || weight === 0) {
      break;
    }
    spent -= one.weight;
    at = one.at + window;
  }
  return at;
}

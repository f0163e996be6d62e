/**
 * Lists of runs are limited to 30 a minute for each user; the rest is left to
 * other processes and people. Source: HCP Terraform API, "List runs".
 */
const LISTS_PER_MINUTE = 24;
const MINUTE = 60_000;

/** Keeps this process within the limit on lists of runs. */
export class ListBudget {
  #asked: number[] = [];

  /** @param now - milliseconds since the epoch */
  constructor(
    private readonly now: () => number,
    private readonly perMinute = LISTS_PER_MINUTE,
  ) {}

  /** Whether half of what may be asked for in a minute has been. */
  get isHalfSpent(): boolean {
    return this.#countOfMinute() >= this.perMinute / 2;
  }

  /** Whether a list may be asked for now; counts it if so. */
  take(): boolean {
    if (this.#countOfMinute() >= this.perMinute) {
      return false;
    }
    this.#asked.push(this.now());
    return true;
  }

  #countOfMinute(): number {
    const since = this.now() - MINUTE;
    this.#asked = this.#asked.filter(at => at > since);
    return this.#asked.length;
  }
}

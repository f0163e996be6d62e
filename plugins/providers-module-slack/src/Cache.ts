const MAXIMUM_ENTRIES = 5_000;

/** Remembers what was looked up, for some time and not without end. */
export class Cache<T> {
  readonly #entries = new Map<string, { value: T; until: number }>();

  constructor(
    private readonly now: () => number,
    private readonly lifetimeMilliseconds: number,
  ) {}

  /** What is remembered, else what `load` finds; failures are not kept. */
  async get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && known.until > this.now()) {
      return known.value;
    }
    const value = await load();
    this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, {
      value,
      until: this.now() + this.lifetimeMilliseconds,
    });
    if (this.#entries.size > MAXIMUM_ENTRIES) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

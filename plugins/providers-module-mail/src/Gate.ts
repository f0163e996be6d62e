/** Lets a few in at a time: a mail server counts connections. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(private readonly limit: number) {}

  /** Does the work once there is room; passes its result on. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.limit) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    } else {
      this.#inside += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) {
        // Its place is handed over.
        next();
      } else {
        this.#inside -= 1;
      }
    }
  }
}

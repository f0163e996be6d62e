/** So many at a time; the others in the order in which they came. */
export class Slots {
  #left: number;
  readonly #waiting = new Set<() => void>();

  /** @param count - how many at a time */
  constructor(count: number) {
    this.#left = count;
  }

  /**
   * Resolves when it is the caller's turn, who frees the slot afterwards.
   *
   * @throws the signal's reason - the caller gave up; there is nothing to free
   */
  async take(signal?: AbortSignal | null): Promise<void> {
    signal?.throwIfAborted();
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    let giveUp = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        giveUp = () => {
          this.#waiting.delete(resolve);
          reject(signal?.reason);
        };
        this.#waiting.add(resolve);
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Gives a slot back: to whoever has waited longest. */
  free(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else {
      this.#left += 1;
    }
  }
}

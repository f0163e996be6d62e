/**
 * A seeded source of chance: the same seed gives the same run, so a failure
 * can be had again. Source: mulberry32, public domain.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number from 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) % 4294967296;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** True about this often. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)];
  }

  /** Up to `most` of a list, repeats and any order included. */
  some<T>(list: readonly T[], most: number): T[] {
    return Array.from({ length: Math.floor(this.next() * (most + 1)) }, () =>
      this.pick(list),
    );
  }
}

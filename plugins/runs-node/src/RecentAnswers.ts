/**
 * Keeps answers for a short time, each under a key that has to name all that
 * the answer depends on, whoever asks included.
 *
 * @remarks
 * Who asks while an answer is on its way waits for that one. Failures and
 * `undefined` are not kept. An answer's age counts from when it was asked for.
 *
 * @public
 */
export class RecentAnswers<T> {
  readonly #milliseconds: number;
  readonly #maximum: number;
  readonly #now: () => number;
  readonly #answers = new Map<
    string,
    { until: number; answer: Promise<T | undefined> }
  >();

  /**
   * @param options.milliseconds - how long an answer is kept; 0: not at all
   * @param options.maximum - how many are kept; the oldest go first
   * @param options.now - milliseconds on whatever scale, never backwards
   */
  constructor(options: {
    milliseconds: number;
    maximum?: number;
    now?: () => number;
  }) {
    this.#milliseconds = options.milliseconds;
    this.#maximum = options.maximum ?? 1_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * The answer that is known, or else the one of `ask`.
   *
   * @throws what `ask` throws
   */
  async get(
    key: string,
    ask: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (this.#milliseconds <= 0) {
      return ask();
    }
    const now = this.#now();
    const known = this.#answers.get(key);
    if (known && now < known.until) {
      return known.answer;
    }
    const answer = ask();
    const entry = { until: now + this.#milliseconds, answer };
    this.#answers.delete(key);
    this.#answers.set(key, entry);
    if (this.#answers.size > this.#maximum) {
      const [oldest] = this.#answers.keys();
      this.#answers.delete(oldest);
    }
    const forget = () => {
      if (this.#answers.get(key) === entry) {
        this.#answers.delete(key);
      }
    };
    answer.then(value => value === undefined && forget(), forget);
    return answer;
  }
}

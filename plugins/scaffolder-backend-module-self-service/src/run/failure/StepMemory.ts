import { JsonObject } from '@backstage/types';
import { AnyActionContext } from '../RunContext';

/** Says to ourselves that a checkpoint holds nothing; ends no step. */
class NothingKeptError extends Error {
  readonly name = 'NothingKeptError';
}

/**
 * What a step of a run remembers from one attempt to the next, whichever
 * process makes it: kept in the task's checkpoints.
 *
 * @remarks
 * What is kept is stored and published in clear: no secrets. What stands is
 * never replaced, so that two workers on one task agree.
 */
export class StepMemory {
  /** The scaffolder reads its checkpoints once, when the step begins. */
  readonly #own = new Map<string, JsonObject>();

  /**
   * @param inputDigest - tells apart the iterations of a step with `each`,
   * whose checkpoints share their keys
   */
  constructor(
    private readonly ctx: AnyActionContext,
    private readonly inputDigest: string,
  ) {}

  /** What is kept under a key; `undefined` where nothing is. */
  async find(key: string): Promise<JsonObject | undefined> {
    const own = this.#own.get(key);
    if (own) {
      return own;
    }
    try {
      const standing = await this.ctx.checkpoint<JsonObject>({
        key: this.#toKey(key),
        fn: async () => {
          throw new NothingKeptError(key);
        },
      });
      this.#own.set(key, standing);
      return standing;
    } catch (error) {
      if (error instanceof NothingKeptError) {
        return undefined;
      }
      throw error;
    }
  }

  /**
   * Keeps a value.
   *
   * @returns what stands: an earlier attempt's value, where there is one
   */
  async keep(key: string, value: JsonObject): Promise<JsonObject> {
    const standing =
      this.#own.get(key) ??
      (await this.ctx.checkpoint<JsonObject>({
        key: this.#toKey(key),
        fn: async () => value,
      }));
    this.#own.set(key, standing);
    return standing;
  }

  /** How many of `name.1`, `name.2`, … are kept. */
  async count(name: string): Promise<number> {
    let number = 0;
    while (await this.find(`${name}.${number + 1}`)) {
      number += 1;
    }
    return number;
  }

  /**
   * Keeps a value as the next of `name.1`, `name.2`, …
   *
   * @returns its number
   */
  async append(name: string, value: JsonObject): Promise<number> {
    const number = (await this.count(name)) + 1;
    await this.keep(`${name}.${number}`, value);
    return number;
  }

  #toKey(key: string): string {
    return `self-service.${key}.${this.inputDigest}`;
  }
}

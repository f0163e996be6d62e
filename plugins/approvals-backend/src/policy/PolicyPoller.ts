import { setTimeout as delay } from 'node:timers/promises';
import type { PolicyService } from './PolicyService';

/** Waits, without keeping the process alive; rejects when it is aborted. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const waitByTimer: Wait = (milliseconds, signal) =>
  delay(milliseconds, undefined, { signal, ref: false });

/**
 * Looks for another policy again and again: each replica for itself, since
 * each holds the policy in its memory.
 *
 * @remarks
 * Every wait is up to a fifth longer or shorter, at random, so that replicas
 * which start together do not ask a bundle server together for ever.
 */
export class PolicyPoller {
  readonly #policy: Pick<PolicyService, 'refresh'>;
  readonly #milliseconds: number;
  readonly #wait: Wait;
  readonly #random: () => number;
  readonly #end = new AbortController();

  /** @param options.random - 0 up to, but not including, 1 */
  constructor(options: {
    policy: Pick<PolicyService, 'refresh'>;
    milliseconds: number;
    wait?: Wait;
    random?: () => number;
  }) {
    this.#policy = options.policy;
    this.#milliseconds = options.milliseconds;
    this.#wait = options.wait ?? waitByTimer;
    this.#random = options.random ?? Math.random;
  }

  /** Ends after {@link PolicyPoller.stop}; never throws. */
  async run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const factor = 0.8 + 0.4 * this.#random();
      try {
        await this.#wait(this.#milliseconds * factor, signal);
        await this.#policy.refresh();
      } catch {
        // A failed load is logged and kept for the status; a wait fails only
        // when it is ended.
      }
    }
  }

  /** Ends the waiting; a look that has begun goes on. */
  stop(): void {
    this.#end.abort();
  }
}

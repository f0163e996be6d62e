import { ConflictError, ServiceUnavailableError } from '@backstage/errors';
import { EFFECT_LEASE_MS } from '@self-service/plugin-runs-common';
import { RunsService } from '@self-service/plugin-runs-node';
import { Pause } from './Pause';

/** How often whoever acts looks whether it still may, and says that it does. */
const BEAT_MS = 3_000;
/**
 * How long after a renewal was asked for an attempt counts on it: it has
 * stopped acting a beat before the lease ends for others.
 */
const SURE_MS = EFFECT_LEASE_MS - 2 * BEAT_MS;

/**
 * The right of one attempt to make an effect, kept for as long as the act
 * takes.
 *
 * @remarks
 * It is renewed by a compare-and-set in the runs backend. Where another
 * attempt has taken the effect over, the run has ended, or the backend could
 * not be asked in time, `signal` aborts: two attempts that act on one thing
 * at once are what leases are there to prevent.
 */
export class EffectLease {
  readonly #lost = new AbortController();
  readonly #options: EffectLeaseOptions;
  readonly #end: () => void;
  #sureUntil: number;
  #isRenewing = false;

  private constructor(options: EffectLeaseOptions) {
    this.#options = options;
    const { pause, claimedAt } = options;
    this.#sureUntil = claimedAt + SURE_MS;
    this.#end = pause.every(BEAT_MS, () => this.#beat());
  }

  /** Begins to renew; {@link EffectLease.end} must follow. */
  static hold(options: EffectLeaseOptions): EffectLease {
    return new EffectLease(options);
  }

  /** Aborts when the effect is not this attempt's any more. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether it is lost. */
  get isLost(): boolean {
    return this.#lost.signal.aborted;
  }

  /** Renews no more. */
  end(): void {
    this.#end();
  }

  #beat(): void {
    if (this.#options.pause.now() >= this.#sureUntil) {
      this.#lose('could not be renewed in time');
    } else if (!this.#isRenewing) {
      this.#isRenewing = true;
      this.#renew().finally(() => {
        this.#isRenewing = false;
      });
    }
  }

  async #renew(): Promise<void> {
    const { runs, pause, effectId, attempt } = this.#options;
    const asked = pause.now();
    try {
      await runs.renewEffect(effectId, { attempt });
      this.#sureUntil = asked + SURE_MS;
    } catch (error) {
      // Anything else is asked again with the next beat, while there is time.
      if (error instanceof ConflictError) {
        this.#lose("is not this attempt's any more");
      }
    }
  }

  #lose(how: string): void {
    this.end();
    this.#lost.abort(
      new ServiceUnavailableError(
        `The right to act ${how} (effect ${this.#options.effectId})`,
      ),
    );
  }
}

interface EffectLeaseOptions {
  runs: Pick<RunsService, 'renewEffect'>;
  pause: Pick<Pause, 'now' | 'every'>;
  effectId: string;
  /** That has claimed it. */
  attempt: string;
  /** When the claim was asked for, by `pause`. */
  claimedAt: number;
}

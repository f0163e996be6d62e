import {
  ClaimEffect,
  ClaimResult,
  CompleteEffect,
  Effect,
  EFFECT_LEASE_MS,
  ReleaseEffect,
  RenewEffect,
} from '@self-service/plugin-runs-common';
import { EffectStore } from '../database/EffectStore';
import { RunStore } from '../database/RunStore';
import { Clock } from './Clock';
import { assertActive } from './describeClosed';
import { after } from './leases';
import { RunHints } from './RunHints';
import { RunNotifier } from './RunNotifier';

/** Keeps the ledger of what runs create outside. */
export class EffectService {
  readonly #deps: EffectServiceDeps;

  private constructor(deps: EffectServiceDeps) {
    this.#deps = deps;
  }

  static create(deps: EffectServiceDeps): EffectService {
    return new EffectService(deps);
  }

  /**
   * Claims the right to create something, for one lease.
   *
   * @throws ConflictError - the run was cancelled or rolled back
   */
  async claim(claim: ClaimEffect): Promise<ClaimResult> {
    const { effects, clock, notifier } = this.#deps;
    await assertActive(this.#deps, claim.taskId, ': it creates nothing more.');
    const now = await clock.now();
    const result = await effects.claim(claim, now, after(now, EFFECT_LEASE_MS));
    if (result.outcome === 'acquired') {
      notifier.changed(claim.taskId);
    }
    return result;
  }

  /** Renews that right for one lease; see {@link EffectStore.renew}. */
  async renew(id: string, renewal: RenewEffect): Promise<void> {
    const { effects, clock } = this.#deps;
    const leaseUntil = after(await clock.now(), EFFECT_LEASE_MS);
    await effects.renew(id, renewal, leaseUntil);
  }

  /** See {@link EffectStore.complete}. */
  async complete(id: string, result: CompleteEffect): Promise<Effect> {
    const { effects, clock, notifier } = this.#deps;
    const effect = await effects.complete(id, result, await clock.now());
    notifier.changed(effect.taskId);
    return effect;
  }

  /** See {@link EffectStore.release}. */
  async release(id: string, result: ReleaseEffect): Promise<void> {
    const { effects, clock } = this.#deps;
    await effects.release(id, result, await clock.now());
  }

  /** Of one run, oldest first. */
  async list(taskId: string): Promise<Effect[]> {
    return this.#deps.effects.list(taskId);
  }
}

interface EffectServiceDeps {
  effects: EffectStore;
  runs: RunStore;
  clock: Clock;
  notifier: RunNotifier;
  hints: RunHints;
}

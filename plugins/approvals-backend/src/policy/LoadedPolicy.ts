import { canonicalJson } from './canonicalJson';
import type { PolicyFreeze } from './dataSchema';
import { effectiveData } from './mergeData';
import type { PolicyBundle } from './PolicyBundle';
import { PolicyEngine } from './PolicyEngine';

// Exemptions make a few sets of freezes apply at once; an engine has 0.5 MB.
const maximumEngines = 16;

/**
 * One bundle with its overrides, and an engine for every set of freezes that
 * people made and that applies to some request.
 */
export class LoadedPolicy {
  readonly bundle: PolicyBundle;
  readonly overrides: Record<string, unknown> | undefined;
  /** Decides without the freezes that people made. */
  readonly base: PolicyEngine;
  readonly #engines = new Map<string, Promise<PolicyEngine>>();

  /**
   * Tries the bundle with the overrides.
   *
   * @throws PolicyError when they do not work
   */
  static async create(
    bundle: PolicyBundle,
    overrides: Record<string, unknown> | undefined,
  ): Promise<LoadedPolicy> {
    const data = effectiveData(bundle.data, overrides, []);
    const base = await PolicyEngine.load(bundle, { data });
    return new LoadedPolicy(bundle, overrides, base);
  }

  private constructor(
    bundle: PolicyBundle,
    overrides: Record<string, unknown> | undefined,
    base: PolicyEngine,
  ) {
    this.bundle = bundle;
    this.overrides = overrides;
    this.base = base;
  }

  /**
   * The engine whose data has these freezes besides its own.
   *
   * @throws PolicyError when the policy does not work with them
   */
  async engine(freezes: readonly PolicyFreeze[]): Promise<PolicyEngine> {
    if (freezes.length === 0) {
      return this.base;
    }
    const key = canonicalJson(freezes);
    let engine = this.#engines.get(key);
    if (!engine) {
      const data = effectiveData(this.bundle.data, this.overrides, freezes);
      engine = PolicyEngine.load(this.bundle, { data });
      engine.catch(() => this.#engines.delete(key));
    }
    // The one used last is the last to go.
    this.#engines.delete(key);
    this.#engines.set(key, engine);
    if (this.#engines.size > maximumEngines) {
      const [oldest] = this.#engines.keys();
      this.#engines.delete(oldest);
    }
    return engine;
  }
}

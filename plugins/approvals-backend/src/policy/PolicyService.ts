import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  Decision,
  PolicyInput,
} from '@self-service/plugin-approvals-common';
import { canonicalJson } from './canonicalJson';
import type { PolicyData, PolicyFreeze } from './dataSchema';
import { effectiveData } from './mergeData';
import { readPolicyBundle, type PolicyBundle } from './PolicyBundle';
import { PolicyEngine } from './PolicyEngine';
import { PolicyError } from './PolicyError';

/**
 * Which policy decides, and what went wrong last.
 *
 * @remarks
 * `loaded` is absent until a policy works. `lastError` is the message of the
 * latest failed load, absent once a later one worked: with both, an older
 * policy decides than the one that was asked for.
 */
export type PolicyStatus = {
  loaded?: {
    revision: string;
    bundleDigest: string;
    dataDigest: string;
    at: Date;
  };
  lastError?: { message: string; at: Date };
};

/**
 * A decision together with what it was made from, as it is stored.
 */
export type PolicyDecision = {
  decision: Decision;
  revision: string;
  bundleDigest: string;
  dataDigest: string;
};

/**
 * The bundle file and the effective data behind a decision.
 */
export type PolicyArtifacts = {
  bundleDigest: string;
  bundle: Uint8Array;
  dataDigest: string;
  data: PolicyData;
};

/**
 * What a {@link PolicyService} is made from.
 *
 * @remarks
 * `overrides` changes `data.approval` of the bundle as a JSON Merge Patch;
 * `freezes` are added behind the freezes of the data; `now` gives the time for
 * {@link PolicyStatus}.
 */
export type PolicyServiceOptions = {
  bundlePath: string;
  overrides?: Record<string, unknown>;
  freezes?: readonly PolicyFreeze[];
  logger: LoggerService;
  now: () => Date;
};

/**
 * Holds the policy that decides, and replaces it while requests are decided.
 */
export class PolicyService {
  readonly #options: PolicyServiceOptions;
  #bundle: PolicyBundle | undefined;
  #freezes: readonly PolicyFreeze[];
  #engine: PolicyEngine | undefined;
  #status: PolicyStatus = {};
  #turn: Promise<void> = Promise.resolve();

  /**
   * Loads the policy; one that fails is reported by {@link PolicyService.status}
   * and by every evaluation, and does not keep the backend from starting.
   */
  static async create(options: PolicyServiceOptions): Promise<PolicyService> {
    const service = new PolicyService(options);
    await service.reload().catch(() => {
      // Logged and kept for the status; until it is mended everything is denied.
    });
    return service;
  }

  private constructor(options: PolicyServiceOptions) {
    this.#options = options;
    this.#freezes = options.freezes ?? [];
  }

  /**
   * Decides with the current policy.
   *
   * @throws PolicyError when there is none, or it has no usable answer: deny.
   */
  evaluate(input: PolicyInput): PolicyDecision {
    const engine = this.#engine;
    if (!engine) {
      throw new PolicyError(
        'load',
        `No policy is loaded: ${this.#status.lastError?.message}`,
      );
    }
    const { revision, bundleDigest, dataDigest } = engine;
    const decision = engine.evaluate(input);
    return { decision, revision, bundleDigest, dataDigest };
  }

  /** Says what is loaded, and the last failure if it is newer. */
  status(): PolicyStatus {
    return { ...this.#status };
  }

  /**
   * What the current policy is made of, to be archived by its digests so that
   * a decision can be replayed; undefined without one.
   */
  artifacts(): PolicyArtifacts | undefined {
    if (!this.#engine || !this.#bundle) {
      return undefined;
    }
    const { bundleDigest, dataDigest, data } = this.#engine;
    return { bundleDigest, bundle: this.#bundle.content, dataDigest, data };
  }

  /**
   * Reads the bundle again and swaps to it if it works.
   *
   * @throws PolicyError when it does not; the policy before stays.
   */
  async reload(): Promise<void> {
    await this.#inTurn(async () => {
      const bundle = await readPolicyBundle(this.#options.bundlePath);
      await this.#swap(bundle);
    });
  }

  /**
   * Takes another list of further freezes and swaps to it if it works; cheap
   * when nothing changed.
   *
   * @remarks
   * The list is kept even if it cannot be loaded now, so that a later load
   * never decides without a freeze that somebody made.
   *
   * @throws PolicyError when it does not work; the policy before stays.
   */
  async setFreezes(freezes: readonly PolicyFreeze[]): Promise<void> {
    await this.#inTurn(async () => {
      const changed = canonicalJson(freezes) !== canonicalJson(this.#freezes);
      this.#freezes = freezes;
      if (changed || !this.#engine || this.#status.lastError) {
        const path = this.#options.bundlePath;
        await this.#swap(this.#bundle ?? (await readPolicyBundle(path)));
      }
    });
  }

  async #swap(bundle: PolicyBundle) {
    const { overrides } = this.#options;
    const data = effectiveData(bundle.data, overrides, this.#freezes);
    const engine = await PolicyEngine.load(bundle, { data });
    this.#bundle = bundle;
    this.#engine = engine;
    const { revision, bundleDigest, dataDigest } = engine;
    const at = this.#options.now();
    this.#status = { loaded: { revision, bundleDigest, dataDigest, at } };
  }

  /** One load after the other, so that an older one never ends last. */
  #inTurn(load: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(load).catch(error => {
      this.#status = {
        ...this.#status,
        lastError: { message: describe(error), at: this.#options.now() },
      };
      this.#options.logger.error('The approval policy was not loaded', error);
      throw error;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

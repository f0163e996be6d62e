import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type {
  Decision,
  PolicyInput,
} from '@self-service/plugin-approvals-common';
import type { BundleSource } from './BundleSource';
import { canonicalJson } from './canonicalJson';
import type { PolicyData, PolicyFreeze } from './dataSchema';
import { LoadedPolicy } from './LoadedPolicy';
import { readPolicyBundle, type PolicyBundle } from './PolicyBundle';
import type { PolicyEngine } from './PolicyEngine';
import { PolicyError } from './PolicyError';

/**
 * Which policy decides, and what went wrong last.
 *
 * @remarks
 * `loaded` is absent until a policy works; its `dataDigest` is that of the
 * data without the freezes that people made. `lastError` is the message of
 * the latest failed load, absent once a later one worked: with both, an older
 * policy decides than the one that was asked for.
 */
export type PolicyStatus = {
  source: string;
  loaded?: {
    revision: string;
    bundleDigest: string;
    dataDigest: string;
    at: Date;
    /** Whether it came from the archive, as the source had failed. */
    fromArchive: boolean;
  };
  /** When the source was last asked. */
  lastCheckedAt?: Date;
  lastError?: { message: string; at: Date };
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
 * A decision together with what it was made from, as it is stored.
 */
export type PolicyDecision = {
  decision: Decision;
  revision: string;
  bundleDigest: string;
  dataDigest: string;
  /** To be archived by its digests, so that the decision can be replayed. */
  artifacts: PolicyArtifacts;
};

/** Keeps the bundle of each source that worked last, across restarts. */
export interface LastGoodBundles {
  saveLastGood(
    source: string,
    bundle: Pick<PolicyBundle, 'digest' | 'content'>,
  ): Promise<void>;
  findLastGood(source: string): Promise<Uint8Array | undefined>;
}

/**
 * What a {@link PolicyService} is made from.
 *
 * @remarks
 * `readOverrides` gives changes to `data.approval` of the bundle as a JSON
 * Merge Patch, and is asked with every look at the source; `now` gives the
 * time for {@link PolicyStatus}.
 */
export type PolicyServiceOptions = {
  source: BundleSource;
  readOverrides?: () => Promise<Record<string, unknown>>;
  lastGood?: LastGoodBundles;
  logger: LoggerService;
  now: () => Date;
};

/**
 * Holds the policy that decides, and replaces it while requests are decided.
 */
export class PolicyService {
  readonly #options: PolicyServiceOptions;
  #loaded: LoadedPolicy | undefined;
  /** What the source calls the bundle that is loaded. */
  #version: string | undefined;
  #status: PolicyStatus;
  #turn: Promise<void> = Promise.resolve();

  /**
   * Loads the policy; where its source fails, the bundle of it that worked
   * last. With neither the backend starts all the same:
   * {@link PolicyService.status} says why, and so does every evaluation.
   */
  static async create(options: PolicyServiceOptions): Promise<PolicyService> {
    const service = new PolicyService(options);
    await service.reload().catch(() => service.#loadLastGood());
    return service;
  }

  private constructor(options: PolicyServiceOptions) {
    this.#options = options;
    this.#status = { source: options.source.name };
  }

  /**
   * Decides with the current policy.
   *
   * @param freezes - what people have frozen, behind the freezes of the data
   * @throws PolicyError when there is no policy, or it has no usable answer:
   * deny.
   */
  async evaluate(
    input: PolicyInput,
    freezes: readonly PolicyFreeze[] = [],
  ): Promise<PolicyDecision> {
    const loaded = this.#loaded;
    if (!loaded) {
      throw new PolicyError(
        'load',
        `No policy is loaded: ${this.#status.lastError?.message}`,
      );
    }
    const engine = await loaded.engine(freezes);
    const { revision, bundleDigest, dataDigest } = engine;
    const decision = engine.evaluate(input);
    const artifacts = artifactsOf(loaded, engine);
    return { decision, revision, bundleDigest, dataDigest, artifacts };
  }

  /** Says what is loaded, and the last failure if it is newer. */
  status(): PolicyStatus {
    return { ...this.#status };
  }

  /**
   * What the current policy is made of, without the freezes that people made;
   * undefined without a policy.
   */
  artifacts(): PolicyArtifacts | undefined {
    return this.#loaded && artifactsOf(this.#loaded, this.#loaded.base);
  }

  /** The bundle and overrides that decide now; undefined without a policy. */
  current():
    | { bundle: PolicyBundle; overrides: Record<string, unknown> | undefined }
    | undefined {
    return this.#loaded;
  }

  /**
   * Reads the bundle again, changed or not, and swaps to it if it works.
   *
   * @throws PolicyError when it does not; the policy before stays.
   */
  async reload(): Promise<void> {
    await this.#inTurn(() => this.#load(undefined));
  }

  /**
   * Asks the source whether there is another bundle, and swaps to it if it
   * works; cheap when nothing changed.
   *
   * @throws PolicyError when it does not; the policy before stays.
   */
  async refresh(): Promise<void> {
    await this.#inTurn(() => this.#load(this.#version));
  }

  async #load(known: string | undefined): Promise<void> {
    const { source, readOverrides } = this.#options;
    const fetched = await source.fetch(known);
    const overrides = await readOverrides?.();
    const bundle = fetched
      ? await readPolicyBundle(fetched.content)
      : this.#loaded?.bundle;
    if (!bundle) {
      throw new PolicyError('bundle', `${source.name} gave no policy bundle`);
    }
    const isSame =
      bundle.digest === this.#loaded?.bundle.digest &&
      canonicalJson(overrides ?? {}) ===
        canonicalJson(this.#loaded.overrides ?? {});
    if (!isSame) {
      await this.#swap(bundle, overrides, false);
      await this.#keep(bundle);
    } else if (this.#status.loaded) {
      this.#status.loaded = { ...this.#status.loaded, fromArchive: false };
    }
    // Only of a bundle that works: one that does not is asked for again.
    this.#version = fetched ? fetched.version : known;
  }

  async #swap(
    bundle: PolicyBundle,
    overrides: Record<string, unknown> | undefined,
    fromArchive: boolean,
  ): Promise<void> {
    const loaded = await LoadedPolicy.create(bundle, overrides);
    this.#loaded = loaded;
    const { revision, bundleDigest, dataDigest } = loaded.base;
    const at = this.#options.now();
    this.#status.loaded = {
      revision,
      bundleDigest,
      dataDigest,
      at,
      fromArchive,
    };
  }

  /** Not being able to keep it is no reason not to decide with it. */
  async #keep(bundle: PolicyBundle): Promise<void> {
    const { lastGood, source, logger } = this.#options;
    try {
      await lastGood?.saveLastGood(source.name, bundle);
    } catch (error) {
      logger.warn('The policy bundle was not archived', toError(error));
    }
  }

  async #loadLastGood(): Promise<void> {
    const { lastGood, source, readOverrides, logger } = this.#options;
    try {
      const content = await lastGood?.findLastGood(source.name);
      if (content) {
        const bundle = await readPolicyBundle(content);
        await this.#swap(bundle, await readOverrides?.(), true);
        logger.warn(
          `The policy bundle that worked last decides: ${bundle.revision}`,
        );
      }
    } catch (error) {
      logger.error('The archived policy was not loaded', toError(error));
    }
  }

  /** One load after the other, so that an older one never ends last. */
  #inTurn(load: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      const { source, loaded, lastError } = this.#status;
      const lastCheckedAt = this.#options.now();
      try {
        await load();
        this.#status = {
          source,
          loaded: this.#status.loaded,
          lastCheckedAt,
        };
      } catch (error) {
        const message = toError(error).message;
        this.#status = {
          source,
          loaded,
          lastCheckedAt,
          lastError: { message, at: lastCheckedAt },
        };
        // Polling would otherwise say the same thing again and again.
        if (message !== lastError?.message) {
          this.#options.logger.error(
            'The approval policy was not loaded',
            toError(error),
          );
        }
        throw error;
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function artifactsOf(
  loaded: LoadedPolicy,
  engine: PolicyEngine,
): PolicyArtifacts {
  const { bundleDigest, dataDigest, data } = engine;
  return { bundleDigest, bundle: loaded.bundle.content, dataDigest, data };
}

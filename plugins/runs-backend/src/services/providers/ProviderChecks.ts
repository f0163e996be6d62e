import { LoggerService } from '@backstage/backend-plugin-api';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  problemOf,
  Provider,
  ProviderHealth,
} from '@self-service/plugin-providers-node';
import {
  ProviderFailure,
  ProviderStatus,
  runsProviderReadPermission,
} from '@self-service/plugin-runs-common';
import {
  ProviderCheckStore,
  ProviderKey,
} from '../../database/ProviderCheckStore';
import { Clock } from '../Clock';
import { RunAccess, UserCredentials } from '../RunAccess';

/** How long one check may take, in milliseconds. */
const TIME_LIMIT_MS = 20_000;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
/** Failures that are looked through, of all providers together. */
const MAX_FAILURES = 500;
/** Failures that are shown of one provider. */
const SHOWN_FAILURES = 10;

/** Knows how the installed providers are. */
export class ProviderChecks {
  readonly #deps: ProviderChecksDeps;

  private constructor(deps: ProviderChecksDeps) {
    this.#deps = deps;
  }

  static create(deps: ProviderChecksDeps): ProviderChecks {
    return new ProviderChecks(deps);
  }

  /**
   * Every installed provider with its last check and its last failures.
   *
   * @throws NotAllowedError - the user may not see providers
   */
  async list(credentials: UserCredentials): Promise<ProviderStatus[]> {
    await this.#authorise(credentials);
    return this.#read();
  }

  /**
   * Checks one provider now.
   *
   * @throws NotAllowedError - the user may not see providers
   * @throws NotFoundError - there is none of this name
   */
  async check(
    key: ProviderKey,
    credentials: UserCredentials,
  ): Promise<ProviderStatus> {
    await this.#authorise(credentials);
    const provider = this.#deps.providers.find(
      ({ capability, id }) => capability === key.capability && id === key.id,
    );
    if (!provider) {
      throw new NotFoundError(
        `No provider ${key.id} of the capability ${key.capability} is installed`,
      );
    }
    await this.#checkAndSave(provider);
    const [status] = await this.#read([provider]);
    return status;
  }

  /** Checks every provider; one after the other, so as not to add up to load. */
  async checkAll(): Promise<void> {
    for (const provider of this.#deps.providers) {
      await this.#checkAndSave(provider);
    }
  }

  async #authorise(credentials: UserCredentials): Promise<void> {
    if (
      !(await this.#deps.access.holds(runsProviderReadPermission, credentials))
    ) {
      throw new NotAllowedError(
        `Only people with the permission ${runsProviderReadPermission.name} see the providers. Ask the platform team for it.`,
      );
    }
  }

  async #read(
    providers: readonly Provider[] = this.#deps.providers,
  ): Promise<ProviderStatus[]> {
    const { store, clock } = this.#deps;
    const now = await clock.now();
    const checks = await store.list();
    const failures = await store.listFailures(
      new Date(now.getTime() - WEEK_MS),
      MAX_FAILURES,
    );
    return [...providers].sort(byCapability).map(provider => ({
      id: provider.id,
      capability: provider.capability,
      vendor: provider.vendor,
      endpoint: provider.endpoint,
      features: [...provider.features],
      health: checks.find(
        ({ capability, id }) =>
          capability === provider.capability && id === provider.id,
      )?.health ?? {
        status: 'unknown',
        description: 'It has not been checked yet.',
      },
      recentFailures: failuresOf(provider, failures),
    }));
  }

  async #checkAndSave(provider: Provider): Promise<void> {
    const { store, clock, logger } = this.#deps;
    const health = await checkHealth(provider, this.#deps.stopping);
    if (health.status === 'failing') {
      logger.warn(
        `Provider ${provider.id} (${provider.capability}) is failing: ${health.description}`,
      );
    }
    await store.save(provider, health, await clock.now());
  }
}

/** What went wrong is what the check says. */
async function checkHealth(
  provider: Provider,
  stopping: AbortSignal,
): Promise<ProviderHealth> {
  try {
    return await provider.checkHealth({
      signal: AbortSignal.any([stopping, AbortSignal.timeout(TIME_LIMIT_MS)]),
    });
  } catch (error) {
    stopping.throwIfAborted();
    const problem = problemOf(error) ?? {
      what: `${provider.vendor} gave no answer within ${
        TIME_LIMIT_MS / 1000
      } s.`,
      whose: 'vendor' as const,
      canPass: true,
      remedy: `See whether ${provider.endpoint} can be reached from the portal.`,
      vendor: provider.vendor,
    };
    return { status: 'failing', description: problem.what, problem };
  }
}

function failuresOf(
  { vendor }: Provider,
  failures: readonly ProviderFailure[],
): ProviderFailure[] {
  return failures
    .filter(({ problem }) => problem.vendor === vendor)
    .slice(0, SHOWN_FAILURES);
}

function byCapability(one: Provider, other: Provider): number {
  return (
    one.capability.localeCompare(other.capability) ||
    one.id.localeCompare(other.id)
  );
}

interface ProviderChecksDeps {
  providers: readonly Provider[];
  store: ProviderCheckStore;
  access: Pick<RunAccess, 'holds'>;
  clock: Clock;
  /** Aborts when the backend stops. */
  stopping: AbortSignal;
  logger: LoggerService;
}

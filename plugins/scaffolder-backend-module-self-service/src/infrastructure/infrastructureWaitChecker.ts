import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  InfrastructureProvider,
  infrastructureProviderServiceRef,
} from '@self-service/plugin-providers-node';
import {
  WaitChecker,
  waitCheckerServiceRef,
} from '@self-service/plugin-runs-node';
import {
  InfrastructureWait,
  INFRASTRUCTURE_WAIT,
  isDue,
  isOver,
  parseWaitRef,
} from './waitRef';

/**
 * Most waits that the sweep looks at in a minute. With batches of 50 pull
 * requests these are 60 queries, within GitHub's 5,000 points an hour
 * (https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api).
 */
const MAXIMUM_PER_MINUTE = 3_000;

/**
 * Tells the sweep of the runs backend which infrastructure waits are over;
 * many are read with few requests.
 *
 * @param onError - told of a wait that could not be checked; it is asked
 * again at a later sweep
 * @param now - milliseconds since 1970; tests replace it
 */
export function createInfrastructureWaitChecker(
  providers: readonly InfrastructureProvider[],
  onError: (ref: string, error: unknown) => void,
  now: () => number = Date.now,
): WaitChecker {
  const findOverOf = async (
    provider: InfrastructureProvider,
    waits: Array<{ ref: string; wait: InfrastructureWait }>,
  ): Promise<string[]> => {
    const urls = [...new Set(waits.map(({ wait }) => wait.pullRequestUrl))];
    const runs = await provider.getRuns(urls, { onError });
    const byUrl = new Map(runs.map(run => [run.pullRequestUrl, run]));
    return waits.flatMap(({ ref, wait }) => {
      const run = byUrl.get(wait.pullRequestUrl);
      return run && isOver(wait, run) ? [ref] : [];
    });
  };
  return {
    kind: INFRASTRUCTURE_WAIT,
    maximumPerMinute: MAXIMUM_PER_MINUTE,
    async findOver(refs) {
      const all = refs.flatMap(ref => {
        const wait = parseWaitRef(ref);
        return wait ? [{ ref, wait }] : [];
      });
      const over = all
        .filter(({ wait }) => isDue(wait, now()))
        .map(({ ref }) => ref);
      const waits = all.filter(({ ref }) => !over.includes(ref));
      for (const provider of providers) {
        const own = waits.filter(({ wait }) =>
          provider.serves(wait.pullRequestUrl),
        );
        try {
          over.push(...(own.length > 0 ? await findOverOf(provider, own) : []));
        } catch (error) {
          onError(`of ${provider.id}`, error);
        }
      }
      return over;
    },
  };
}

/** Adds the checker to the backend. */
export const infrastructureWaitChecker = createServiceFactory({
  service: waitCheckerServiceRef,
  deps: {
    providers: infrastructureProviderServiceRef,
    logger: coreServices.logger,
  },
  factory({ providers, logger }) {
    return createInfrastructureWaitChecker(providers.flat(), (ref, error) =>
      logger.warn(`Could not check the wait ${ref}: ${error}`),
    );
  },
});

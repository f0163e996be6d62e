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
import { INFRASTRUCTURE_WAIT, isOver, parseWaitRef } from './waitRef';

/**
 * Tells the sweep of the runs backend which infrastructure waits are over.
 *
 * @param onError - told of a wait that could not be checked; it is asked
 * again at the next sweep
 */
export function createInfrastructureWaitChecker(
  providers: readonly InfrastructureProvider[],
  onError: (ref: string, error: unknown) => void,
): WaitChecker {
  const check = async (ref: string): Promise<boolean> => {
    const wait = parseWaitRef(ref);
    const provider =
      wait && providers.find(entry => entry.serves(wait.pullRequestUrl));
    if (!wait || !provider) {
      return false;
    }
    try {
      return isOver(wait, await provider.getRun(wait.pullRequestUrl));
    } catch (error) {
      onError(ref, error);
      return false;
    }
  };
  return {
    kind: INFRASTRUCTURE_WAIT,
    async findOver(refs) {
      const over: string[] = [];
      // One after the other: many waits share one vendor's rate limit.
      for (const ref of refs) {
        if (await check(ref)) {
          over.push(ref);
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
    return createInfrastructureWaitChecker(providers, (ref, error) =>
      logger.warn(`Could not check the wait ${ref}: ${error}`),
    );
  },
});

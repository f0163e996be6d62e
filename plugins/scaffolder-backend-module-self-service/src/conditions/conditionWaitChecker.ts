import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  Condition,
  CONDITION_WAIT,
  conditionServiceRef,
  ConditionState,
  WaitChecker,
  waitCheckerServiceRef,
} from '@self-service/plugin-runs-node';
import { isDue } from '../infrastructure/waitRef';
import { ConditionWait, parseConditionRef } from './conditionRef';

/** Most waits that the sweep looks at in a minute, of all conditions. */
const MAXIMUM_PER_MINUTE = 1_200;

type StoredWait = ConditionWait & { ref: string };

/**
 * Tells the sweep of the runs backend which conditions are met, or can't be met
 * any more, or are waited for no longer.
 *
 * @param onError - told of a wait that could not be checked; it is asked
 * again at a later sweep
 * @param now - milliseconds since 1970; tests replace it
 */
export function createConditionWaitChecker(
  conditions: readonly Condition[],
  onError: (ref: string, error: unknown) => void,
  now: () => number = Date.now,
): WaitChecker {
  const look = async (
    condition: Condition,
    waits: readonly StoredWait[],
  ): Promise<Array<ConditionState | undefined>> => {
    if (condition.checkMany) {
      return condition.checkMany(waits.map(({ input }) => input));
    }
    const states: Array<ConditionState | undefined> = [];
    for (const { ref, input } of waits) {
      states.push(
        await condition.check(input).catch(error => {
          onError(ref, error);
          return undefined;
        }),
      );
    }
    return states;
  };
  return {
    kind: CONDITION_WAIT,
    maximumPerMinute: MAXIMUM_PER_MINUTE,
    async findOver(refs) {
      const all = refs.flatMap((ref): StoredWait[] => {
        const wait = parseConditionRef(ref);
        return wait ? [{ ref, ...wait }] : [];
      });
      const due = all.filter(wait => isDue(wait, now()));
      const over = due.map(({ ref }) => ref);
      for (const condition of conditions) {
        const own = all.filter(
          wait => wait.kind === condition.kind && !due.includes(wait),
        );
        try {
          const states = own.length > 0 ? await look(condition, own) : [];
          over.push(
            ...own
              .filter((_, index) => isOver(states[index]))
              .map(({ ref }) => ref),
          );
        } catch (error) {
          onError(`of condition ${condition.kind}`, error);
        }
      }
      return over;
    },
  };
}

function isOver(state: ConditionState | undefined): boolean {
  return state !== undefined && state.status !== 'open';
}

/** Adds the checker to the backend. */
export const conditionWaitChecker = createServiceFactory({
  service: waitCheckerServiceRef,
  deps: { conditions: conditionServiceRef, logger: coreServices.logger },
  factory({ conditions, logger }) {
    return createConditionWaitChecker(conditions, (ref, error) =>
      logger.warn(`Could not check the wait ${ref}: ${error}`),
    );
  },
});

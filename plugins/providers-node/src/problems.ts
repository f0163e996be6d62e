import { ConflictError } from '@backstage/errors';
import { Problem } from '@self-service/plugin-runs-common';

const PROBLEM = Symbol.for('self-service.problem');
/** Causes that point at each other must not keep us. */
const MAXIMUM_DEPTH = 10;

/**
 * Attaches to an error what people can do about it.
 *
 * @param error - of the class that the ports promise
 * @returns the same error
 * @public
 */
export function withProblem<T extends Error>(error: T, problem: Problem): T {
  // Not enumerable: loggers and serialisers leave it alone.
  Object.defineProperty(error, PROBLEM, { value: problem });
  return error;
}

/**
 * What people can do about an error; `undefined` where nobody has said so. An
 * error that forwards another one is as much of a problem as that one.
 *
 * @public
 */
export function problemOf(error: unknown): Problem | undefined {
  let current = error;
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth += 1) {
    if (!(current instanceof Error)) {
      return undefined;
    }
    const problem = (current as { [PROBLEM]?: Problem })[PROBLEM];
    if (problem) {
      return problem;
    }
    current = current.cause;
  }
  return undefined;
}

/**
 * Makes an error of a class that the ports promise, with its problem: the
 * message is what happened and what to do about it.
 *
 * @param ErrorClass - of `@backstage/errors`
 * @param problem - `canPass` is false and `whose` is `yours` unless said
 * otherwise
 * @public
 */
export function createProblemError<T extends Error>(
  ErrorClass: new (message: string) => T,
  problem: Pick<Problem, 'what' | 'remedy'> & Partial<Problem>,
): T {
  const error = new ErrorClass(`${problem.what} ${problem.remedy}`.trim());
  return withProblem(error, { whose: 'yours', canPass: false, ...problem });
}

/**
 * Something is there already, and is another's than the run's: nothing may
 * happen to it.
 *
 * @param what - with its article or kind: `Branch https://…/tree/orders`
 * @param remedy - what people can do about it
 * @public
 */
export function notMadeByRun(
  what: string,
  remedy: string,
  vendor: string,
): ConflictError {
  return createProblemError(ConflictError, {
    what: `${what} exists, and this run did not make it.`,
    remedy,
    vendor,
  });
}

import { Problem } from '@self-service/plugin-runs-common';

const PROBLEM = Symbol.for('self-service.problem');

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
 * What people can do about an error; `undefined` where nobody has said so.
 *
 * @public
 */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof Error
    ? (error as { [PROBLEM]?: Problem })[PROBLEM]
    : undefined;
}

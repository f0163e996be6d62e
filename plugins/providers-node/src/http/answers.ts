import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import { createProblemError } from '../problems';

/**
 * What an answer holds, or `undefined` where there is nothing: a
 * `NotFoundError`.
 *
 * @public
 */
export async function orUndefined<T>(
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NotFoundError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Says that an answer is not what the vendor's API describes: something else
 * answers there, or a version that nobody knows.
 *
 * @public
 */
export function malformedAnswer(about: {
  /** For people, for example `GitHub`. */
  vendor: string;
  /** What was asked for, in the infinitive: `read the branch main of a/b`. */
  action: string;
  /** What the platform team is to check in app-config. */
  check: string;
  /** Of the answer. */
  status?: number;
}): ServiceUnavailableError {
  const { vendor, action, check, status } = about;
  return createProblemError(ServiceUnavailableError, {
    what: `${vendor} was to ${action} and gave an answer that its API does not describe.`,
    whose: 'vendor',
    canPass: true,
    remedy: `Try again; if it persists, ask the platform team to check ${check} in app-config.`,
    vendor,
    status,
  });
}

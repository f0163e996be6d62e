import { Problem } from '@self-service/plugin-runs-common';
import { problemOf } from './problems';
import { ProviderHealth } from './provider';

/**
 * What a failed request says of a provider's health: `degraded` where it can
 * pass, else `failing`.
 *
 * @param error - thrown by a call of the vendor
 * @public
 */
export function healthOfError(error: unknown): ProviderHealth {
  const problem: Problem = problemOf(error) ?? {
    what: 'The vendor could not be asked, and nobody has described why.',
    whose: 'unknown',
    canPass: true,
    remedy: 'Look at the log of the backend.',
    raw: error instanceof Error ? error.name : undefined,
  };
  return {
    status: problem.canPass ? 'degraded' : 'failing',
    description: problem.what,
    problem,
  };
}

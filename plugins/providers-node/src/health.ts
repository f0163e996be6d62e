import { Problem } from '@self-service/plugin-runs-common';
import { problemOf } from './problems';
import { CallOptions, ProviderHealth } from './provider';

/**
 * What a failed request says of a provider's health: `degraded` where it can
 * pass, else `failing`. No requester has a part in it: what would be theirs is
 * the platform's.
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
    problem:
      problem.whose === 'yours' ? { ...problem, whose: 'platform' } : problem,
  };
}

/**
 * A whole `checkHealth`: what a check finds or, where it throws, what that
 * says; see {@link healthOfError}.
 *
 * @param check - asks the vendor, and changes nothing
 * @throws the signal's reason, and nothing else
 * @public
 */
export async function askHealth(
  { signal }: CallOptions,
  check: () => Promise<ProviderHealth>,
): Promise<ProviderHealth> {
  try {
    return await check();
  } catch (error) {
    signal?.throwIfAborted();
    return healthOfError(error);
  }
}

import { ConflictError, NotFoundError } from '@backstage/errors';
import { createProblemError } from './problems';

/**
 * Picks the one provider that serves something.
 *
 * @param providers - the installed providers of a capability
 * @param serves - whether a provider serves what is asked for
 * @param what - for the error, for example `git host gitlab.com`
 * @throws NotFoundError - none does
 * @throws ConflictError - several do
 * @public
 */
export function chooseProvider<T extends { id: string }>(
  providers: readonly T[],
  serves: (provider: T) => boolean,
  what: string,
): T {
  const [first, ...others] = providers.filter(serves);
  if (!first) {
    const installed = providers.map(({ id }) => id).join(', ') || 'none';
    throw createProblemError(NotFoundError, {
      what: `No provider serves ${what} (installed: ${installed}).`,
      whose: 'platform',
      remedy: 'Ask the platform team to add one to app-config.',
    });
  }
  if (others.length > 0) {
    const ids = [first, ...others].map(({ id }) => id).join(', ');
    throw createProblemError(ConflictError, {
      what: `Several providers serve ${what}: ${ids}.`,
      whose: 'platform',
      remedy: 'Ask the platform team to keep one in app-config.',
    });
  }
  return first;
}

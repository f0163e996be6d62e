import { InputError } from '@backstage/errors';
import { createProblemError } from '@self-service/plugin-providers-node';

/**
 * A path from the repository's root, as workspaces have it: without slashes at
 * its ends; empty for the root.
 *
 * @throws InputError - it leads out of the repository
 */
export function toDirectory(directory: string): string {
  const parts = directory
    .split('/')
    .filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw createProblemError(InputError, {
      what: `Not a directory of a repository: '${directory}'.`,
      remedy: 'Give its path from the root.',
    });
  }
  return parts.join('/');
}

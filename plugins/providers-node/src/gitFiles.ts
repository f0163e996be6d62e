import { InputError } from '@backstage/errors';
import { FileContent } from './git';
import { createProblemError } from './problems';

/**
 * Makes sure that there is something to commit, and where.
 *
 * @throws InputError - there are no files, or a path leads out of the repository
 * @public
 */
export function assertFiles(files: readonly FileContent[]): void {
  if (files.length === 0) {
    throw createProblemError(InputError, {
      what: 'There are no files to commit.',
      remedy: 'Change the template: the step has to produce one.',
    });
  }
  assertPaths(files);
}

/**
 * @throws InputError - a path leads out of the repository
 * @public
 */
export function assertPaths(files: readonly FileContent[]): void {
  for (const { path } of files) {
    const segments = path.split('/');
    if (segments.some(segment => ['', '.', '..', '.git'].includes(segment))) {
      throw createProblemError(InputError, {
        what: `Not a path within a repository: '${path}'.`,
        remedy: 'Change the input: no empty parts, no . or .., no .git.',
      });
    }
  }
}

import { InputError } from '@backstage/errors';
import {
  createProblemError,
  CreatePullRequest,
  FileContent,
} from '@self-service/plugin-providers-node';
import { objectAnswer } from './answers';
import { GithubClient } from './GithubClient';
import { NewTreeEntry } from './PullRequestOpener';

/**
 * Makes sure that there is something to propose, and where.
 *
 * @throws InputError - there are no files, or a path leads out of the repository
 */
export function assertFiles(files: FileContent[]): void {
  if (files.length === 0) {
    throw createProblemError(InputError, {
      what: 'A pull request needs at least one file.',
      remedy: 'Change the template: the step has to produce one.',
    });
  }
  assertPaths(files);
}

/** @throws InputError - a path leads out of the repository */
export function assertPaths(files: FileContent[]): void {
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

/** Stores files and gives the entries that a tree names them by. */
export async function storeFiles(
  client: GithubClient,
  {
    repository,
    files,
    signal,
  }: Pick<CreatePullRequest, 'repository' | 'files' | 'signal'>,
): Promise<NewTreeEntry[]> {
  const entries: NewTreeEntry[] = [];
  for (const { path, content, executable } of files) {
    const { sha } = await client.call(repository, {
      action: `store ${path} in ${repository.owner}/${repository.name}`,
      route: 'POST /repos/{owner}/{repo}/git/blobs',
      parameters: { content: content.toString('base64'), encoding: 'base64' },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    const mode = executable ? '100755' : '100644';
    entries.push({ path, mode, type: 'blob', sha });
  }
  return entries;
}

import { InputError, NotFoundError } from '@backstage/errors';
import {
  CallOptions,
  readCommitTrailer,
  Repository,
} from '@self-service/plugin-providers-node';
import {
  commitAnswer,
  contentsAnswer,
  defaultBranchAnswer,
  emptyAnswer,
  referenceAnswer,
} from './answers';
import { GithubClient } from './GithubClient';

/** The name of a repository's default branch, which may have no commit yet. */
export async function readDefaultBranch(
  client: GithubClient,
  repository: Repository,
  { signal }: CallOptions,
): Promise<string> {
  const answer = await client.call(repository, {
    action: `read repository ${repository.owner}/${repository.name}`,
    route: 'GET /repos/{owner}/{repo}',
    answer: defaultBranchAnswer,
    signal,
  });
  return answer.default_branch;
}

/** The commit that a branch points at; `undefined` where there is no branch. */
export async function findBranchHead(
  client: GithubClient,
  repository: Repository,
  branch: string,
  options: CallOptions,
): Promise<string | undefined> {
  const reference = await client.find(repository, {
    action: `look for branch ${branch} in ${repository.owner}/${repository.name}`,
    route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
    parameters: { ref: `heads/${branch}` },
    answer: referenceAnswer,
    ...options,
  });
  return reference?.object.sha;
}

/** See `GitProvider.listFiles`; GitHub names at most 1,000. */
export async function listFiles(
  client: GithubClient,
  repository: Repository,
  directory: string,
  { commit, ...options }: CallOptions & { commit: string },
): Promise<string[]> {
  const entries = await client.find(repository, {
    action: `list ${directory} of ${repository.owner}/${repository.name}`,
    route: 'GET /repos/{owner}/{repo}/contents/{path}',
    parameters: { path: directory, ref: commit },
    answer: contentsAnswer,
    ...options,
  });
  // Of a file, GitHub gives its content in place of a list.
  return Array.isArray(entries)
    ? entries.filter(({ type }) => type === 'file').map(({ path }) => path)
    : [];
}

/** Deletes a branch; one that is gone is no error. */
export async function deleteBranch(
  client: GithubClient,
  repository: Repository,
  branch: string,
  options: CallOptions,
): Promise<void> {
  try {
    await client.call(repository, {
      action: `delete branch ${branch} in ${repository.owner}/${repository.name}`,
      route: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
      parameters: { ref: `heads/${branch}` },
      answer: emptyAnswer,
      repeatable: true,
      ...options,
    });
  } catch (error) {
    // GitHub's words for one that is gone: 422 "Reference does not exist".
    const gone =
      error instanceof NotFoundError ||
      (error instanceof InputError &&
        /reference does not exist/i.test(error.message));
    if (!gone) {
      throw error;
    }
  }
}

/** Deletes a run's own branch; see `GitProvider.removeBranch`. */
export async function removeBranch(
  client: GithubClient,
  repository: Repository,
  branch: string,
  { runKey, ...options }: CallOptions & { runKey: string },
): Promise<'removed' | 'absent'> {
  const head = await findBranchHead(client, repository, branch, options);
  if (head === undefined) {
    return 'absent';
  }
  const { message } = await client.call(repository, {
    action: `read commit ${head} of ${repository.owner}/${repository.name}`,
    route: 'GET /repos/{owner}/{repo}/git/commits/{commit}',
    parameters: { commit: head },
    answer: commitAnswer,
    ...options,
  });
  if (readCommitTrailer(message) !== runKey) {
    return 'absent';
  }
  await deleteBranch(client, repository, branch, options);
  return 'removed';
}

import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  readCommitTrailer,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  acceptedAnswer,
  branchAnswer,
  commitAnswer,
  projectAnswer,
  treeEntryAnswer,
} from './answers';
import { GitlabClient, toPath } from './GitlabClient';

/** For people: all of a project's path. */
export function labelOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}

/** @throws ConflictError - the project is empty */
export async function readDefaultBranch(
  client: GitlabClient,
  repository: Repository,
  { signal }: CallOptions,
): Promise<string> {
  const label = labelOf(repository);
  const answer = await client.call({
    action: `read project ${label}`,
    path: toPath(repository),
    answer: projectAnswer.pick({ default_branch: true }),
    signal,
  });
  if (!answer.default_branch) {
    throw createProblemError(ConflictError, {
      what: `Project ${label} is empty.`,
      remedy: 'Push a first commit to it, then try again.',
      vendor: 'GitLab',
    });
  }
  return answer.default_branch;
}

/** The newest commit of a branch; `undefined` where there is no branch. */
export async function findBranchHead(
  client: GitlabClient,
  repository: Repository,
  branch: string,
  options: CallOptions,
): Promise<z.infer<typeof commitAnswer> | undefined> {
  const answer = await client.find({
    action: `look for branch ${branch} in ${labelOf(repository)}`,
    path: toPath(repository, 'repository', 'branches', branch),
    answer: branchAnswer,
    ...options,
  });
  return answer?.commit;
}

/** See `GitProvider.listFiles`. */
export async function listFiles(
  client: GitlabClient,
  repository: Repository,
  directory: string,
  { commit, ...options }: CallOptions & { commit: string },
): Promise<string[]> {
  try {
    const entries = await client.list({
      action: `list ${directory} of ${labelOf(repository)}`,
      path: toPath(repository, 'repository', 'tree'),
      query: { path: directory, ref: commit },
      answer: treeEntryAnswer,
      ...options,
    });
    return entries
      .filter(({ type }) => type === 'blob')
      .map(({ path }) => path);
  } catch (error) {
    if (error instanceof NotFoundError) {
      return [];
    }
    throw error;
  }
}

/** Deletes a branch; one that is gone is no error. */
export async function deleteBranch(
  client: GitlabClient,
  repository: Repository,
  branch: string,
  options: CallOptions,
): Promise<void> {
  try {
    await client.call({
      action: `delete branch ${branch} in ${labelOf(repository)}`,
      method: 'DELETE',
      path: toPath(repository, 'repository', 'branches', branch),
      answer: acceptedAnswer,
      repeatable: true,
      ...options,
    });
  } catch (error) {
    if (!(error instanceof NotFoundError)) {
      throw error;
    }
  }
}

/** Deletes a run's own branch; see `GitProvider.removeBranch`. */
export async function removeBranch(
  client: GitlabClient,
  repository: Repository,
  branch: string,
  { runKey, ...options }: CallOptions & { runKey: string },
): Promise<'removed' | 'absent'> {
  const head = await findBranchHead(client, repository, branch, options);
  if (!head || readCommitTrailer(head.message) !== runKey) {
    return 'absent';
  }
  await deleteBranch(client, repository, branch, options);
  return 'removed';
}

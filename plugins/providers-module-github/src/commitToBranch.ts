import { InputError } from '@backstage/errors';
import {
  assertFiles,
  assertRunKey,
  CallOptions,
  CommitFiles,
  COMMITS_LOOKED_THROUGH,
  CommitTarget,
  commitOnTop,
  CommittedFiles,
  nothingToCommit,
  orUndefined,
  problemOf,
  pushRefused,
  readCommitTrailer,
  Repository,
  toCommitTrailer,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  listedCommitAnswer,
  newCommitAnswer,
  objectAnswer,
  referenceAnswer,
} from './answers';
import { readDefaultBranch } from './branches';
import { GithubClient } from './GithubClient';
import { storeFiles } from './newFiles';
import { NewTreeEntry } from './PullRequestOpener';

type ListedCommit = z.infer<typeof listedCommitAnswer>;

/** Another push has come between, or the branch has been deleted. */
const MOVED = /not a fast.forward|does not exist/i;

/**
 * See `GitProvider.commitFiles`.
 *
 * @remarks
 * A branch is moved only from the very commit whose history was looked through,
 * so that two attempts of one run can't both commit.
 */
export async function commitToBranch(
  client: GithubClient,
  request: CommitFiles,
): Promise<CommittedFiles> {
  const { repository, files, runKey, signal } = request;
  assertRunKey(runKey);
  assertFiles(files);
  const target = await toTarget(client, repository, request);
  let entries: readonly NewTreeEntry[] | undefined;
  return commitOnTop(target, async () => {
    const commits = await readNewest(client, repository, target, { signal });
    const own = findOwn(commits, target, runKey);
    if (own) {
      return own;
    }
    entries ??= await storeFiles(client, { repository, files, signal });
    return commitOnto(client, request, { target, parent: commits[0], entries });
  });
}

/** See `GitProvider.findCommit`. */
export async function findCommit(
  client: GithubClient,
  repository: Repository,
  options: CallOptions & { branch?: string; runKey: string },
): Promise<CommittedFiles | undefined> {
  return orUndefined(
    (async () => {
      const target = await toTarget(client, repository, options);
      const { runKey, signal } = options;
      const commits = await readNewest(client, repository, target, { signal });
      return findOwn(commits, target, runKey);
    })(),
  );
}

async function toTarget(
  client: GithubClient,
  repository: Repository,
  { branch, signal }: CallOptions & { branch?: string },
): Promise<CommitTarget> {
  return {
    branch: branch ?? (await readDefaultBranch(client, repository, { signal })),
    label: `${repository.owner}/${repository.name}`,
    vendor: 'GitHub',
  };
}

/** The newest commits of a branch, its head first. */
async function readNewest(
  client: GithubClient,
  repository: Repository,
  { branch, label }: CommitTarget,
  options: CallOptions,
): Promise<[ListedCommit, ...ListedCommit[]]> {
  const reference = await client.call(repository, {
    action: `read branch ${branch} of ${label}`,
    route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
    parameters: { ref: `heads/${branch}` },
    answer: referenceAnswer,
    ...options,
  });
  return client.call(repository, {
    action: `read the newest commits of ${branch} of ${label}`,
    route: 'GET /repos/{owner}/{repo}/commits',
    // Not by the name of the branch, which may be another commit's by now.
    parameters: {
      sha: reference.object.sha,
      per_page: COMMITS_LOOKED_THROUGH,
    },
    answer: z.tuple([listedCommitAnswer], listedCommitAnswer),
    ...options,
  });
}

function findOwn(
  commits: readonly ListedCommit[],
  { branch }: CommitTarget,
  runKey: string,
): CommittedFiles | undefined {
  const own = commits.find(
    ({ commit }) => readCommitTrailer(commit.message) === runKey,
  );
  return own && { branch, commit: own.sha, url: own.html_url };
}

/** Makes the commit and moves the branch to it, if it has not moved since. */
async function commitOnto(
  client: GithubClient,
  { repository, message, runKey, signal }: CommitFiles,
  {
    target,
    parent,
    entries,
  }: {
    target: CommitTarget;
    parent: ListedCommit;
    entries: readonly NewTreeEntry[];
  },
): Promise<CommittedFiles | undefined> {
  const { branch, label } = target;
  const tree = await client.call(repository, {
    action: `create a tree in ${label}`,
    route: 'POST /repos/{owner}/{repo}/git/trees',
    parameters: { base_tree: parent.commit.tree.sha, tree: entries },
    answer: objectAnswer,
    repeatable: true,
    signal,
  });
  if (tree.sha === parent.commit.tree.sha) {
    throw nothingToCommit(target);
  }
  const commit = await client.call(repository, {
    action: `create a commit in ${label}`,
    route: 'POST /repos/{owner}/{repo}/git/commits',
    parameters: {
      message: `${message.trim()}\n\n${toCommitTrailer(runKey)}`,
      tree: tree.sha,
      parents: [parent.sha],
    },
    answer: newCommitAnswer,
    repeatable: true,
    signal,
  });
  try {
    await client.call(repository, {
      action: `move branch ${branch} of ${label}`,
      route: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
      parameters: { ref: `heads/${branch}`, sha: commit.sha, force: false },
      answer: referenceAnswer,
      repeatable: true,
      signal,
    });
  } catch (error) {
    if (!(error instanceof InputError)) {
      throw error;
    }
    const raw = problemOf(error)?.raw;
    if (MOVED.test(raw ?? '')) {
      return undefined;
    }
    // What else is refused so is against the branch's protection or a ruleset.
    throw pushRefused(target, raw);
  }
  return { branch, commit: commit.sha, url: commit.html_url };
}

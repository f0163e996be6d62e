import { InputError, NotAllowedError } from '@backstage/errors';
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
import { branchAnswer, shownCommitAnswer } from './answers';
import { labelOf, readDefaultBranch } from './branches';
import { commit, createActions } from './commitActions';
import { GitlabClient, toPath } from './GitlabClient';

/** Another push has come between: a file is there, is gone, or has changed. */
const MOVED =
  /name already exists|doesn't exist|has changed since|could not update/i;
/** "You are not allowed to push into this branch", and what hooks say. */
const PROTECTED = /not allowed to push|protected branch/i;

/**
 * See `GitProvider.commitFiles`.
 *
 * @remarks
 * Two attempts of one run can't both commit: the first has made a file that is
 * not there, or changed one since it was looked at, and GitLab refuses both.
 */
export async function commitToBranch(
  client: GitlabClient,
  request: CommitFiles,
): Promise<CommittedFiles> {
  const { repository, files, message, runKey, signal } = request;
  assertRunKey(runKey);
  assertFiles(files);
  const target = await toTarget(client, repository, request);
  return commitOnTop(target, async () => {
    const { head, own } = await look(client, repository, target, {
      runKey,
      signal,
    });
    if (own) {
      return own;
    }
    const actions = await createActions(client, repository, files, {
      ref: head,
      guarded: true,
      signal,
    });
    if (actions.length === 0) {
      throw nothingToCommit(target);
    }
    const { branch } = target;
    try {
      const made = await commit(
        client,
        repository,
        {
          branch,
          message: `${message.trim()}\n\n${toCommitTrailer(runKey)}`,
          actions,
        },
        { signal },
      );
      return { branch, commit: made.id, url: made.web_url };
    } catch (error) {
      const raw = problemOf(error)?.raw ?? '';
      const isRefused =
        error instanceof InputError || error instanceof NotAllowedError;
      if (isRefused && PROTECTED.test(raw)) {
        throw pushRefused(target, raw);
      }
      if (error instanceof InputError && MOVED.test(raw)) {
        return undefined;
      }
      throw error;
    }
  });
}

/** See `GitProvider.findCommit`. */
export async function findCommit(
  client: GitlabClient,
  repository: Repository,
  options: CallOptions & { branch?: string; runKey: string },
): Promise<CommittedFiles | undefined> {
  return orUndefined(
    (async () => {
      const target = await toTarget(client, repository, options);
      return (await look(client, repository, target, options)).own;
    })(),
  );
}

/** Looks for a run's commit among the newest of a branch. */
async function look(
  client: GitlabClient,
  repository: Repository,
  { branch, label }: CommitTarget,
  { runKey, signal }: CallOptions & { runKey: string },
): Promise<{ head: string; own?: CommittedFiles }> {
  const { commit: head } = await client.call({
    action: `read branch ${branch} of ${label}`,
    path: toPath(repository, 'repository', 'branches', branch),
    answer: branchAnswer,
    signal,
  });
  const commits = await client.call({
    action: `read the newest commits of ${branch} of ${label}`,
    path: toPath(repository, 'repository', 'commits'),
    // Not by the name of the branch, which may be another commit's by now.
    query: { ref_name: head.id, per_page: COMMITS_LOOKED_THROUGH },
    answer: z.array(shownCommitAnswer),
    signal,
  });
  const own = commits.find(
    ({ message }) => readCommitTrailer(message) === runKey,
  );
  return {
    head: head.id,
    own: own && { branch, commit: own.id, url: own.web_url },
  };
}

async function toTarget(
  client: GitlabClient,
  repository: Repository,
  { branch, signal }: CallOptions & { branch?: string },
): Promise<CommitTarget> {
  return {
    branch: branch ?? (await readDefaultBranch(client, repository, { signal })),
    label: labelOf(repository),
    vendor: 'GitLab',
  };
}

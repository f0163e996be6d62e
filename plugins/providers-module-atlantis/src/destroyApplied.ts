import { NotFoundError } from '@backstage/errors';
import {
  createProblemError,
  Destruction,
  GitProvider,
  PullRequest,
} from '@self-service/plugin-providers-node';
import {
  findApplied,
  planCarriedDestruction,
  planDestruction,
  Ruins,
} from './planDestruction';

/** A pull request, and what is needed to read what Atlantis says of it. */
interface Look {
  pullRequest: PullRequest;
  /** The server's `--vcs-status-name`. */
  statusName: string;
  /** Milliseconds since the epoch. */
  now: number;
  signal?: AbortSignal;
}

/** What is to be destroyed, and who asks for it. */
export interface Demolition extends Omit<Look, 'pullRequest'> {
  merged: PullRequest;
  /** Those that it added, of which nothing else is. */
  directories: readonly string[];
  runKey: string;
}

/** Atlantis plans a directory in which a file of this kind has changed. */
const MARK = 'destroy.tf';

/**
 * Destroys what an open pull request has applied, a step further with each
 * call, by commands on itself.
 */
export async function destroyOpen(
  git: GitProvider,
  look: Look,
): Promise<Destruction> {
  const { result, comment } = planDestruction(await readRuins(git, look));
  if (comment) {
    const { pullRequest, signal } = look;
    await git.addComment(pullRequest.url, comment, { signal });
  }
  return result;
}

/**
 * Destroys what a merged pull request has applied in directories that its revert
 * takes away, a step further with each call.
 *
 * @remarks
 * Atlantis works on open pull requests, and in directories that are there
 * (https://github.com/runatlantis/atlantis/issues/1178). So a pull request is
 * opened that only touches these directories, has them destroyed by
 * `plan -- -destroy`, and is closed unmerged. It carries the run key, and is
 * found again by its branch.
 */
export async function destroyMerged(
  git: GitProvider,
  demolition: Demolition,
): Promise<Destruction> {
  const { merged, directories } = demolition;
  const applied = findApplied(
    await readRuins(git, { ...demolition, pullRequest: merged }),
    directories,
  );
  if ('result' in applied) {
    return applied.result;
  }
  const carrier = await openCarrier(git, demolition);
  const { result, comment } = planCarriedDestruction(
    await readRuins(git, { ...demolition, pullRequest: carrier }),
    applied,
  );
  const { signal } = demolition;
  if (comment) {
    await git.addComment(carrier.url, comment, { signal });
  }
  if (result.status === 'destroyed') {
    await git.closePullRequest(carrier.url, { signal });
  }
  return { ...result, url: result.url ?? carrier.url };
}

/** Opens the pull request in which all is destroyed, or finds it. */
async function openCarrier(
  git: GitProvider,
  demolition: Demolition,
): Promise<PullRequest> {
  const { merged, directories, runKey, signal } = demolition;
  const { repository, base, number, head, url } = merged;
  const branch = `destroy-${number}-${head.branch}`;
  const found = await git.findPullRequest(repository, branch, { signal });
  if (found?.openedBy === runKey) {
    return found;
  }
  await requireDirectories(git, demolition);
  const title = `Destroy what #${number} has added`;
  return git.createPullRequest({
    repository,
    branch,
    base,
    title,
    body: `What ${url} has added is destroyed here, before its code is taken away. Nobody merges this: it is closed in the end.`,
    commitMessage: title,
    files: directories.map(directory => ({
      path: `${directory}/${MARK}`,
      content: Buffer.from(`# ${title}. Never merged.\n`),
    })),
    runKey,
    signal,
  });
}

/** An empty directory would be planned without its backend, and look destroyed. */
async function requireDirectories(
  git: GitProvider,
  { merged, directories, signal }: Demolition,
): Promise<void> {
  const { repository, base, url } = merged;
  const commit = await git.findBranch(repository, base, { signal });
  for (const directory of directories) {
    const files = commit
      ? await git.listFiles(repository, directory, { commit, signal })
      : [];
    if (files.length === 0) {
      throw createProblemError(NotFoundError, {
        what: `Directory ${directory} is not in branch ${base} any more, and what ${url} has applied there was not destroyed before.`,
        remedy:
          'Put the directory back and roll back again, or destroy by hand what it has made.',
      });
    }
  }
}

async function readRuins(
  git: GitProvider,
  { pullRequest, statusName, now, signal }: Look,
): Promise<Ruins> {
  const { repository, head, state, url } = pullRequest;
  return {
    state,
    history: await git.listCommitStatuses(repository, head.commit, {
      history: true,
      signal,
    }),
    comments: await git.listComments(url, { signal }),
    statusName,
    now,
  };
}

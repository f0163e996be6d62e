import {
  ConflictError,
  InputError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { FileContent, PullRequest, Repository } from './git';
import { createProblemError } from './problems';

/** How often a commit is made anew on top of what others have pushed. */
const MAXIMUM_TRIES = 5;

/**
 * How many of a branch's newest commits are looked through for the one that
 * carries a run's key.
 *
 * @public
 */
export const COMMITS_LOOKED_THROUGH = 100;

/** What `commitFiles` takes. @public */
export interface CommitFiles {
  repository: Repository;
  /** A branch that exists; the repository's default branch when absent. */
  branch?: string;
  message: string;
  /** At least one; they take the place of those of the same path. */
  files: FileContent[];
  /**
   * Idempotency key, written into the commit as a trailer: the newest commits of
   * the branch are looked through for it before one is made.
   */
  runKey: string;
  signal?: AbortSignal;
}

/** A commit that stands on a branch. @public */
export interface CommittedFiles {
  branch: string;
  /** Its id. */
  commit: string;
  /** Its page. */
  url: string;
}

/** Where a commit goes, for people. @public */
export interface CommitTarget {
  branch: string;
  /** The repository. */
  label: string;
  /** For people, for example `GitHub`. */
  vendor: string;
}

/**
 * Commits on top of a branch that others push to as well.
 *
 * @param attempt - looks for the run's own commit, and makes one where there is
 * none; `undefined` says that the branch has moved meanwhile
 * @throws ServiceUnavailableError - it moved each time
 * @public
 */
export async function commitOnTop(
  { branch, label, vendor }: CommitTarget,
  attempt: () => Promise<CommittedFiles | undefined>,
): Promise<CommittedFiles> {
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const made = await attempt();
    if (made) {
      return made;
    }
  }
  throw createProblemError(ServiceUnavailableError, {
    what: `Others push to ${branch} of ${label} all the time: ${MAXIMUM_TRIES} commits came too late.`,
    whose: 'vendor',
    canPass: true,
    remedy: 'Try again in a few minutes.',
    vendor,
  });
}

/**
 * A commit that would change nothing.
 *
 * @public
 */
export function nothingToCommit({
  branch,
  label,
  vendor,
}: CommitTarget): InputError {
  return createProblemError(InputError, {
    what: `Nothing to commit: ${branch} of ${label} has these files already.`,
    remedy: 'Change the input, or use what exists.',
    vendor,
  });
}

/**
 * A branch whose rules keep the portal from pushing to it.
 *
 * @param raw - the vendor's own words
 * @public
 */
export function pushRefused(
  { branch, label, vendor }: CommitTarget,
  raw: string | undefined,
): ConflictError {
  return createProblemError(ConflictError, {
    what: `${vendor} does not let the portal push to ${branch} of ${label}: the branch is protected.`,
    remedy:
      'Propose the change by a pull request (git:pull-request:create), or ask those who look after the repository to let the portal push to this branch.',
    vendor,
    raw,
  });
}

const STATES: readonly PullRequest['state'][] = ['merged', 'open', 'closed'];

/**
 * Of pull requests that have to do with a commit, the one that
 * `findPullRequestOfCommit` means.
 *
 * @public
 */
export function pickPullRequestOfCommit(
  candidates: readonly PullRequest[],
  commit: string,
): PullRequest | undefined {
  return candidates
    .filter(({ head, mergeCommit }) =>
      [head.commit, mergeCommit].includes(commit),
    )
    .sort(
      (one, other) =>
        STATES.indexOf(one.state) - STATES.indexOf(other.state) ||
        other.number - one.number,
    )[0];
}

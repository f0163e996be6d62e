import { createServiceRef } from '@backstage/backend-plugin-api';

/** A repository on a git host. @public */
export interface Repository {
  /** Host name as templates write it, for example `github.com`. */
  host: string;
  /** Organisation, group or user. */
  owner: string;
  name: string;
}

/** A pull (or merge) request. @public */
export interface PullRequest {
  repository: Repository;
  number: number;
  url: string;
  title: string;
  state: 'open' | 'closed' | 'merged';
  /** Branch and commit id that are proposed. */
  head: { branch: string; commit: string };
  /** Branch that it goes into. */
  base: string;
  /** Commit id of the merge, once merged. */
  mergeCommit?: string;
  /** The run that opened it, where we did. */
  openedBy?: string;
}

/**
 * Newest word of one checker about a commit.
 *
 * @public
 */
export interface CommitStatus {
  /** Who says it, for example `atlantis/plan`. */
  context: string;
  state: 'pending' | 'success' | 'failure' | 'error';
  /** The checker's own words. */
  description?: string;
  /** The checker's own page. */
  url?: string;
  /** ISO 8601; git hosts give whole seconds. */
  updatedAt: string;
}

/** A comment on a pull request. @public */
export interface PullRequestComment {
  url: string;
  /** Login at the git host. */
  author: string;
  body: string;
  /** ISO 8601; git hosts give whole seconds. */
  createdAt: string;
}

/** A file to commit: path from the repository's root, and its content. @public */
export interface FileContent {
  path: string;
  content: Buffer;
  executable?: boolean;
}

/** What `createPullRequest` takes. @public */
export interface CreatePullRequest {
  repository: Repository;
  /** Branch to create; deterministic, so that it is found again. */
  branch: string;
  /** Branch to merge into; the repository's default branch when absent. */
  base?: string;
  title: string;
  body: string;
  commitMessage: string;
  files: FileContent[];
  /**
   * Idempotency key, written into commit and pull request: a branch or pull
   * request that carries it is this run's own and is reused; one that does
   * not is somebody else's and a conflict.
   */
  runKey: string;
  signal?: AbortSignal;
}

/**
 * Port of the capability `git`. Errors are `@backstage/errors`:
 * `InputError` (bad request), `AuthenticationError`, `NotAllowedError`,
 * `NotFoundError`, `ConflictError` (exists, and is not ours),
 * `ServiceUnavailableError` (worth trying again).
 *
 * @public
 */
export interface GitProvider {
  /** For people and records, for example `github`. */
  readonly id: string;
  /** Whether it serves this host. */
  serves(host: string): boolean;
  /** Parses a pull request's web address; `undefined` if it isn't one of this provider. */
  parsePullRequestUrl(
    url: string,
  ): { repository: Repository; number: number } | undefined;
  /** Opens a pull request with these files, or finds this run's own. */
  createPullRequest(options: CreatePullRequest): Promise<PullRequest>;
  /** Reads a pull request. */
  getPullRequest(
    url: string,
    options?: { signal?: AbortSignal },
  ): Promise<PullRequest>;
  /** The newest status of each context on a commit, in no order. */
  listCommitStatuses(
    repository: Repository,
    commit: string,
    options?: { signal?: AbortSignal },
  ): Promise<CommitStatus[]>;
  /**
   * The comments of a pull request, oldest first; with `since` (ISO 8601)
   * those that were made or changed then or later.
   */
  listComments(
    url: string,
    options?: { since?: string; signal?: AbortSignal },
  ): Promise<PullRequestComment[]>;
  /** Comments on a pull request. Not idempotent: look at the comments first. */
  addComment(
    url: string,
    body: string,
    options?: { signal?: AbortSignal },
  ): Promise<PullRequestComment>;
}

/** Multiton: every git provider that is installed. @public */
export const gitProviderServiceRef = createServiceRef<GitProvider>({
  id: 'self-service.provider.git',
  scope: 'plugin',
  multiton: true,
});

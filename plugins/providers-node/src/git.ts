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
}

/** Multiton: every git provider that is installed. @public */
export const gitProviderServiceRef = createServiceRef<GitProvider>({
  id: 'self-service.provider.git',
  scope: 'plugin',
  multiton: true,
});

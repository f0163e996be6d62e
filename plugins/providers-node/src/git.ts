import { createServiceRef } from '@backstage/backend-plugin-api';
import type { CommitFiles, CommittedFiles } from './gitCommits';
import { MadeWithin } from './madeWithin';
import { Provider } from './provider';

/**
 * Optional parts of the git port. `internal-repositories`: a repository can be
 * seen by everybody of the organisation or the server, and by nobody else
 * (visibility `internal`). `team-permissions` has `grantTeamPermission`,
 * `listTeamPermissions` and `revokeTeamPermission`.
 *
 * @public
 */
export const GIT_FEATURES = [
  'internal-repositories',
  'team-permissions',
] as const;

/** One of {@link GIT_FEATURES}. @public */
export type GitFeature = (typeof GIT_FEATURES)[number];

/** A repository on a git host. @public */
export interface Repository {
  /** Host name as templates write it, for example `github.com`. */
  host: string;
  /** Organisation, group with those it lies in (`myorg/platform`), or user. */
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

/** A pull request with what checkers say of its head. @public */
export interface PullRequestState {
  pullRequest: PullRequest;
  /** The newest status of each context on the head, newest first. */
  statuses: CommitStatus[];
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

/** Who can see a new repository. @public */
export type RepositoryVisibility = 'private' | 'internal' | 'public';

/** What `createRepository` takes. @public */
export interface CreateRepository {
  repository: Repository;
  /** Repository whose files it starts with; an empty first commit without. */
  template?: Repository;
  visibility: RepositoryVisibility;
  description?: string;
  /**
   * Files to commit on top of what it starts with, in the place of those of the
   * same path: templates of git hosts are copied as they are, with nobody's
   * name in them.
   */
  files?: FileContent[];
  /**
   * Idempotency key: a repository that carries it (the vendor says where) is
   * this run's own and is returned; one that does not is a conflict.
   */
  runKey: string;
  signal?: AbortSignal;
}

/** A repository that exists. @public */
export interface CreatedRepository {
  repository: Repository;
  /** Its page. */
  url: string;
  /** For `git clone`. */
  cloneUrl: string;
  defaultBranch: string;
  archived: boolean;
  /** The run that created it, where one of ours did. */
  createdBy: string | undefined;
}

/**
 * What a team may do in a repository: `read` clones it, `write` pushes too,
 * `admin` changes its settings too.
 *
 * @public
 */
export const REPOSITORY_PERMISSIONS = ['read', 'write', 'admin'] as const;

/** One of {@link REPOSITORY_PERMISSIONS}. @public */
export type RepositoryPermission = (typeof REPOSITORY_PERMISSIONS)[number];

/** What a team was given on a repository. @public */
export interface TeamPermission {
  /** All of its path at the host, for example `myorg/payments`. */
  team: string;
  /**
   * Where the host has finer ones, the highest of ours that is part of it:
   * GitHub's `maintain` is `write`.
   */
  permission: RepositoryPermission;
}

/**
 * Port of the capability `git`. Errors are `@backstage/errors`:
 * `InputError` (bad request), `AuthenticationError`, `NotAllowedError`,
 * `NotFoundError`, `ConflictError` (exists, and is not ours),
 * `ServiceUnavailableError` (worth trying again).
 *
 * @public
 */
export interface GitProvider extends Provider {
  readonly capability: 'git';
  /** See {@link GIT_FEATURES}. */
  readonly features: readonly GitFeature[];
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
  /**
   * The newest status of each context on a commit, newest first; with
   * `history` every status that the vendor keeps, newest first: some put an
   * outcome in the place of the `pending` before it.
   */
  listCommitStatuses(
    repository: Repository,
    commit: string,
    options?: { history?: boolean; signal?: AbortSignal },
  ): Promise<CommitStatus[]>;
  /**
   * Reads many pull requests with the statuses of their heads, with as few
   * requests as the vendor allows; those that can't be read are left out.
   * Statuses of one second are in no order.
   *
   * @returns by the address that was asked for
   * @param onError - told of each that is left out
   */
  listPullRequestStates(
    urls: readonly string[],
    options?: {
      signal?: AbortSignal;
      onError?: (url: string, error: unknown) => void;
    },
  ): Promise<Map<string, PullRequestState>>;
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
  /**
   * Finds the newest pull request of a branch, whoever opened it; `undefined`
   * where there is none.
   */
  findPullRequest(
    repository: Repository,
    branch: string,
    options?: { signal?: AbortSignal },
  ): Promise<PullRequest | undefined>;
  /**
   * Finds the pull request of a commit that is its head, or its merge commit once
   * it is merged; `undefined` where there is none, though there may be one that
   * was closed unmerged, which not every vendor tells. Of several the merged one,
   * else the newest open one.
   */
  findPullRequestOfCommit(
    repository: Repository,
    commit: string,
    options?: { signal?: AbortSignal },
  ): Promise<PullRequest | undefined>;
  /**
   * Puts files onto a branch that exists, by one commit on top of it, or finds
   * this run's own among the newest commits there. A branch that moves meanwhile
   * is committed to where it has moved.
   *
   * @throws NotFoundError - there is no such branch
   * @throws InputError - the branch has these files already, or there are none
   * @throws ConflictError - the branch is protected, or the repository is empty
   * @throws ServiceUnavailableError - others kept pushing to it
   */
  commitFiles(request: CommitFiles): Promise<CommittedFiles>;
  /**
   * Finds what `commitFiles` of this run has made among the newest commits of a
   * branch (100 of them); `undefined` where it is not there.
   *
   * @param options.branch - the repository's default branch when absent
   */
  findCommit(
    repository: Repository,
    options: { branch?: string; runKey: string; signal?: AbortSignal },
  ): Promise<CommittedFiles | undefined>;
  /**
   * Closes a pull request without merging it and deletes its branch; a no-op
   * for one that is closed. A merged one is a `ConflictError`.
   */
  closePullRequest(
    url: string,
    options?: { comment?: string; signal?: AbortSignal },
  ): Promise<void>;
  /**
   * Takes back what `createPullRequest` of this run made before it could open
   * one: deletes the branch, if its newest commit is this run's. `absent`:
   * there is none, or it is somebody else's.
   */
  removeBranch(
    repository: Repository,
    branch: string,
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<'removed' | 'absent'>;
  /**
   * The newest commit id of a branch, whoever pushed it; `undefined` where
   * there is none.
   */
  findBranch(
    repository: Repository,
    branch: string,
    options?: { signal?: AbortSignal },
  ): Promise<string | undefined>;
  /**
   * The paths of the files that lie in a directory itself, as a commit has them;
   * none where it has no such directory.
   */
  listFiles(
    repository: Repository,
    directory: string,
    options: { commit: string; signal?: AbortSignal },
  ): Promise<string[]>;
  /**
   * Opens the pull request that takes a merged one back, or finds this run's
   * own. Files that have changed since the merge are a `ConflictError`, and so
   * is a merge that has been taken back already.
   */
  revertPullRequest(
    url: string,
    options: { runKey: string; signal?: AbortSignal },
  ): Promise<PullRequest>;
  /**
   * Merges exactly this head; a no-op when it is merged. Another head, or one
   * that can't be merged, is a `ConflictError`.
   */
  mergePullRequest(
    url: string,
    options: { head: string; signal?: AbortSignal },
  ): Promise<void>;
  /**
   * Creates a repository, or finds this run's own. Resolves when its default
   * branch has a commit, which vendors do some time after they answered, and
   * `files` are committed.
   */
  createRepository(options: CreateRepository): Promise<CreatedRepository>;
  /** Finds a repository; `undefined` where there is none that we may see. */
  findRepository(
    repository: Repository,
    options?: { signal?: AbortSignal },
  ): Promise<CreatedRepository | undefined>;
  /**
   * Takes back `createRepository` of this run: deletes it while nobody but the
   * run has pushed to it and the account may, else archives it. `absent`: there
   * is none with this name.
   *
   * @param options.made - proof in place of the run's mark, which stock actions
   * don't leave: what no run has marked and was created within this time is the
   * run's. Vendors that don't tell when a repository was created or pushed to
   * pass over it.
   * @throws ConflictError - a repository of this name is not this run's
   */
  removeRepository(
    repository: Repository,
    options: { runKey: string; made?: MadeWithin; signal?: AbortSignal },
  ): Promise<'deleted' | 'archived' | 'absent'>;
  /**
   * Feature `team-permissions`: sets what a team may do in a repository, be it
   * more or less than it may now. Said twice, it is the same.
   *
   * @param team - as the host has it: all of its path (`myorg/payments`), or its
   * name within the organisation or the top group of the repository (`payments`)
   * @throws NotFoundError - there is no such team, or no such repository
   * @throws InputError - the host gives this team none there
   */
  grantTeamPermission?(
    repository: Repository,
    team: string,
    permission: RepositoryPermission,
    options?: { signal?: AbortSignal },
  ): Promise<TeamPermission>;
  /**
   * Feature `team-permissions`: what teams were given on this very repository,
   * by path. What they have from above (an organisation's role, the group that
   * the repository lies in) is not part of it.
   *
   * @throws NotFoundError - there is no such repository
   */
  listTeamPermissions?(
    repository: Repository,
    options?: { signal?: AbortSignal },
  ): Promise<TeamPermission[]>;
  /**
   * Feature `team-permissions`: takes back what a team was given on this very
   * repository. `absent`: it has nothing, or there is no such team or
   * repository.
   *
   * @param team - as for `grantTeamPermission`
   */
  revokeTeamPermission?(
    repository: Repository,
    team: string,
    options?: { signal?: AbortSignal },
  ): Promise<'revoked' | 'absent'>;
}

/**
 * Multiton: each vendor's factory gives the git providers that app-config names, or
 * none; `.flat()` is all of them.
 *
 * @public
 */
export const gitProviderServiceRef = createServiceRef<readonly GitProvider[]>({
  id: 'self-service.provider.git',
  scope: 'root',
  multiton: true,
});

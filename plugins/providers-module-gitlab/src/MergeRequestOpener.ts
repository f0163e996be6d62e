import { ConflictError, InputError } from '@backstage/errors';
import {
  assertRunKey,
  createProblemError,
  CreatePullRequest,
  notMadeByRun,
  problemOf,
  PullRequest,
  readCommitTrailer,
  toBodyMarker,
  toCommitTrailer,
} from '@self-service/plugin-providers-node';
import {
  branchAnswer,
  escapeQuickActions,
  mergeRequestAnswer,
  MergeRequestAnswer,
  toPullRequest,
} from './answers';
import { findBranchHead, labelOf, readDefaultBranch } from './branches';
import { commit, CommitAction } from './commitActions';
import { GitlabClient, toPath } from './GitlabClient';

const BRANCH_EXISTS = /branch.+already exists/i;

/** A merge request whose files are not at hand but made out of the base. */
export type ProposedChange = Omit<CreatePullRequest, 'files'> & {
  /** What to change, given the head of the base branch. */
  createActions(base: string): Promise<readonly CommitAction[]>;
  /** The same where none of its files is in the base yet, if that may be. */
  actionsOfNew?: readonly CommitAction[];
};

/**
 * A branch's merge requests from within the project, newest first.
 *
 * @remarks
 * Those of forks may have a branch of that name too, and are others'.
 */
export async function listMergeRequests(
  client: GitlabClient,
  {
    repository,
    branch,
    signal,
  }: Pick<CreatePullRequest, 'repository' | 'branch' | 'signal'>,
): Promise<MergeRequestAnswer[]> {
  const answers = await client.list({
    action: `look for merge requests of branch ${branch} in ${labelOf(
      repository,
    )}`,
    path: toPath(repository, 'merge_requests'),
    query: { source_branch: branch, state: 'all' },
    answer: mergeRequestAnswer,
    signal,
  });
  return answers
    .filter(answer => answer.source_project_id === answer.target_project_id)
    .filter(answer => answer.source_branch === branch)
    .sort((one, other) => other.iid - one.iid);
}

/**
 * Opens one merge request, or finds what an earlier attempt of the same run
 * has made of it.
 *
 * @remarks
 * GitLab has no idempotency keys, so each thing that stays (branch, merge
 * request) is looked for before it is made, and known by the run key that it
 * carries. Branch and commit are made by one request.
 */
export class MergeRequestOpener {
  readonly #client: GitlabClient;
  readonly #request: ProposedChange;
  readonly #label: string;
  readonly #webUrl: string;

  /** @param webUrl - the project's page */
  constructor(client: GitlabClient, request: ProposedChange, webUrl: string) {
    assertRunKey(request.runKey);
    this.#client = client;
    this.#request = request;
    this.#webUrl = webUrl;
    this.#label = labelOf(request.repository);
  }

  get #message(): string {
    const { commitMessage, runKey } = this.#request;
    return `${commitMessage.trim()}\n\n${toCommitTrailer(runKey)}`;
  }

  async open(): Promise<PullRequest> {
    const found = await this.#findMergeRequest();
    if (found) {
      return found;
    }
    const { repository } = this.#request;
    const base =
      this.#request.base ??
      (await readDefaultBranch(this.#client, repository, this.#request));
    if (!(await this.#createAllNew(base)) && !(await this.#hasOwnBranch())) {
      await this.#createBranch(base);
    }
    return this.#createMergeRequest(base);
  }

  async #findMergeRequest(): Promise<PullRequest | undefined> {
    const { repository, branch, runKey } = this.#request;
    const all = (await listMergeRequests(this.#client, this.#request)).map(
      answer => toPullRequest(repository, answer),
    );
    const own = all.find(({ openedBy }) => openedBy === runKey);
    if (own?.state === 'closed') {
      throw createProblemError(ConflictError, {
        what: `Merge request ${own.url} of this run was closed without being merged.`,
        remedy: 'Reopen it and try again, or start a new run.',
        vendor: 'GitLab',
      });
    }
    const other = all.find(({ state }) => state === 'open');
    if (!own && other) {
      throw createProblemError(ConflictError, {
        what: `Merge request ${other.url} is open for branch ${branch}, and this run did not open it.`,
        remedy: 'Choose another name, or close it and delete its branch.',
        vendor: 'GitLab',
      });
    }
    return own;
  }

  async #hasOwnBranch(): Promise<boolean> {
    const { repository, branch, runKey, signal } = this.#request;
    const head = await findBranchHead(this.#client, repository, branch, {
      signal,
    });
    if (head && readCommitTrailer(head.message) !== runKey) {
      const url = `${this.#webUrl}/-/tree/${encodeURI(branch)}`;
      throw notMadeByRun(
        `Branch ${url}`,
        'Choose another name, or delete the branch.',
        'GitLab',
      );
    }
    return head !== undefined;
  }

  /**
   * Commits without a look at branch and files: mostly all of it is new, and
   * GitLab refuses the whole where it is not.
   *
   * @returns whether the branch is made
   */
  async #createAllNew(base: string): Promise<boolean> {
    const { actionsOfNew: actions, branch, repository, signal } = this.#request;
    if (!actions) {
      return false;
    }
    try {
      await commit(
        this.#client,
        repository,
        { branch, startBranch: base, message: this.#message, actions },
        { signal },
      );
      return true;
    } catch (error) {
      if (error instanceof InputError) {
        return false;
      }
      throw error;
    }
  }

  async #createBranch(base: string): Promise<void> {
    const { repository, branch, signal } = this.#request;
    const { commit: start } = await this.#client.call({
      action: `read branch ${base} of ${this.#label}`,
      path: toPath(repository, 'repository', 'branches', base),
      answer: branchAnswer,
      signal,
    });
    const actions = await this.#request.createActions(start.id);
    if (actions.length === 0) {
      throw createProblemError(InputError, {
        what: `Nothing to propose: ${base} of ${
          this.#label
        } has these files already.`,
        remedy: 'Change the input, or use what exists.',
        vendor: 'GitLab',
      });
    }
    try {
      await commit(
        this.#client,
        repository,
        {
          branch,
          start: start.id,
          message: this.#message,
          actions,
        },
        { signal },
      );
    } catch (error) {
      if (!BRANCH_EXISTS.test(problemOf(error)?.raw ?? '')) {
        throw error;
      }
      // Another attempt was quicker: fine if it was this run's.
      await this.#hasOwnBranch();
    }
  }

  async #createMergeRequest(base: string): Promise<PullRequest> {
    const { repository, branch, title, body, runKey, signal } = this.#request;
    try {
      const answer = await this.#client.call({
        action: `open a merge request in ${this.#label}`,
        method: 'POST',
        path: toPath(repository, 'merge_requests'),
        body: {
          title,
          description: `${escapeQuickActions(body.trim())}\n\n${toBodyMarker(
            runKey,
          )}`.trim(),
          source_branch: branch,
          target_branch: base,
        },
        answer: mergeRequestAnswer,
        signal,
      });
      return toPullRequest(repository, answer);
    } catch (error) {
      // "Another open merge request already exists for this source branch".
      const found =
        error instanceof ConflictError
          ? await this.#findMergeRequest()
          : undefined;
      if (found) {
        return found;
      }
      throw error;
    }
  }
}

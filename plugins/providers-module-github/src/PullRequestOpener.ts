import { ConflictError, InputError } from '@backstage/errors';
import {
  assertRunKey,
  createProblemError,
  CreatePullRequest,
  notMadeByRun,
  PullRequest,
  readCommitTrailer,
  toBodyMarker,
  toCommitTrailer,
} from '@self-service/plugin-providers-node';
import {
  objectAnswer,
  pullRequestAnswer,
  referenceAnswer,
  toPullRequest,
} from './answers';
import { GithubClient } from './GithubClient';
import { BaseCommit, BranchLook, lookAtBranch } from './lookAtBranch';

/** One entry of a tree to create; `null` for `sha` takes the path out. */
export type NewTreeEntry = {
  path: string;
  mode: string;
  type: 'blob' | 'commit';
} & ({ sha: string | null } | { content: string });

/** A pull request whose files are not at hand but made out of the base. */
export type ProposedChange = Omit<CreatePullRequest, 'files'> & {
  /** What to change, given the head of the base branch. */
  createEntries(base: BaseCommit): Promise<readonly NewTreeEntry[]>;
};

/**
 * Opens one pull request, or finds what an earlier attempt of the same run
 * has made of it.
 *
 * @remarks
 * GitHub has no idempotency keys, so each thing that stays (branch, pull
 * request) is looked for before it is made, and known by the run key that it
 * carries. Blobs, trees and commits that no branch reaches are collected by
 * git itself; making them twice leaves nothing behind.
 */
export class PullRequestOpener {
  readonly #client: GithubClient;
  readonly #request: ProposedChange;
  readonly #label: string;
  readonly #webUrl: string;

  /** @param webUrl - the repository's page */
  constructor(client: GithubClient, request: ProposedChange, webUrl: string) {
    assertRunKey(request.runKey);
    this.#client = client;
    this.#request = request;
    this.#webUrl = webUrl;
    this.#label = `${request.repository.owner}/${request.repository.name}`;
  }

  async open(): Promise<PullRequest> {
    const look = await this.#look();
    if (look.own) {
      return look.own;
    }
    if (!look.hasBranch) {
      const commit = await this.#commit(look.base);
      await this.#createBranch(commit);
    }
    return this.#createPullRequest(look.base.branch);
  }

  /**
   * What there is of it already.
   *
   * @throws ConflictError - the branch or its pull request is not this run's,
   * or people have closed it
   */
  async #look(): Promise<{
    base: BranchLook['base'];
    own: PullRequest | undefined;
    hasBranch: boolean;
  }> {
    const { branch, runKey } = this.#request;
    const { base, message, pullRequests } = await lookAtBranch(
      this.#client,
      this.#request,
    );
    const own = this.#findOwn(pullRequests);
    if (
      !own &&
      message !== undefined &&
      readCommitTrailer(message) !== runKey
    ) {
      throw notMadeByRun(
        `Branch ${this.#webUrl}/tree/${encodeURI(branch)}`,
        'Choose another name, or delete the branch.',
        'GitHub',
      );
    }
    return { base, own, hasBranch: message !== undefined };
  }

  #findOwn(all: readonly PullRequest[]): PullRequest | undefined {
    const { branch, runKey } = this.#request;
    const own = all.find(({ openedBy }) => openedBy === runKey);
    if (own?.state === 'closed') {
      throw createProblemError(ConflictError, {
        what: `Pull request ${own.url} of this run was closed without being merged.`,
        remedy: 'Reopen it and try again, or start a new run.',
        vendor: 'GitHub',
      });
    }
    const other = all.find(({ state }) => state === 'open');
    if (!own && other) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${other.url} is open for branch ${branch}, and this run did not open it.`,
        remedy: 'Choose another name, or close it and delete its branch.',
        vendor: 'GitHub',
      });
    }
    return own;
  }

  /** Returns the id of a commit with the change, which no branch names yet. */
  async #commit({ branch, head }: BranchLook['base']): Promise<string> {
    const { repository, commitMessage, runKey, signal } = this.#request;
    const entries = await this.#request.createEntries(head);
    const tree = await this.#client.call(repository, {
      action: `create a tree in ${this.#label}`,
      route: 'POST /repos/{owner}/{repo}/git/trees',
      parameters: { base_tree: head.tree.sha, tree: entries },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    if (tree.sha === head.tree.sha) {
      throw this.#nothingToChange(branch);
    }
    const commit = await this.#client.call(repository, {
      action: `create a commit in ${this.#label}`,
      route: 'POST /repos/{owner}/{repo}/git/commits',
      parameters: {
        message: `${commitMessage.trim()}\n\n${toCommitTrailer(runKey)}`,
        tree: tree.sha,
        parents: [head.sha],
      },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    return commit.sha;
  }

  async #createBranch(commit: string): Promise<void> {
    const { repository, branch, signal } = this.#request;
    try {
      await this.#client.call(repository, {
        action: `create branch ${branch} in ${this.#label}`,
        route: 'POST /repos/{owner}/{repo}/git/refs',
        parameters: { ref: `refs/heads/${branch}`, sha: commit },
        answer: referenceAnswer,
        signal,
      });
    } catch (error) {
      if (!/reference already exists/i.test(String(error))) {
        throw error;
      }
      // Another attempt was quicker: fine if it was this run's.
      await this.#look();
    }
  }

  async #createPullRequest(base: string): Promise<PullRequest> {
    const { repository, branch, title, body, runKey, signal } = this.#request;
    try {
      const answer = await this.#client.call(repository, {
        action: `open a pull request in ${this.#label}`,
        route: 'POST /repos/{owner}/{repo}/pulls',
        parameters: {
          title,
          body: `${body.trim()}\n\n${toBodyMarker(runKey)}`.trim(),
          head: branch,
          base,
        },
        answer: pullRequestAnswer,
        signal,
      });
      return toPullRequest(repository, answer);
    } catch (error) {
      if (/no commits between/i.test(String(error))) {
        throw this.#nothingToChange(base);
      }
      const found = /pull request already exists/i.test(String(error))
        ? (await this.#look()).own
        : undefined;
      if (found) {
        return found;
      }
      throw error;
    }
  }

  #nothingToChange(base: string): InputError {
    return createProblemError(InputError, {
      what: `Nothing to propose: ${base} of ${
        this.#label
      } has these files already.`,
      remedy: 'Change the input, or use what exists.',
      vendor: 'GitHub',
    });
  }
}

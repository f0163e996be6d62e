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
import { z } from 'zod';
import {
  commitAnswer,
  defaultBranchAnswer,
  objectAnswer,
  pullRequestAnswer,
  referenceAnswer,
  toPullRequest,
} from './answers';
import { GithubClient } from './GithubClient';

/** One entry of a tree to create; no `sha` takes the path out. */
export interface NewTreeEntry {
  path: string;
  mode: string;
  type: 'blob' | 'commit';
  sha: string | null;
}

/** A pull request whose files are not at hand but made out of the base. */
export type ProposedChange = Omit<CreatePullRequest, 'files'> & {
  /** What to change, given the head of the base branch. */
  createEntries(
    base: z.infer<typeof commitAnswer>,
  ): Promise<readonly NewTreeEntry[]>;
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
    const found = await this.#findPullRequest();
    if (found) {
      return found;
    }
    const base = this.#request.base ?? (await this.#readDefaultBranch());
    if (!(await this.#hasOwnBranch())) {
      const commit = await this.#commit(base);
      await this.#createBranch(commit);
    }
    return this.#createPullRequest(base);
  }

  async #findPullRequest(): Promise<PullRequest | undefined> {
    const { repository, branch, runKey, signal } = this.#request;
    const answers = await this.#client.list(repository, {
      action: `look for pull requests of branch ${branch} in ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}/pulls',
      parameters: { head: `${repository.owner}:${branch}`, state: 'all' },
      answer: pullRequestAnswer,
      signal,
    });
    const all = answers
      .map(answer => toPullRequest(repository, answer))
      .filter(({ head }) => head.branch === branch);
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

  async #readDefaultBranch(): Promise<string> {
    const { repository, signal } = this.#request;
    const answer = await this.#client.call(repository, {
      action: `read repository ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}',
      answer: defaultBranchAnswer,
      signal,
    });
    return answer.default_branch;
  }

  async #hasOwnBranch(): Promise<boolean> {
    const { repository, branch, runKey, signal } = this.#request;
    const reference = await this.#client.find(repository, {
      action: `look for branch ${branch} in ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ref: `heads/${branch}` },
      answer: referenceAnswer,
      signal,
    });
    if (!reference) {
      return false;
    }
    const commit = await this.#readCommit(reference.object.sha);
    if (readCommitTrailer(commit.message) !== runKey) {
      const url = `${this.#webUrl}/tree/${encodeURI(branch)}`;
      throw notMadeByRun(
        `Branch ${url}`,
        'Choose another name, or delete the branch.',
        'GitHub',
      );
    }
    return true;
  }

  #readCommit(commit: string) {
    const { repository, signal } = this.#request;
    return this.#client.call(repository, {
      action: `read commit ${commit} of ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}/git/commits/{commit}',
      parameters: { commit },
      answer: commitAnswer,
      signal,
    });
  }

  /** Returns the id of a commit with the change, which no branch names yet. */
  async #commit(base: string): Promise<string> {
    const { repository, commitMessage, runKey, signal } = this.#request;
    const reference = await this.#client.call(repository, {
      action: `read branch ${base} of ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ref: `heads/${base}` },
      answer: referenceAnswer,
      signal,
    });
    const parent = await this.#readCommit(reference.object.sha);
    const entries = await this.#request.createEntries(parent);
    const tree = await this.#client.call(repository, {
      action: `create a tree in ${this.#label}`,
      route: 'POST /repos/{owner}/{repo}/git/trees',
      parameters: { base_tree: parent.tree.sha, tree: entries },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    if (tree.sha === parent.tree.sha) {
      throw this.#nothingToChange(base);
    }
    const commit = await this.#client.call(repository, {
      action: `create a commit in ${this.#label}`,
      route: 'POST /repos/{owner}/{repo}/git/commits',
      parameters: {
        message: `${commitMessage.trim()}\n\n${toCommitTrailer(runKey)}`,
        tree: tree.sha,
        parents: [parent.sha],
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
      await this.#hasOwnBranch();
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
        ? await this.#findPullRequest()
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

import { ConflictError, InputError } from '@backstage/errors';
import {
  CreatePullRequest,
  FileContent,
  PullRequest,
} from '@self-service/plugin-providers-node';
import {
  commitAnswer,
  objectAnswer,
  pullRequestAnswer,
  referenceAnswer,
  repositoryAnswer,
  toPullRequest,
} from './answers';
import { GithubClient } from './GithubClient';
import {
  assertRunKey,
  readCommitTrailer,
  toBodyMarker,
  toCommitTrailer,
} from './runMarks';

function assertFiles(files: FileContent[]): void {
  if (files.length === 0) {
    throw new InputError('A pull request needs at least one file');
  }
  for (const { path } of files) {
    const segments = path.split('/');
    if (segments.some(segment => ['', '.', '..', '.git'].includes(segment))) {
      throw new InputError(`Not a path within a repository: '${path}'`);
    }
  }
}

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
  readonly #request: CreatePullRequest;
  readonly #label: string;
  readonly #webUrl: string;

  /** @param webUrl - the repository's page */
  constructor(
    client: GithubClient,
    request: CreatePullRequest,
    webUrl: string,
  ) {
    assertRunKey(request.runKey);
    assertFiles(request.files);
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
      throw new ConflictError(
        `Pull request ${own.url} of this run was closed without being merged. Reopen it and try again, or start a new run.`,
      );
    }
    const other = all.find(({ state }) => state === 'open');
    if (!own && other) {
      throw new ConflictError(
        `Pull request ${other.url} is open for branch ${branch}, and this run did not open it. Choose another name, or close it and delete its branch.`,
      );
    }
    return own;
  }

  async #readDefaultBranch(): Promise<string> {
    const { repository, signal } = this.#request;
    const answer = await this.#client.call(repository, {
      action: `read repository ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}',
      answer: repositoryAnswer,
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
      throw new ConflictError(
        `Branch ${url} exists, and this run did not make it. Choose another name, or delete the branch.`,
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

  /** Returns the id of a commit with the files, which no branch names yet. */
  async #commit(base: string): Promise<string> {
    const { repository, files, commitMessage, runKey, signal } = this.#request;
    const reference = await this.#client.call(repository, {
      action: `read branch ${base} of ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ref: `heads/${base}` },
      answer: referenceAnswer,
      signal,
    });
    const parent = await this.#readCommit(reference.object.sha);
    const entries = [];
    for (const file of files) {
      entries.push(await this.#createBlob(file));
    }
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

  async #createBlob({ path, content, executable }: FileContent) {
    const { repository, signal } = this.#request;
    const blob = await this.#client.call(repository, {
      action: `store ${path} in ${this.#label}`,
      route: 'POST /repos/{owner}/{repo}/git/blobs',
      parameters: { content: content.toString('base64'), encoding: 'base64' },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    const mode = executable ? '100755' : '100644';
    return { path, mode, type: 'blob', sha: blob.sha };
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
    return new InputError(
      `Nothing to propose: ${base} of ${
        this.#label
      } has these files already. Change the input, or use what exists.`,
    );
  }
}

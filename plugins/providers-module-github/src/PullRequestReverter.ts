import { ConflictError } from '@backstage/errors';
import {
  createProblemError,
  PullRequest,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { changedFileAnswer, commitAnswer } from './answers';
import { GithubClient } from './GithubClient';
import { BaseCommit } from './lookAtBranch';
import { NewTreeEntry, PullRequestOpener } from './PullRequestOpener';
import { TreeEntry, TreeReader } from './TreeReader';

type Commit = z.infer<typeof commitAnswer>;

function isSame(one: TreeEntry | undefined, other: TreeEntry | undefined) {
  return one?.sha === other?.sha && one?.mode === other?.mode;
}

/**
 * Opens the pull request that takes a merged one back.
 *
 * @remarks
 * GitHub's REST API has no revert, and its GraphQL one names the branch by
 * itself, so that an attempt whose answer was lost would not find it again. So
 * the revert is built: every file that the pull request changed gets what it
 * was before the merge, if it still is what the merge made of it.
 */
export class PullRequestReverter {
  readonly #client: GithubClient;
  readonly #pullRequest: PullRequest;
  readonly #options: { runKey: string; signal?: AbortSignal };
  readonly #trees: TreeReader;
  readonly #label: string;

  constructor(
    client: GithubClient,
    pullRequest: PullRequest,
    options: { runKey: string; signal?: AbortSignal },
  ) {
    const { repository } = pullRequest;
    this.#client = client;
    this.#pullRequest = pullRequest;
    this.#options = options;
    this.#trees = new TreeReader(client, repository, options.signal);
    this.#label = `${repository.owner}/${repository.name}`;
  }

  /** @param webUrl - the repository's page */
  async open(webUrl: string): Promise<PullRequest> {
    const { repository, number, title, url, base } = this.#pullRequest;
    const opener = new PullRequestOpener(
      this.#client,
      {
        ...this.#options,
        repository,
        // Not GitHub's revert-<number>-<branch>: a person may have that one.
        branch: `self-service-revert-${number}`,
        base,
        title: `Revert "${title}"`,
        body: `Takes back ${url}.`,
        commitMessage: `Revert "${title}"\n\nTakes back ${url}.`,
        createEntries: now => this.#createEntries(now),
      },
      webUrl,
    );
    return opener.open();
  }

  async #createEntries(now: BaseCommit): Promise<NewTreeEntry[]> {
    const { mergeCommit } = this.#pullRequest;
    if (!mergeCommit) {
      throw this.#conflict(
        `Pull request ${this.#pullRequest.url} is not merged.`,
        'Close it instead.',
      );
    }
    const merged = await this.#readCommit(mergeCommit);
    const before = await this.#readCommit(merged.parents[0].sha);
    const entries: NewTreeEntry[] = [];
    for (const path of await this.#listPaths()) {
      const entry = await this.#revertPath(path, { before, merged, now });
      entries.push(...(entry ? [entry] : []));
    }
    if (entries.length === 0) {
      throw this.#conflict(
        `Nothing is left to take back of ${
          this.#pullRequest.url
        }: its files are what they were before.`,
        'If somebody reverted it by hand, make sure that this was applied too.',
      );
    }
    return entries;
  }

  async #revertPath(
    path: string,
    commits: Record<'before' | 'merged' | 'now', Pick<BaseCommit, 'tree'>>,
  ): Promise<NewTreeEntry | undefined> {
    const [before, merged, now] = await Promise.all(
      [commits.before, commits.merged, commits.now].map(({ tree }) =>
        this.#trees.find(tree.sha, path),
      ),
    );
    if (isSame(now, before)) {
      return undefined;
    }
    const { url } = this.#pullRequest;
    if (isSame(before, merged)) {
      // The commits of a pull request that was rebased have several parents' worth of changes.
      throw this.#conflict(
        `What ${path} was before ${url} can't be told from the merge.`,
        'Revert the pull request by hand.',
      );
    }
    if (!isSame(now, merged)) {
      throw this.#conflict(
        `${path} in ${this.#label} has changed since ${url} was merged.`,
        'Look at the later change, and revert by hand what has to go.',
      );
    }
    const type = (before ?? merged)?.type === 'commit' ? 'commit' : 'blob';
    return before
      ? { path, mode: before.mode, type, sha: before.sha }
      : { path, mode: merged!.mode, type, sha: null };
  }

  /** The paths that the pull request changed; renamed ones by both names. */
  async #listPaths(): Promise<string[]> {
    const { repository, number, url } = this.#pullRequest;
    const files = await this.#client.list(repository, {
      action: `read the files of ${url}`,
      route: 'GET /repos/{owner}/{repo}/pulls/{number}/files',
      parameters: { number },
      answer: changedFileAnswer,
      signal: this.#options.signal,
    });
    const paths = files.flatMap(({ filename, status, previous_filename }) =>
      status === 'renamed' && previous_filename
        ? [filename, previous_filename]
        : [filename],
    );
    return [...new Set(paths)];
  }

  #readCommit(commit: string): Promise<Commit> {
    return this.#client.call(this.#pullRequest.repository, {
      action: `read commit ${commit} of ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}/git/commits/{commit}',
      parameters: { commit },
      answer: commitAnswer,
      signal: this.#options.signal,
    });
  }

  #conflict(what: string, remedy: string): ConflictError {
    return createProblemError(ConflictError, {
      what,
      remedy,
      vendor: 'GitHub',
    });
  }
}

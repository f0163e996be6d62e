import { ConflictError } from '@backstage/errors';
import {
  createProblemError,
  mapLimited,
  PullRequest,
} from '@self-service/plugin-providers-node';
import {
  commitAnswer,
  diffAnswer,
  mergeRequestAnswer,
  toPullRequest,
} from './answers';
import { labelOf } from './branches';
import { CommitAction, FileFacts, findFile } from './commitActions';
import { GitlabClient, toPath } from './GitlabClient';
import { MergeRequestOpener } from './MergeRequestOpener';

type Target = Pick<PullRequest, 'repository' | 'number' | 'url'>;
interface Commits {
  before: string;
  merged: string;
  now: string;
}

function isSame(one: FileFacts | undefined, other: FileFacts | undefined) {
  return one?.blob === other?.blob && one?.executable === other?.executable;
}

/**
 * Opens the merge request that takes a merged one back.
 *
 * @remarks
 * GitLab reverts a commit onto a branch that exists and words the commit by
 * itself, so that an attempt whose answer was lost would not know it again. So
 * the revert is built: every file that the merge request changed gets what it
 * was before the merge, if it still is what the merge made of it.
 */
export class MergeRequestReverter {
  readonly #client: GitlabClient;
  readonly #target: Target;
  readonly #options: { runKey: string; signal?: AbortSignal };

  constructor(
    client: GitlabClient,
    target: Target,
    options: { runKey: string; signal?: AbortSignal },
  ) {
    this.#client = client;
    this.#target = target;
    this.#options = options;
  }

  /** @param webUrl - the project's page */
  async open(webUrl: string): Promise<PullRequest> {
    const { repository, number, url } = this.#target;
    const answer = await this.#client.call({
      action: `read merge request ${url}`,
      path: toPath(repository, 'merge_requests', number),
      answer: mergeRequestAnswer,
      signal: this.#options.signal,
    });
    const { title, base, mergeCommit } = toPullRequest(repository, answer);
    // By fast-forward there is no commit of the merge's own.
    const own = answer.merge_commit_sha ?? answer.squash_commit_sha;
    const opener = new MergeRequestOpener(
      this.#client,
      {
        ...this.#options,
        repository,
        branch: `self-service-revert-${number}`,
        base,
        title: `Revert "${title}"`,
        body: `Takes back ${url}.`,
        commitMessage: `Revert "${title}"\n\nTakes back ${url}.`,
        createActions: async now => {
          if (!mergeCommit) {
            throw this.#conflict(
              `Merge request ${url} is not merged.`,
              'Close it instead.',
            );
          }
          const before = own
            ? await this.#readParent(own)
            : answer.diff_refs?.base_sha ?? mergeCommit;
          return this.#createActions({ before, merged: mergeCommit, now });
        },
      },
      webUrl,
    );
    return opener.open();
  }

  async #readParent(commit: string): Promise<string> {
    const { repository } = this.#target;
    const { parent_ids: parents } = await this.#client.call({
      action: `read commit ${commit} of ${labelOf(repository)}`,
      path: toPath(repository, 'repository', 'commits', commit),
      answer: commitAnswer,
      signal: this.#options.signal,
    });
    return parents[0];
  }

  async #createActions(commits: Commits): Promise<CommitAction[]> {
    const actions = await mapLimited(await this.#listPaths(), path =>
      this.#revertPath(path, commits),
    );
    if (actions.flat().length === 0) {
      throw this.#conflict(
        `Nothing is left to take back of ${
          this.#target.url
        }: its files are what they were before.`,
        'If somebody reverted it by hand, make sure that this was applied too.',
      );
    }
    return actions.flat();
  }

  async #revertPath(path: string, commits: Commits): Promise<CommitAction[]> {
    const { url, repository } = this.#target;
    const [before, merged, now] = await Promise.all(
      [commits.before, commits.merged, commits.now].map(ref =>
        findFile(this.#client, repository, { path, ref }, this.#options),
      ),
    );
    if (isSame(now, before)) {
      return [];
    }
    if (isSame(before, merged)) {
      throw this.#conflict(
        `What ${path} was before ${url} can't be told from the merge.`,
        'Revert the merge request by hand.',
      );
    }
    if (!isSame(now, merged)) {
      throw this.#conflict(
        `${path} in ${labelOf(
          repository,
        )} has changed since ${url} was merged.`,
        'Look at the later change, and revert by hand what has to go.',
      );
    }
    if (!before) {
      return [{ action: 'delete', file_path: path }];
    }
    const content = await this.#client.readBytes({
      action: `read ${path} of ${labelOf(repository)}`,
      path: toPath(repository, 'repository', 'blobs', before.blob, 'raw'),
      signal: this.#options.signal,
    });
    return [
      {
        action: now ? 'update' : 'create',
        file_path: path,
        content: content.toString('base64'),
        encoding: 'base64',
      },
      ...(before.executable === (now?.executable ?? false)
        ? []
        : [
            {
              action: 'chmod' as const,
              file_path: path,
              execute_filemode: before.executable,
            },
          ]),
    ];
  }

  /** The paths that the merge request changed; renamed ones by both names. */
  async #listPaths(): Promise<string[]> {
    const { repository, number, url } = this.#target;
    const diffs = await this.#client.list({
      action: `read the changes of ${url}`,
      path: toPath(repository, 'merge_requests', number, 'diffs'),
      answer: diffAnswer,
      signal: this.#options.signal,
    });
    const paths = diffs.flatMap(diff => [diff.new_path, diff.old_path]);
    return [...new Set(paths)];
  }

  #conflict(what: string, remedy: string): ConflictError {
    return createProblemError(ConflictError, {
      what,
      remedy,
      vendor: 'GitLab',
    });
  }
}

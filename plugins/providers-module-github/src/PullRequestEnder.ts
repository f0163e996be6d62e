import { ConflictError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  problemOf,
  PullRequest,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  commentAnswer,
  mergeAnswer,
  pullRequestAnswer,
  repositoryAnswer,
  toPullRequest,
} from './answers';
import { deleteBranch, findBranchHead } from './branches';
import { GithubClient } from './GithubClient';

type Answer = z.infer<typeof pullRequestAnswer>;
type Parsed = Pick<PullRequest, 'repository' | 'number' | 'url'>;

/** Closes and merges a pull request; each as often as it is asked. */
export class PullRequestEnder {
  readonly #client: GithubClient;
  readonly #target: Parsed;
  readonly #options: CallOptions;
  readonly #label: string;

  constructor(client: GithubClient, target: Parsed, options: CallOptions) {
    const { repository } = target;
    this.#client = client;
    this.#target = target;
    this.#options = options;
    this.#label = `${repository.owner}/${repository.name}`;
  }

  /** Closes it and deletes its branch; see `GitProvider.closePullRequest`. */
  async close(comment?: string): Promise<void> {
    const { url, repository, number } = this.#target;
    const answer = await this.#read();
    if (answer.merged_at) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${url} is merged and can't be closed.`,
        remedy: 'Revert it instead.',
        vendor: 'GitHub',
      });
    }
    if (answer.state === 'open') {
      await this.#comment(comment);
      const closed = await this.#client.call(repository, {
        action: `close pull request ${url}`,
        route: 'PATCH /repos/{owner}/{repo}/pulls/{number}',
        parameters: { number, state: 'closed' },
        answer: pullRequestAnswer,
        repeatable: true,
        ...this.#options,
      });
      // Merged between the look and the closing: GitHub closes nothing then.
      if (closed.merged_at) {
        return this.close();
      }
    }
    return this.#deleteBranch(answer);
  }

  /** Merges one head; see `GitProvider.mergePullRequest`. */
  async merge(head: string): Promise<void> {
    const { url, repository, number } = this.#target;
    const answer = await this.#read();
    this.#assertMergeable(answer, head);
    if (answer.merged_at) {
      return;
    }
    try {
      await this.#client.call(repository, {
        action: `merge pull request ${url}`,
        route: 'PUT /repos/{owner}/{repo}/pulls/{number}/merge',
        parameters: {
          number,
          sha: head,
          merge_method: await this.#chooseMethod(),
        },
        answer: mergeAnswer,
        ...this.#options,
      });
    } catch (error) {
      await this.#explainRefusal(error, head);
    }
  }

  /** Somebody may have been quicker, or it has conflicts. */
  async #explainRefusal(error: unknown, head: string): Promise<void> {
    const problem = problemOf(error);
    if (problem?.status !== 405 && problem?.status !== 409) {
      throw error;
    }
    const answer = await this.#read();
    this.#assertMergeable(answer, head);
    if (answer.merged_at) {
      return;
    }
    throw createProblemError(ConflictError, {
      ...problem,
      what: `GitHub does not merge ${this.#target.url}: ${problem.raw?.replace(
        /[.\s]+$/,
        '',
      )}.`,
      remedy:
        'Look at its checks, required reviews and conflicts, then try again.',
      canPass: /base branch was modified/i.test(problem.raw ?? ''),
    });
  }

  #assertMergeable({ head, state, merged_at: merged }: Answer, wanted: string) {
    const { url } = this.#target;
    if (head.sha !== wanted) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${url} has moved on: its head is ${head.sha}, and not ${wanted}.`,
        remedy: 'Look at what was pushed, and have it decided on.',
        vendor: 'GitHub',
      });
    }
    if (state === 'closed' && !merged) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${url} was closed without being merged.`,
        remedy: 'Reopen it, then try again.',
        vendor: 'GitHub',
      });
    }
  }

  /** The first that the repository allows; it shows this to those who may write. */
  async #chooseMethod(): Promise<'merge' | 'squash' | 'rebase'> {
    const answer = await this.#client.call(this.#target.repository, {
      action: `read repository ${this.#label}`,
      route: 'GET /repos/{owner}/{repo}',
      answer: repositoryAnswer,
      ...this.#options,
    });
    if (answer.allow_merge_commit ?? true) {
      return 'merge';
    }
    return answer.allow_squash_merge ? 'squash' : 'rebase';
  }

  /** Comments once: an attempt that was killed afterwards finds it. */
  async #comment(body: string | undefined): Promise<void> {
    if (!body) {
      return;
    }
    const { url, repository, number } = this.#target;
    const comments = await this.#client.list(repository, {
      action: `read the comments of ${url}`,
      route: 'GET /repos/{owner}/{repo}/issues/{number}/comments',
      parameters: { number },
      answer: commentAnswer,
      ...this.#options,
    });
    if (comments.some(comment => comment.body === body)) {
      return;
    }
    await this.#client.call(repository, {
      action: `comment on ${url}`,
      route: 'POST /repos/{owner}/{repo}/issues/{number}/comments',
      parameters: { number, body },
      answer: commentAnswer,
      ...this.#options,
    });
  }

  async #deleteBranch({ head }: Answer): Promise<void> {
    const { repository } = this.#target;
    if (head.repo?.full_name.toLowerCase() !== this.#label.toLowerCase()) {
      return;
    }
    const current = await findBranchHead(
      this.#client,
      repository,
      head.ref,
      this.#options,
    );
    // Another commit is somebody's work of after the closing.
    if (current === head.sha) {
      await deleteBranch(this.#client, repository, head.ref, this.#options);
    }
  }

  #read(): Promise<Answer> {
    const { url, repository, number } = this.#target;
    return this.#client.call(repository, {
      action: `read pull request ${url}`,
      route: 'GET /repos/{owner}/{repo}/pulls/{number}',
      parameters: { number },
      answer: pullRequestAnswer,
      ...this.#options,
    });
  }
}

/** The newest pull request of a branch, whoever opened it. */
export async function findPullRequest(
  client: GithubClient,
  repository: PullRequest['repository'],
  branch: string,
  options: CallOptions,
): Promise<PullRequest | undefined> {
  const { owner, name } = repository;
  const answers = await client.list(repository, {
    action: `look for pull requests of branch ${branch} in ${owner}/${name}`,
    route: 'GET /repos/{owner}/{repo}/pulls',
    parameters: { head: `${owner}:${branch}`, state: 'all' },
    answer: pullRequestAnswer,
    ...options,
  });
  return (
    answers
      .map(answer => toPullRequest(repository, answer))
      .filter(({ head }) => head.branch === branch)
      // Numbers only grow.
      .sort((one, other) => other.number - one.number)[0]
  );
}

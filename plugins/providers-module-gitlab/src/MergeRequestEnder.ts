import { ConflictError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  HttpClient,
  problemOf,
  PullRequest,
} from '@self-service/plugin-providers-node';
import {
  escapeQuickActions,
  mergeRequestAnswer,
  MergeRequestAnswer,
  noteAnswer,
  toComment,
} from './answers';
import { deleteBranch, findBranchHead } from './branches';
import { GitlabClient, toPath } from './GitlabClient';

type Target = Pick<PullRequest, 'repository' | 'number' | 'url'>;

/** GitLab looks by itself whether a merge request can be merged; it passes. */
const PASSING = ['preparing', 'unchecked', 'checking', 'approvals_syncing'];
const FIRST_WAIT_MILLISECONDS = 200;
const CHECKING_LIMIT_MILLISECONDS = 30_000;
/** Not mergeable now, another head, conflicts. */
const REFUSALS = [405, 406, 409, 422];

/** Closes and merges a merge request; each as often as it is asked. */
export class MergeRequestEnder {
  readonly #client: GitlabClient;
  readonly #http: Pick<HttpClient, 'now' | 'sleep'>;
  readonly #target: Target;
  readonly #options: CallOptions;

  constructor(
    client: GitlabClient,
    http: Pick<HttpClient, 'now' | 'sleep'>,
    target: Target,
    options: CallOptions,
  ) {
    this.#client = client;
    this.#http = http;
    this.#target = target;
    this.#options = options;
  }

  /** Closes it and deletes its branch; see `GitProvider.closePullRequest`. */
  async close(comment?: string): Promise<void> {
    const { url, repository, number } = this.#target;
    const answer = await this.#read();
    if (answer.state === 'opened') {
      await this.#comment(comment);
      const closed = await this.#client.call({
        action: `close merge request ${url}`,
        method: 'PUT',
        path: toPath(repository, 'merge_requests', number),
        body: { state_event: 'close' },
        answer: mergeRequestAnswer,
        repeatable: true,
        ...this.#options,
      });
      // Merged between the look and the closing: GitLab closes nothing then.
      return closed.state === 'closed'
        ? this.#deleteBranch(answer)
        : this.#refuseClosing();
    }
    return answer.state === 'closed'
      ? this.#deleteBranch(answer)
      : this.#refuseClosing();
  }

  #refuseClosing(): never {
    throw createProblemError(ConflictError, {
      what: `Merge request ${this.#target.url} is merged and can't be closed.`,
      remedy: 'Revert it instead.',
      vendor: 'GitLab',
    });
  }

  /** Merges one head; see `GitProvider.mergePullRequest`. */
  async merge(head: string): Promise<void> {
    // Without a look: mostly it can be merged, and GitLab says where not.
    const refused = await this.#tryToMerge(head);
    if (!refused || (await this.#isMerged(head))) {
      return;
    }
    // Now GitLab has looked whether it can be.
    const problem = await this.#tryToMerge(head);
    // Somebody may have been quicker, or have pushed.
    if (!problem || (await this.#isMerged(head))) {
      return;
    }
    const { url } = this.#target;
    throw createProblemError(ConflictError, {
      ...problem,
      what: `GitLab does not merge ${url}: ${problem?.raw?.replace(
        /[.\s]+$/,
        '',
      )}.`,
      remedy:
        'Look at its pipeline, required approvals, open threads and conflicts, then try again.',
      vendor: 'GitLab',
    });
  }

  /** @returns why GitLab does not; `undefined` when it is merged */
  async #tryToMerge(head: string): Promise<ReturnType<typeof problemOf>> {
    const { url, repository, number } = this.#target;
    try {
      await this.#client.call({
        action: `merge ${url}`,
        method: 'PUT',
        path: toPath(repository, 'merge_requests', number, 'merge'),
        body: { sha: head },
        answer: mergeRequestAnswer,
        ...this.#options,
      });
      return undefined;
    } catch (error) {
      const problem = problemOf(error);
      if (!REFUSALS.includes(problem?.status ?? 0)) {
        throw error;
      }
      return problem;
    }
  }

  /**
   * Whether it is merged, once GitLab has looked whether it can be.
   *
   * @throws ConflictError - it has another head, or was closed
   */
  async #isMerged(head: string): Promise<boolean> {
    const end = this.#http.now() + CHECKING_LIMIT_MILLISECONDS;
    let wait = FIRST_WAIT_MILLISECONDS;
    for (;;) {
      const answer = await this.#read();
      this.#assertMergeable(answer, head);
      const passes = PASSING.includes(answer.detailed_merge_status ?? '');
      if (answer.state !== 'opened' || !passes) {
        return answer.state === 'merged';
      }
      if (this.#http.now() + wait > end) {
        return false;
      }
      await this.#http.sleep(wait, this.#options.signal);
      wait *= 2;
    }
  }

  #assertMergeable({ sha, state }: MergeRequestAnswer, wanted: string): void {
    const { url } = this.#target;
    if (sha !== wanted) {
      throw createProblemError(ConflictError, {
        what: `Merge request ${url} has moved on: its head is ${sha}, and not ${wanted}.`,
        remedy: 'Look at what was pushed, and have it decided on.',
        vendor: 'GitLab',
      });
    }
    if (state === 'closed') {
      throw createProblemError(ConflictError, {
        what: `Merge request ${url} was closed without being merged.`,
        remedy: 'Reopen it, then try again.',
        vendor: 'GitLab',
      });
    }
  }

  /** Comments once: an attempt that was killed afterwards finds it. */
  async #comment(body: string | undefined): Promise<void> {
    if (!body) {
      return;
    }
    const { url, repository, number } = this.#target;
    const path = toPath(repository, 'merge_requests', number, 'notes');
    const notes = await this.#client.list({
      action: `read the notes of ${url}`,
      path,
      answer: noteAnswer,
      ...this.#options,
    });
    if (notes.some(note => toComment(url, note).body === body)) {
      return;
    }
    await this.#client.call({
      action: `comment on ${url}`,
      method: 'POST',
      path,
      body: { body: escapeQuickActions(body) },
      answer: noteAnswer,
      ...this.#options,
    });
  }

  async #deleteBranch(answer: MergeRequestAnswer): Promise<void> {
    const { repository } = this.#target;
    const { source_branch: branch } = answer;
    if (answer.source_project_id !== answer.target_project_id) {
      return;
    }
    const head = await findBranchHead(
      this.#client,
      repository,
      branch,
      this.#options,
    );
    // Another commit is somebody's work of after the closing.
    if (head && head.id === answer.sha) {
      await deleteBranch(this.#client, repository, branch, this.#options);
    }
  }

  #read(): Promise<MergeRequestAnswer> {
    const { url, repository, number } = this.#target;
    return this.#client.call({
      action: `read merge request ${url}`,
      path: toPath(repository, 'merge_requests', number),
      answer: mergeRequestAnswer,
      ...this.#options,
    });
  }
}

import { ConflictError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  GitProvider,
  InfrastructureRun,
  PullRequest,
} from '@self-service/plugin-providers-node';
import { RunDocument } from './documents';
import { HcpClient } from './HcpClient';
import { isConfirmable, readApplies, readPlans, RunPage } from './readRuns';
import { confirmRun, stopRun } from './runActions';
import { RunFinder } from './RunFinder';
import { isFailed } from './runStatuses';

const CLOSED = 'The pull request was closed without being merged.';
/** Merge commits whose pull request is remembered, for webhooks. */
const MAXIMUM_HEADS = 5_000;

/** @throws ConflictError - the pull request has another head */
export function requireHead(
  url: string,
  { head }: PullRequest,
  wanted: string,
): void {
  if (head.commit !== wanted) {
    throw createProblemError(ConflictError, {
      what: `Pull request ${url} has moved on: its head is ${head.commit}, and ${wanted} was decided on.`,
      remedy: 'Have the new head decided on, or put the old one back.',
    });
  }
}

/**
 * What the organization does with pull requests: plan-only runs of their heads,
 * and of what is merged runs that apply it once they are confirmed.
 */
export class PullRequestRuns {
  readonly #runs: RunFinder;
  readonly #client: HcpClient;
  readonly #toUrl: RunPage;
  /** Merge commit → head of its pull request. */
  readonly #heads = new Map<string, string>();

  constructor(runs: RunFinder, client: HcpClient, toUrl: RunPage) {
    this.#runs = runs;
    this.#client = client;
    this.#toUrl = toUrl;
  }

  /** Reads where a pull request stands. */
  async read(
    pullRequestUrl: string,
    pullRequest: PullRequest,
    options: CallOptions,
  ): Promise<InfrastructureRun> {
    const { head, state } = pullRequest;
    const common = {
      pullRequestUrl,
      head: head.commit,
      merged: state === 'merged',
    };
    if (state === 'merged') {
      const applies = await this.#findApplies(pullRequest, options);
      return { ...common, ...readApplies(applies, this.#toUrl) };
    }
    const plans = await this.#findPlans(pullRequest, options);
    const summary = readPlans(plans, this.#toUrl);
    return {
      ...common,
      ...summary,
      ...(state === 'closed' &&
        summary.status !== 'failed' && {
          status: 'failed',
          failedPhase: 'apply',
          description: CLOSED,
        }),
    };
  }

  /** See `InfrastructureProvider.startApply`; the head is the right one. */
  async start(
    git: GitProvider,
    url: string,
    pullRequest: PullRequest,
    options: CallOptions,
  ): Promise<void> {
    switch (pullRequest.state) {
      case 'closed':
        throw createProblemError(ConflictError, {
          what: `Pull request ${url} was closed, and HCP Terraform applies what is merged.`,
          remedy: 'Start a new run.',
        });
      case 'open':
        return this.#merge(git, url, pullRequest, options);
      default:
        return this.#confirm(pullRequest, options);
    }
  }

  /** Discards or cancels what is not over. */
  async stop(pullRequest: PullRequest, options: CallOptions): Promise<void> {
    const documents = [
      ...(await this.#findPlans(pullRequest, options)),
      ...(await this.#findApplies(pullRequest, options)),
    ];
    for (const document of documents) {
      await stopRun(this.#client, document, options);
    }
  }

  /** See `HcpTerraformProvider.findCommits`. */
  async findCommits(runId: string, options: CallOptions): Promise<string[]> {
    const { ingress } = await this.#runs.read(runId, options);
    const commit = ingress?.['commit-sha'] ?? undefined;
    const head = commit && this.#heads.get(commit);
    return [commit, head].filter(one => one !== undefined);
  }

  /** Merges what is planned; where a plan has failed it is made anew. */
  async #merge(
    git: GitProvider,
    url: string,
    pullRequest: PullRequest,
    options: CallOptions,
  ): Promise<void> {
    const plans = await this.#findPlans(pullRequest, options);
    if (await this.#repeatFailed(plans, options)) {
      return;
    }
    if (readPlans(plans, this.#toUrl).status !== 'planned') {
      throw createProblemError(ConflictError, {
        what: `HCP Terraform has not planned ${url} yet.`,
        whose: 'vendor',
        canPass: true,
        remedy: 'Wait for its plan, then try again.',
        vendor: 'HCP Terraform',
      });
    }
    const head = pullRequest.head.commit;
    await git.mergePullRequest(url, { head, ...options });
  }

  /** Confirms what waits for it, and starts anew what has failed. */
  async #confirm(
    pullRequest: PullRequest,
    options: CallOptions,
  ): Promise<void> {
    const applies = await this.#findApplies(pullRequest, options);
    await this.#repeatFailed(applies, options);
    for (const document of applies.filter(isConfirmable)) {
      await confirmRun(this.#client, document, options);
    }
  }

  async #repeatFailed(
    documents: readonly RunDocument[],
    options: CallOptions,
  ): Promise<boolean> {
    const failed = documents.filter(({ run }) =>
      isFailed(run.attributes.status),
    );
    for (const document of failed) {
      await this.#runs.repeat(document, options);
    }
    return failed.length > 0;
  }

  #findPlans(
    { repository, head }: PullRequest,
    options: CallOptions,
  ): Promise<RunDocument[]> {
    return this.#runs.find(repository, head.commit, 'plan_only', options);
  }

  async #findApplies(
    { repository, mergeCommit, head }: PullRequest,
    options: CallOptions,
  ): Promise<RunDocument[]> {
    if (!mergeCommit) {
      return [];
    }
    this.#heads.set(mergeCommit, head.commit);
    if (this.#heads.size > MAXIMUM_HEADS) {
      this.#heads.delete([...this.#heads.keys()][0]);
    }
    return this.#runs.find(repository, mergeCommit, 'plan_and_apply', options);
  }
}

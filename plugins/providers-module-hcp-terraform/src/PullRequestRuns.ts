import { ConflictError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  GitProvider,
  InfrastructureRun,
  PullRequest,
  Repository,
} from '@self-service/plugin-providers-node';
import { RunDocument } from './documents';
import { HcpClient } from './HcpClient';
import { isConfirmable, readApplies, readPlans, RunPage } from './readRuns';
import { confirmRun, stopRun } from './runActions';
import { RunFinder } from './RunFinder';
import { isFailed } from './runStatuses';

interface Where {
  repository: Repository;
  commit: string;
}

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
    git: GitProvider,
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
      const applies = await this.#findApplies(git, pullRequest, options);
      return { ...common, ...readApplies(applies, this.#toUrl) };
    }
    const plans = await this.#findPlans(git, pullRequest, options);
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
        return this.#confirm(git, pullRequest, options);
    }
  }

  /** Discards or cancels what is not over. */
  async stop(
    git: GitProvider,
    pullRequest: PullRequest,
    options: CallOptions,
  ): Promise<void> {
    const documents = [
      ...(await this.#findPlans(git, pullRequest, options)),
      ...(await this.#findApplies(git, pullRequest, options)),
    ];
    for (const document of documents) {
      await stopRun(this.#client, document, options);
    }
  }

  /** See `HcpTerraformProvider.findCommits`. */
  async findCommits(runId: string, options: CallOptions): Promise<string[]> {
    const commit = await this.#runs.findCommit(runId, options);
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
    const plans = await this.#findPlans(git, pullRequest, options);
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
    git: GitProvider,
    pullRequest: PullRequest,
    options: CallOptions,
  ): Promise<void> {
    const applies = await this.#findApplies(git, pullRequest, {
      ...options,
      toStart: true,
    });
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

  async #findPlans(
    git: GitProvider,
    { repository, head }: PullRequest,
    options: CallOptions,
  ): Promise<RunDocument[]> {
    const { commit } = head;
    const found = await this.#runs.find(
      repository,
      commit,
      'plan_only',
      options,
    );
    const astray = await this.#findAstray(found, git, {
      repository,
      commit,
      ...options,
    });
    return leaveOutEmpty(found, astray);
  }

  /**
   * The runs that apply a merge. What others make right after it has its first
   * run of the same commit, in which its directory is missing: such a run is
   * this pull request's only where its workspace has planned the head.
   */
  async #findApplies(
    git: GitProvider,
    { repository, mergeCommit, head }: PullRequest,
    options: CallOptions & { toStart?: boolean },
  ): Promise<RunDocument[]> {
    if (!mergeCommit) {
      return [];
    }
    this.#heads.set(mergeCommit, head.commit);
    if (this.#heads.size > MAXIMUM_HEADS) {
      this.#heads.delete([...this.#heads.keys()][0]);
    }
    const found = await this.#runs.find(
      repository,
      mergeCommit,
      'plan_and_apply',
      options,
    );
    const { signal } = options;
    const astray = await this.#findAstray(found, git, {
      repository,
      commit: mergeCommit,
      signal,
    });
    if (astray.size === 0) {
      return found;
    }
    const plans = await this.#runs.find(repository, head.commit, 'plan_only', {
      signal,
    });
    const planned = new Set(plans.map(workspaceOf));
    const own = found.filter(
      document => !astray.has(document) || planned.has(workspaceOf(document)),
    );
    return leaveOutEmpty(own, astray);
  }

  /** What has failed because its directory is not there. */
  async #findAstray(
    documents: readonly RunDocument[],
    git: GitProvider,
    { repository, commit, signal }: CallOptions & Where,
  ): Promise<Set<RunDocument>> {
    const astray = new Set<RunDocument>();
    for (const document of documents) {
      const { run, workspace } = document;
      const directory = workspace?.attributes['working-directory'];
      if (isFailed(run.attributes.status) && directory) {
        const options = { commit, signal };
        const files = await git.listFiles(repository, directory, options);
        if (files.length === 0) {
          astray.add(document);
        }
      }
    }
    return astray;
  }
}

/**
 * Leaves out what is astray where nothing is managed: beside others, it stands
 * for nothing that is to be done. Alone it stays a failure, since nothing was
 * planned.
 */
function leaveOutEmpty(
  documents: RunDocument[],
  astray: ReadonlySet<RunDocument>,
): RunDocument[] {
  const needed = documents.filter(
    document =>
      !astray.has(document) ||
      document.workspace?.attributes['resource-count'] !== 0,
  );
  return needed.length > 0 ? needed : documents;
}

function workspaceOf({ run }: RunDocument): string {
  return run.relationships.workspace.data.id;
}

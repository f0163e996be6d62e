import { Config } from '@backstage/config';
import { ConflictError, InputError } from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  chooseProvider,
  CommitStatus,
  createProblemError,
  Destruction,
  findRunOfCommit,
  GitProvider,
  HttpClient,
  InfrastructureOutputs,
  InfrastructureProvider,
  InfrastructureRun,
  InfrastructureWorkspace,
  ProviderHealth,
  PullRequest,
  PullRequestComment,
  Repository,
  SecretReference,
} from '@self-service/plugin-providers-node';
import { checkHealth } from './checkHealth';
import { AtlantisConfig, readAtlantisConfig } from './config';
import { APPLY, isCommand, isRecent, PLAN } from './commands';
import { destroyMerged, destroyOpen } from './destroyApplied';
import { OutputReader } from './OutputReader';
import { readStatuses, StatusSummary } from './readStatuses';

/** @public */
export interface AtlantisProviderOptions {
  gitProviders: readonly GitProvider[];
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
}

interface CallOptions {
  signal?: AbortSignal;
}

/** What is known of a pull request before anything is asked. */
interface Target {
  git: GitProvider;
  server: AtlantisConfig;
  repository: Repository;
}

/** What is found out about a pull request, before it is made a run. */
type Reading = StatusSummary &
  Pick<InfrastructureRun, 'pullRequestUrl' | 'head' | 'merged'> & {
    closed: boolean;
  };

const CLOSED = 'The pull request was closed without being merged.';
const PLANNING_ANEW = 'Atlantis was asked for a new plan.';

const isApply = ({ context }: CommitStatus) =>
  /\/apply(: |$)/.test(context) ? 1 : 0;

/** Whether it can be told from their times which came first, to the second. */
function isOrdered(statuses: readonly CommitStatus[]): boolean {
  const secondsOf = (kind: number) =>
    statuses
      .filter(status => isApply(status) === kind)
      .map(({ updatedAt }) => Date.parse(updatedAt));
  const applies = new Set(secondsOf(1));
  return !secondsOf(0).some(second => applies.has(second));
}

/**
 * Statuses of one second that came in no order: an apply follows its plan. A
 * plan that follows a failed apply within a second is seen by a look at its
 * pull request alone.
 */
function orderSeconds(statuses: CommitStatus[]): CommitStatus[] {
  return [...statuses].sort(
    (one, other) =>
      Date.parse(other.updatedAt) - Date.parse(one.updatedAt) ||
      isApply(other) - isApply(one),
  );
}

/**
 * The infrastructure port on Atlantis, which speaks through the pull request:
 * commit statuses say where it stands, comments start what it does.
 *
 * @remarks
 * Not through Atlantis' own API, which is alpha and plans anew before it
 * applies. Not through its comments, which are localised and overridable.
 *
 * @public
 */
export class AtlantisProvider implements InfrastructureProvider {
  readonly id = 'atlantis';
  readonly capability = 'infrastructure';
  readonly vendor = 'Atlantis';
  readonly endpoint: string;
  /** It plans whatever changes, and nothing stops what it has begun. */
  readonly features = [];
  readonly #servers: readonly AtlantisConfig[];
  readonly #gitProviders: readonly GitProvider[];
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;
  readonly #outputs: OutputReader;

  static fromConfig(
    config: Config,
    options: AtlantisProviderOptions,
  ): AtlantisProvider {
    return new AtlantisProvider(readAtlantisConfig(config), options);
  }

  private constructor(
    servers: readonly AtlantisConfig[],
    options: AtlantisProviderOptions,
  ) {
    this.#servers = servers;
    const [first] = servers;
    this.endpoint = first?.state
      ? new URL(first.state.url).origin
      : `https://${first?.gitHost}`;
    this.#gitProviders = options.gitProviders;
    this.#http =
      options.http ??
      HttpClient.create({ vendor: 'The Terraform state server' });
    this.#outputs = new OutputReader(this.id, servers, this.#http);
  }

  async checkHealth({ signal }: CallOptions = {}): Promise<ProviderHealth> {
    return checkHealth(this.#servers, this.#http, signal);
  }

  serves(pullRequestUrl: string): boolean {
    return this.#findTarget(pullRequestUrl) !== undefined;
  }

  servesRepository({ host }: Repository): boolean {
    return this.#servers.some(({ gitHost }) => gitHost === host);
  }

  async createWorkspaces(): Promise<InfrastructureWorkspace[]> {
    return [];
  }

  async findWorkspace(): Promise<undefined> {
    return undefined;
  }

  async removeWorkspace(): Promise<'absent'> {
    return 'absent';
  }

  async cancel(): Promise<void> {}

  async getRun(
    pullRequestUrl: string,
    options: CallOptions = {},
  ): Promise<InfrastructureRun> {
    const reading = await this.#read(pullRequestUrl, options);
    return this.#toRun(reading, options);
  }

  async findRun(
    repository: Repository,
    commit: string,
    options: CallOptions = {},
  ): Promise<InfrastructureRun | undefined> {
    return findRunOfCommit(
      this,
      this.#gitProviders,
      repository,
      commit,
      options,
    );
  }

  async getRuns(
    pullRequestUrls: readonly string[],
    options: CallOptions & {
      onError?: (pullRequestUrl: string, error: unknown) => void;
    } = {},
  ): Promise<InfrastructureRun[]> {
    const { signal, onError = () => {} } = options;
    const urls = new Map<GitProvider, string[]>();
    for (const url of new Set(pullRequestUrls)) {
      try {
        const { git } = this.#getTarget(url);
        urls.set(git, [...(urls.get(git) ?? []), url]);
      } catch (error) {
        onError(url, error);
      }
    }
    const runs: InfrastructureRun[] = [];
    for (const [git, some] of urls) {
      const states = await git.listPullRequestStates(some, { signal, onError });
      for (const [url, { pullRequest, statuses }] of states) {
        try {
          const reading = this.#readStatuses(
            url,
            pullRequest,
            orderSeconds(statuses),
          );
          runs.push(await this.#toRun(reading, { signal }));
        } catch (error) {
          signal?.throwIfAborted();
          onError(url, error);
        }
      }
    }
    return runs;
  }

  async startApply(
    pullRequestUrl: string,
    { head, ...options }: CallOptions & { head: string },
  ): Promise<void> {
    const { git } = this.#getTarget(pullRequestUrl);
    const run = await this.#read(pullRequestUrl, options);
    if (run.head !== head) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${pullRequestUrl} has moved on: its head is ${run.head}, and ${head} was decided on.`,
        remedy: 'Have the new head decided on, or put the old one back.',
      });
    }
    const hasFailed = run.failedAt !== undefined;
    if (run.status !== 'planned' && !hasFailed) {
      this.#assertStarted(run);
      return;
    }
    if (run.closed || run.merged) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${pullRequestUrl} was ${
          run.merged ? 'merged' : 'closed'
        } before its plan was applied, and Atlantis applies open ones only.`,
        remedy: 'Start a new run.',
      });
    }
    const asked = hasFailed
      ? await this.#isPlanning(run, options)
      : await this.#isAsked(run, options);
    if (!asked) {
      await git.addComment(pullRequestUrl, hasFailed ? PLAN : APPLY, options);
    }
  }

  async destroy(
    pullRequestUrl: string,
    {
      runKey,
      directories = [],
      signal,
    }: CallOptions & { runKey: string; directories?: readonly string[] },
  ): Promise<Destruction> {
    const { git, server } = this.#getTarget(pullRequestUrl);
    const pullRequest = await git.getPullRequest(pullRequestUrl, { signal });
    const { statusName } = server;
    const now = this.#http.now();
    if (pullRequest.state !== 'merged') {
      return destroyOpen(git, { pullRequest, statusName, now, signal });
    }
    if (directories.length === 0) {
      throw createProblemError(ConflictError, {
        what: `Pull request ${pullRequestUrl} is merged.`,
        remedy: 'Revert it, and apply the revert.',
      });
    }
    return destroyMerged(git, {
      merged: pullRequest,
      directories,
      runKey,
      statusName,
      now,
      signal,
    });
  }

  async getOutputs(
    run: InfrastructureRun,
    options: CallOptions = {},
  ): Promise<InfrastructureOutputs> {
    const { server, repository } = this.#getTarget(run.pullRequestUrl);
    return this.#outputs.read(server, repository, run, options);
  }

  async readSensitive(
    references: Record<string, SecretReference>,
    options: CallOptions = {},
  ): Promise<Record<string, JsonValue>> {
    return this.#outputs.readSensitive(references, options);
  }

  async #read(
    pullRequestUrl: string,
    { signal }: CallOptions,
  ): Promise<Reading> {
    const { git, repository } = this.#getTarget(pullRequestUrl);
    let failure: unknown;
    const states = await git.listPullRequestStates([pullRequestUrl], {
      signal,
      onError: (_, error) => {
        failure = error;
      },
    });
    const state = states.get(pullRequestUrl);
    if (!state) {
      throw failure;
    }
    const { pullRequest, statuses } = state;
    const { commit } = pullRequest.head;
    return this.#readStatuses(
      pullRequestUrl,
      pullRequest,
      isOrdered(statuses)
        ? statuses
        : await git.listCommitStatuses(repository, commit, { signal }),
    );
  }

  #readStatuses(
    pullRequestUrl: string,
    { head, state }: PullRequest,
    statuses: CommitStatus[],
  ): Reading {
    const { server } = this.#getTarget(pullRequestUrl);
    return {
      pullRequestUrl,
      head: head.commit,
      merged: state === 'merged',
      closed: state === 'closed',
      ...readStatuses(statuses, server.statusName),
    };
  }

  async #toRun(
    reading: Reading,
    options: CallOptions,
  ): Promise<InfrastructureRun> {
    const { plannedAt: _, failedAt, closed, ...run } = reading;
    // Atlantis drops its plans then, and leaves the statuses as they are.
    if (closed && !['applied', 'failed'].includes(run.status)) {
      return {
        ...run,
        status: 'failed',
        failedPhase: 'apply',
        description: CLOSED,
      };
    }
    if (failedAt && (await this.#isPlanning(reading, options))) {
      return {
        ...run,
        status: 'planning',
        failedPhase: undefined,
        description: PLANNING_ANEW,
      };
    }
    return run;
  }

  /** Whether somebody has asked for a new plan since plan or apply failed. */
  async #isPlanning(
    { pullRequestUrl, failedAt: since, failedPhase, closed, merged }: Reading,
    options: CallOptions,
  ): Promise<boolean> {
    if (!since || closed || merged) {
      return false;
    }
    const comments = await this.#listComments(pullRequestUrl, since, options);
    return comments.some(
      comment =>
        isCommand(comment, PLAN) &&
        isRecent(comment, this.#http.now()) &&
        // Of the second in which a plan failed, the one that asked for it.
        (failedPhase === 'apply' ||
          Date.parse(comment.createdAt) > Date.parse(since)),
    );
  }

  /** Whether somebody has asked for the apply of the plan that stands. */
  async #isAsked(
    { pullRequestUrl, plannedAt: since }: Reading,
    options: CallOptions,
  ): Promise<boolean> {
    const comments = await this.#listComments(pullRequestUrl, since, options);
    // Of the second in which the plan was made, those for the plan before.
    const last = comments.findLastIndex(comment => isCommand(comment, PLAN));
    return comments
      .slice(last + 1)
      .some(
        comment =>
          isCommand(comment, APPLY) && isRecent(comment, this.#http.now()),
      );
  }

  async #listComments(
    pullRequestUrl: string,
    since: string | undefined,
    options: CallOptions,
  ): Promise<PullRequestComment[]> {
    const { git } = this.#getTarget(pullRequestUrl);
    const comments = await git.listComments(pullRequestUrl, {
      since,
      ...options,
    });
    // Git hosts list what was changed since then: ask when it was made.
    return comments.filter(
      ({ createdAt }) =>
        Date.parse(createdAt) >= Date.parse(since ?? createdAt),
    );
  }

  /** Nothing to do where the apply is under way or over; else says why it can't start. */
  #assertStarted({ pullRequestUrl, status }: InfrastructureRun): void {
    if (['applying', 'applied'].includes(status)) {
      return;
    }
    throw createProblemError(ConflictError, {
      what: `Atlantis has not planned ${pullRequestUrl} yet.`,
      whose: 'vendor',
      canPass: true,
      remedy: 'Wait for its plan, then try again.',
      vendor: 'Atlantis',
    });
  }

  #getTarget(pullRequestUrl: string): Target {
    const target = this.#findTarget(pullRequestUrl);
    if (!target) {
      throw createProblemError(InputError, {
        what: `Not a pull request of a git host in providers.atlantis: ${pullRequestUrl}.`,
        remedy: 'Check the address.',
      });
    }
    return target;
  }

  #findTarget(pullRequestUrl: string): Target | undefined {
    const git = this.#gitProviders.filter(provider =>
      provider.parsePullRequestUrl(pullRequestUrl),
    );
    const parsed = git[0]?.parsePullRequestUrl(pullRequestUrl);
    const server = this.#servers.find(
      ({ gitHost }) => gitHost === parsed?.repository.host,
    );
    if (!parsed || !server) {
      return undefined;
    }
    const { repository } = parsed;
    return {
      git: chooseProvider(git, () => true, `git host ${repository.host}`),
      server,
      repository,
    };
  }
}

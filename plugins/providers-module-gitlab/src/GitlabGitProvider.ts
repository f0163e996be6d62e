import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  DefaultGitlabCredentialsProvider,
  GitlabCredentialsProvider,
  GitLabIntegrationConfig,
  ScmIntegrations,
} from '@backstage/integration';
import {
  assertFiles,
  CallOptions,
  CommitFiles,
  CommittedFiles,
  CommitStatus,
  CreatedRepository,
  createProblemError,
  CreatePullRequest,
  CreateRepository,
  GitFeature,
  GitProvider,
  HttpClient,
  MadeWithin,
  ProviderHealth,
  PullRequest,
  PullRequestComment,
  PullRequestState,
  Repository,
  RepositoryPermission,
  RequestLimit,
  TeamPermission,
} from '@self-service/plugin-providers-node';
import {
  escapeQuickActions,
  mergeRequestAnswer,
  noteAnswer,
  statusAnswer,
  toComment,
  toPullRequest,
  toStatus,
} from './answers';
import { findBranchHead, labelOf, listFiles, removeBranch } from './branches';
import { createActions, toActions } from './commitActions';
import { commitToBranch, findCommit } from './commitToBranch';
import { GitlabClient, toPath } from './GitlabClient';
import { checkGitlabHealth } from './gitlabHealth';
import { MergeRequestAddress, readMergeRequests } from './MergeRequestBatch';
import { MergeRequestEnder } from './MergeRequestEnder';
import { findMergeRequestOfCommit } from './mergeRequestOfCommit';
import { listMergeRequests, MergeRequestOpener } from './MergeRequestOpener';
import { MergeRequestReverter } from './MergeRequestReverter';
import { ProjectKeeper } from './ProjectKeeper';
import { TeamPermissions } from './TeamPermissions';

/**
 * What gitlab.com lets an account ask for, less a tenth for others with the
 * same: 2,000 requests a minute. Source: "Rate limits on GitLab.com".
 */
const REQUEST_LIMITS: readonly RequestLimit[] = [
  { most: 1_800, window: 60_000 },
];

/** @public */
export interface GitlabGitProviderOptions {
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now' | 'sleep'>;
}

const DEFAULT_HOST = 'gitlab.com';
const MERGE_REQUEST_PATH =
  /^\/([\w.-]+(?:\/[\w.-]+)*)\/([\w.-]+)\/-\/merge_requests\/([1-9]\d*)(?:\/|$)/;

/**
 * The git port on GitLab's REST API, for one host of `integrations.gitlab`. A
 * repository's `owner` is a group with those that it lies in, or a user.
 *
 * @public
 */
export class GitlabGitProvider implements GitProvider {
  readonly id: string;
  readonly capability = 'git';
  readonly vendor = 'GitLab';
  readonly endpoint: string;
  readonly features: readonly GitFeature[];
  readonly #config: GitLabIntegrationConfig;
  readonly #client: GitlabClient;
  readonly #http: Pick<HttpClient, 'now' | 'sleep'>;
  readonly #projects: ProjectKeeper;
  readonly #teams: TeamPermissions;

  /** One for each entry of `integrations.gitlab`; none without. */
  static listFromConfig(
    config: Config,
    options: GitlabGitProviderOptions = {},
  ): GitlabGitProvider[] {
    const integrations = ScmIntegrations.fromConfig(config);
    const credentials =
      DefaultGitlabCredentialsProvider.fromIntegrations(integrations);
    return (config.getOptionalConfigArray('integrations.gitlab') ?? []).map(
      (entry, index) => {
        const host = entry.getOptionalString('host') ?? DEFAULT_HOST;
        const integration = integrations.gitlab.byHost(host);
        if (!integration) {
          throw new InputError(`There is no integration for ${host}`);
        }
        const id = index === 0 ? 'gitlab' : `gitlab:${host}`;
        return new GitlabGitProvider(id, integration.config, {
          ...options,
          credentials,
        });
      },
    );
  }

  private constructor(
    id: string,
    config: GitLabIntegrationConfig,
    options: GitlabGitProviderOptions & {
      credentials: GitlabCredentialsProvider;
    },
  ) {
    const http =
      options.http ??
      HttpClient.create({ vendor: 'GitLab', limits: REQUEST_LIMITS });
    this.id = id;
    this.endpoint = new URL(config.apiBaseUrl).origin;
    // gitlab.com has none: everybody would be of its one organisation.
    this.features =
      config.host === DEFAULT_HOST
        ? ['team-permissions']
        : ['internal-repositories', 'team-permissions'];
    this.#config = config;
    this.#http = http;
    this.#client = new GitlabClient(config, options.credentials, http);
    this.#projects = new ProjectKeeper(this.#client, http);
    this.#teams = new TeamPermissions(this.#client);
  }

  serves(host: string): boolean {
    return this.#config.host === host;
  }

  checkHealth(options: CallOptions = {}): Promise<ProviderHealth> {
    return checkGitlabHealth(this.#client, this.#http, options);
  }

  /** Takes addresses on the integration's host, and below its `baseUrl`. */
  parsePullRequestUrl(
    url: string,
  ): { repository: Repository; number: number } | undefined {
    if (!URL.canParse(url)) {
      return undefined;
    }
    const { protocol, host: urlHost, origin, pathname } = new URL(url);
    const { host, baseUrl } = this.#config;
    const base = new URL(baseUrl);
    const prefix = base.pathname.replace(/\/$/, '');
    const isOurs =
      (protocol === 'https:' && host === urlHost) || origin === base.origin;
    const match = pathname.startsWith(`${prefix}/`)
      ? pathname.slice(prefix.length).match(MERGE_REQUEST_PATH)
      : undefined;
    if (!isOurs || !match) {
      return undefined;
    }
    const [, owner, name, number] = match;
    return { repository: { host, owner, name }, number: Number(number) };
  }

  async createPullRequest(request: CreatePullRequest): Promise<PullRequest> {
    assertFiles(request.files);
    const { files, ...rest } = request;
    const { repository, signal } = request;
    const change = {
      ...rest,
      createActions: (base: string) =>
        createActions(this.#client, repository, files, { ref: base, signal }),
      actionsOfNew: files.flatMap(file => toActions(file, undefined)),
    };
    const webUrl = this.#getWebUrl(repository);
    return new MergeRequestOpener(this.#client, change, webUrl).open();
  }

  async getPullRequest(
    url: string,
    options: CallOptions = {},
  ): Promise<PullRequest> {
    const { repository, number } = this.#parse(url);
    const answer = await this.#client.call({
      action: `read merge request ${url}`,
      path: toPath(repository, 'merge_requests', number),
      answer: mergeRequestAnswer,
      ...options,
    });
    return toPullRequest(repository, answer);
  }

  async listCommitStatuses(
    repository: Repository,
    commit: string,
    { history, ...options }: CallOptions & { history?: boolean } = {},
  ): Promise<CommitStatus[]> {
    const answers = await this.#client.list({
      action: `read the statuses of commit ${commit} of ${labelOf(repository)}`,
      path: toPath(repository, 'repository', 'commits', commit, 'statuses'),
      query: { all: history ?? false },
      answer: statusAnswer,
      ...options,
    });
    const statuses = answers
      .map(answer => ({ id: answer.id, status: toStatus(answer) }))
      .sort(
        (one, other) =>
          Date.parse(other.status.updatedAt) -
            Date.parse(one.status.updatedAt) || other.id - one.id,
      )
      .map(({ status }) => status);
    // A commit of several branches has a pipeline in each.
    const seen = new Set<string>();
    return history
      ? statuses
      : statuses.filter(
          ({ context }) => !seen.has(context) && seen.add(context),
        );
  }

  async listPullRequestStates(
    urls: readonly string[],
    options: CallOptions & {
      onError?: (url: string, error: unknown) => void;
    } = {},
  ): Promise<Map<string, PullRequestState>> {
    const { signal } = options;
    const addresses: MergeRequestAddress[] = [];
    for (const url of new Set(urls)) {
      try {
        addresses.push({ url, ...this.#parse(url) });
      } catch (error) {
        options.onError?.(url, error);
      }
    }
    return readMergeRequests(this.#client, addresses, {
      ...options,
      listStatuses: (repository, commit) =>
        this.listCommitStatuses(repository, commit, { signal }),
    });
  }

  async listComments(
    url: string,
    { since, ...options }: CallOptions & { since?: string } = {},
  ): Promise<PullRequestComment[]> {
    const { repository, number } = this.#parse(url);
    const notes = await this.#client.list({
      action: `read the notes of ${url}`,
      path: toPath(repository, 'merge_requests', number, 'notes'),
      query: { sort: 'asc', order_by: 'created_at' },
      answer: noteAnswer,
      ...options,
    });
    const start = since === undefined ? -Infinity : Date.parse(since);
    return notes
      .filter(note => !note.system && Date.parse(note.updated_at) >= start)
      .map(note => toComment(url, note));
  }

  async addComment(
    url: string,
    body: string,
    options: CallOptions = {},
  ): Promise<PullRequestComment> {
    const { repository, number } = this.#parse(url);
    const answer = await this.#client.call({
      action: `comment on ${url}`,
      method: 'POST',
      path: toPath(repository, 'merge_requests', number, 'notes'),
      body: { body: escapeQuickActions(body) },
      answer: noteAnswer,
      ...options,
    });
    return toComment(url, answer);
  }

  async findPullRequest(
    repository: Repository,
    branch: string,
    options: CallOptions = {},
  ): Promise<PullRequest | undefined> {
    const [newest] = await listMergeRequests(this.#client, {
      repository,
      branch,
      ...options,
    });
    return newest && toPullRequest(repository, newest);
  }

  async findPullRequestOfCommit(
    repository: Repository,
    commit: string,
    options: CallOptions = {},
  ): Promise<PullRequest | undefined> {
    return findMergeRequestOfCommit(this.#client, repository, commit, options);
  }

  async commitFiles(request: CommitFiles): Promise<CommittedFiles> {
    return commitToBranch(this.#client, request);
  }

  async findCommit(
    repository: Repository,
    options: CallOptions & { branch?: string; runKey: string },
  ): Promise<CommittedFiles | undefined> {
    return findCommit(this.#client, repository, options);
  }

  async closePullRequest(
    url: string,
    { comment, ...options }: CallOptions & { comment?: string } = {},
  ): Promise<void> {
    await this.#end(url, options).close(comment);
  }

  async removeBranch(
    repository: Repository,
    branch: string,
    options: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent'> {
    return removeBranch(this.#client, repository, branch, options);
  }

  async findBranch(
    repository: Repository,
    branch: string,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const head = await findBranchHead(
      this.#client,
      repository,
      branch,
      options,
    );
    return head?.id;
  }

  async listFiles(
    repository: Repository,
    directory: string,
    options: CallOptions & { commit: string },
  ): Promise<string[]> {
    return listFiles(this.#client, repository, directory, options);
  }

  async revertPullRequest(
    url: string,
    options: CallOptions & { runKey: string },
  ): Promise<PullRequest> {
    const target = { url, ...this.#parse(url) };
    return new MergeRequestReverter(this.#client, target, options).open(
      this.#getWebUrl(target.repository),
    );
  }

  async mergePullRequest(
    url: string,
    { head, ...options }: CallOptions & { head: string },
  ): Promise<void> {
    await this.#end(url, options).merge(head);
  }

  async createRepository(
    request: CreateRepository,
  ): Promise<CreatedRepository> {
    return this.#projects.create(request);
  }

  async findRepository(
    repository: Repository,
    options: CallOptions = {},
  ): Promise<CreatedRepository | undefined> {
    return this.#projects.find(repository, options);
  }

  async removeRepository(
    repository: Repository,
    options: CallOptions & { runKey: string; made?: MadeWithin },
  ): Promise<'deleted' | 'archived' | 'absent'> {
    return this.#projects.remove(repository, options);
  }

  async grantTeamPermission(
    repository: Repository,
    team: string,
    permission: RepositoryPermission,
    options: CallOptions = {},
  ): Promise<TeamPermission> {
    return this.#teams.grant(repository, team, permission, options);
  }

  async listTeamPermissions(
    repository: Repository,
    options: CallOptions = {},
  ): Promise<TeamPermission[]> {
    return this.#teams.list(repository, options);
  }

  async revokeTeamPermission(
    repository: Repository,
    team: string,
    options: CallOptions = {},
  ): Promise<'revoked' | 'absent'> {
    return this.#teams.revoke(repository, team, options);
  }

  #end(url: string, options: CallOptions): MergeRequestEnder {
    const target = { url, ...this.#parse(url) };
    return new MergeRequestEnder(this.#client, this.#http, target, options);
  }

  #getWebUrl(repository: Repository): string {
    return `${this.#config.baseUrl}/${labelOf(repository)}`;
  }

  #parse(url: string) {
    const parsed = this.parsePullRequestUrl(url);
    if (!parsed) {
      throw createProblemError(InputError, {
        what: `Not a merge request of ${this.#config.host}: ${url}.`,
        remedy: 'Check the address, and integrations.gitlab in app-config.',
      });
    }
    return parsed;
  }
}

import { LoggerService } from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  DefaultGithubCredentialsProvider,
  GithubIntegrationConfig,
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
  GitProvider,
  HttpClient,
  MadeWithin,
  ProviderHealth,
  PullRequest,
  PullRequestComment,
  PullRequestState,
  Repository,
  RepositoryPermission,
  TeamPermission,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  commentAnswer,
  pullRequestAnswer,
  statusAnswer,
  toPullRequest,
} from './answers';
import { findBranchHead, listFiles, removeBranch } from './branches';
import { commitToBranch, findCommit } from './commitToBranch';
import { GithubClient } from './GithubClient';
import { checkGithubHealth } from './githubHealth';
import { storeFiles } from './newFiles';
import { PullRequestAddress, PullRequestBatch } from './PullRequestBatch';
import { findPullRequest, PullRequestEnder } from './PullRequestEnder';
import { findPullRequestOfCommit } from './pullRequestOfCommit';
import { PullRequestOpener } from './PullRequestOpener';
import { PullRequestReverter } from './PullRequestReverter';
import { RepositoryKeeper } from './RepositoryKeeper';
import { REQUEST_LIMITS } from './requestLimits';
import { TeamPermissions } from './TeamPermissions';

/** @public */
export interface GithubGitProviderOptions {
  logger: LoggerService;
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now' | 'sleep'>;
}

const DEFAULT_HOST = 'github.com';
const PULL_REQUEST_PATH = /^\/([\w.-]+)\/([\w.-]+)\/pull\/([1-9]\d*)(?:\/|$)/;

function toComment(answer: z.infer<typeof commentAnswer>): PullRequestComment {
  return {
    url: answer.html_url,
    // GitHub shows the comments of deleted accounts as the user ghost's.
    author: answer.user?.login ?? 'ghost',
    body: answer.body ?? '',
    createdAt: answer.created_at,
  };
}

function toStatus(answer: z.infer<typeof statusAnswer>): CommitStatus {
  return {
    context: answer.context,
    state: answer.state,
    description: answer.description ?? undefined,
    url: answer.target_url ?? undefined,
    updatedAt: answer.updated_at,
  };
}

/**
 * The git port on GitHub's REST API, for one host of `integrations.github`.
 *
 * @public
 */
export class GithubGitProvider implements GitProvider {
  readonly id: string;
  readonly capability = 'git';
  readonly vendor = 'GitHub';
  readonly endpoint: string;
  /** github.com has internal repositories in the organisations of enterprises. */
  readonly features = ['internal-repositories', 'team-permissions'] as const;
  readonly #integration: GithubIntegrationConfig;
  readonly #client: GithubClient;
  readonly #repositories: RepositoryKeeper;
  readonly #teams: TeamPermissions;

  /** One for each entry of `integrations.github`; none without. */
  static listFromConfig(
    config: Config,
    options: GithubGitProviderOptions,
  ): GithubGitProvider[] {
    return (config.getOptionalConfigArray('integrations.github') ?? []).map(
      entry => {
        const host = entry.getOptionalString('host') ?? DEFAULT_HOST;
        return GithubGitProvider.fromConfig(config, { ...options, host });
      },
    );
  }

  /** @param options.host - without, that of the first entry */
  static fromConfig(
    config: Config,
    options: GithubGitProviderOptions & { host?: string },
  ): GithubGitProvider {
    const integrations = ScmIntegrations.fromConfig(config);
    const [first] = integrations.github.list();
    const integration = options.host
      ? integrations.github.byHost(options.host)
      : first;
    if (!integration?.config.apiBaseUrl) {
      throw createProblemError(InputError, {
        what: `GitHub host ${options.host} has no apiBaseUrl.`,
        whose: 'platform',
        remedy:
          'Ask the platform team to add it to integrations.github in app-config.',
        vendor: 'GitHub',
      });
    }
    const http =
      options.http ??
      HttpClient.create({ vendor: 'GitHub', limits: REQUEST_LIMITS });
    const client = new GithubClient({
      integrations,
      credentials:
        DefaultGithubCredentialsProvider.fromIntegrations(integrations),
      http,
      logger: options.logger,
    });
    const id = integration === first ? 'github' : `github:${options.host}`;
    return new GithubGitProvider(id, integration.config, client, http);
  }

  private constructor(
    id: string,
    integration: GithubIntegrationConfig,
    client: GithubClient,
    http: Pick<HttpClient, 'now' | 'sleep'>,
  ) {
    this.id = id;
    this.endpoint = new URL(integration.apiBaseUrl ?? '').origin;
    this.#integration = integration;
    this.#client = client;
    this.#repositories = new RepositoryKeeper(client, http);
    this.#teams = new TeamPermissions(client);
  }

  serves(host: string): boolean {
    return this.#integration.host === host;
  }

  checkHealth(options: CallOptions = {}): Promise<ProviderHealth> {
    return checkGithubHealth(this.#client, this.#integration, options);
  }

  /**
   * Takes addresses on the integration's host, and on the origin of its
   * `apiBaseUrl`: a stand-in serves its pages there.
   */
  parsePullRequestUrl(
    url: string,
  ): { repository: Repository; number: number } | undefined {
    if (!URL.canParse(url)) {
      return undefined;
    }
    const { protocol, host: urlHost, origin, pathname } = new URL(url);
    const { host } = this.#integration;
    const isOurs =
      (protocol === 'https:' && host === urlHost) || origin === this.endpoint;
    const match = pathname.match(PULL_REQUEST_PATH);
    if (!isOurs || !match) {
      return undefined;
    }
    const [, owner, name, number] = match;
    return { repository: { host, owner, name }, number: Number(number) };
  }

  async createPullRequest(request: CreatePullRequest): Promise<PullRequest> {
    assertFiles(request.files);
    const { files: _, ...rest } = request;
    const change = {
      ...rest,
      createEntries: () => storeFiles(this.#client, request),
    };
    const webUrl = this.#getWebUrl(request.repository);
    return new PullRequestOpener(this.#client, change, webUrl).open();
  }

  async getPullRequest(
    url: string,
    options: CallOptions = {},
  ): Promise<PullRequest> {
    const { repository, number } = this.#parse(url);
    const answer = await this.#client.call(repository, {
      action: `read pull request ${url}`,
      route: 'GET /repos/{owner}/{repo}/pulls/{number}',
      parameters: { number },
      answer: pullRequestAnswer,
      ...options,
    });
    return toPullRequest(repository, answer);
  }

  async listCommitStatuses(
    repository: Repository,
    commit: string,
    { history, ...options }: CallOptions & { history?: boolean } = {},
  ): Promise<CommitStatus[]> {
    const answers = await this.#client.list(repository, {
      action: `read the statuses of commit ${commit} of ${repository.owner}/${repository.name}`,
      route: 'GET /repos/{owner}/{repo}/commits/{commit}/statuses',
      parameters: { commit },
      answer: statusAnswer,
      ...options,
    });
    // GitHub lists the newest first.
    const statuses = answers.map(toStatus);
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
    const addresses: PullRequestAddress[] = [];
    for (const url of new Set(urls)) {
      try {
        addresses.push({ url, ...this.#parse(url) });
      } catch (error) {
        options.onError?.(url, error);
      }
    }
    return new PullRequestBatch(this.#client, options).read(addresses);
  }

  async listComments(
    url: string,
    { since, ...options }: CallOptions & { since?: string } = {},
  ): Promise<PullRequestComment[]> {
    const { repository, number } = this.#parse(url);
    const answers = await this.#client.list(repository, {
      action: `read the comments of ${url}`,
      route: 'GET /repos/{owner}/{repo}/issues/{number}/comments',
      parameters: { number, ...(since && { since }) },
      answer: commentAnswer,
      ...options,
    });
    return answers.map(toComment);
  }

  async addComment(
    url: string,
    body: string,
    options: CallOptions = {},
  ): Promise<PullRequestComment> {
    const { repository, number } = this.#parse(url);
    const answer = await this.#client.call(repository, {
      action: `comment on ${url}`,
      route: 'POST /repos/{owner}/{repo}/issues/{number}/comments',
      parameters: { number, body },
      answer: commentAnswer,
      ...options,
    });
    return toComment(answer);
  }

  async findPullRequest(
    repository: Repository,
    branch: string,
    options: CallOptions = {},
  ): Promise<PullRequest | undefined> {
    return findPullRequest(this.#client, repository, branch, options);
  }

  async findPullRequestOfCommit(
    repository: Repository,
    commit: string,
    options: CallOptions = {},
  ): Promise<PullRequest | undefined> {
    return findPullRequestOfCommit(this.#client, repository, commit, options);
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
    const target = { url, ...this.#parse(url) };
    await new PullRequestEnder(this.#client, target, options).close(comment);
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
    return findBranchHead(this.#client, repository, branch, options);
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
    { runKey, ...options }: CallOptions & { runKey: string },
  ): Promise<PullRequest> {
    const pullRequest = await this.getPullRequest(url, options);
    const reverter = new PullRequestReverter(this.#client, pullRequest, {
      runKey,
      ...options,
    });
    return reverter.open(this.#getWebUrl(pullRequest.repository));
  }

  async mergePullRequest(
    url: string,
    { head, ...options }: CallOptions & { head: string },
  ): Promise<void> {
    const target = { url, ...this.#parse(url) };
    await new PullRequestEnder(this.#client, target, options).merge(head);
  }

  async createRepository(
    request: CreateRepository,
  ): Promise<CreatedRepository> {
    return this.#repositories.create(request);
  }

  async findRepository(
    repository: Repository,
    options: CallOptions = {},
  ): Promise<CreatedRepository | undefined> {
    return this.#repositories.find(repository, options);
  }

  async removeRepository(
    repository: Repository,
    options: CallOptions & { runKey: string; made?: MadeWithin },
  ): Promise<'deleted' | 'archived' | 'absent'> {
    return this.#repositories.remove(repository, options);
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

  #getWebUrl({ owner, name }: Repository): string {
    return `${this.#getWebOrigin()}/${owner}/${name}`;
  }

  /** Where the pages are: github.com, or the server that has the API under /api. */
  #getWebOrigin(): string {
    return new URL(this.endpoint).hostname.startsWith('api.')
      ? `https://${this.#integration.host}`
      : this.endpoint;
  }

  #parse(url: string) {
    const parsed = this.parsePullRequestUrl(url);
    if (!parsed) {
      throw createProblemError(InputError, {
        what: `Not a pull request of a GitHub host in integrations.github: ${url}.`,
        remedy: 'Check the address.',
      });
    }
    return parsed;
  }
}

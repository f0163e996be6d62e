import { LoggerService } from '@backstage/backend-plugin-api';
import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import {
  DefaultGithubCredentialsProvider,
  ScmIntegrationRegistry,
  ScmIntegrations,
} from '@backstage/integration';
import {
  CommitStatus,
  createProblemError,
  CreatedRepository,
  CreatePullRequest,
  CreateRepository,
  GitProvider,
  HttpClient,
  MadeWithin,
  PullRequest,
  PullRequestComment,
  PullRequestState,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  commentAnswer,
  pullRequestAnswer,
  statusAnswer,
  toPullRequest,
} from './answers';
import { removeBranch } from './branches';
import { GithubClient } from './GithubClient';
import { assertFiles, storeFiles } from './newFiles';
import { PullRequestAddress, PullRequestBatch } from './PullRequestBatch';
import { findPullRequest, PullRequestEnder } from './PullRequestEnder';
import { PullRequestOpener } from './PullRequestOpener';
import { PullRequestReverter } from './PullRequestReverter';
import { RepositoryKeeper } from './RepositoryKeeper';

/** @public */
export interface GithubGitProviderOptions {
  logger: LoggerService;
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now' | 'sleep'>;
}

interface CallOptions {
  signal?: AbortSignal;
}

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
 * The git port on GitHub's REST API, for every host in
 * `integrations.github`.
 *
 * @public
 */
export class GithubGitProvider implements GitProvider {
  readonly id = 'github';
  readonly #integrations: ScmIntegrationRegistry;
  readonly #client: GithubClient;
  readonly #repositories: RepositoryKeeper;

  static fromConfig(
    config: Config,
    options: GithubGitProviderOptions,
  ): GithubGitProvider {
    const integrations = ScmIntegrations.fromConfig(config);
    const http = options.http ?? HttpClient.create({ vendor: 'GitHub' });
    const client = new GithubClient({
      integrations,
      credentials:
        DefaultGithubCredentialsProvider.fromIntegrations(integrations),
      http,
      logger: options.logger,
    });
    return new GithubGitProvider(
      integrations,
      client,
      new RepositoryKeeper(client, http),
    );
  }

  private constructor(
    integrations: ScmIntegrationRegistry,
    client: GithubClient,
    repositories: RepositoryKeeper,
  ) {
    this.#integrations = integrations;
    this.#client = client;
    this.#repositories = repositories;
  }

  serves(host: string): boolean {
    return this.#integrations.github.byHost(host) !== undefined;
  }

  /**
   * Takes addresses on an integration's host, and on the origin of its
   * `apiBaseUrl`: a stand-in serves its pages there.
   */
  parsePullRequestUrl(
    url: string,
  ): { repository: Repository; number: number } | undefined {
    if (!URL.canParse(url)) {
      return undefined;
    }
    const { protocol, host: urlHost, origin, pathname } = new URL(url);
    const integration = this.#integrations.github
      .list()
      .find(
        ({ config }) =>
          (protocol === 'https:' && config.host === urlHost) ||
          (config.apiBaseUrl && new URL(config.apiBaseUrl).origin === origin),
      );
    const match = pathname.match(PULL_REQUEST_PATH);
    if (!integration || !match) {
      return undefined;
    }
    const [, owner, name, number] = match;
    return {
      repository: { host: integration.config.host, owner, name },
      number: Number(number),
    };
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

  #getWebUrl({ host, owner, name }: Repository): string {
    return `${this.#getWebOrigin(host)}/${owner}/${name}`;
  }

  /** Where the pages are: github.com, or the server that has the API under /api. */
  #getWebOrigin(host: string): string {
    const apiBaseUrl =
      this.#integrations.github.byHost(host)?.config.apiBaseUrl;
    const api = apiBaseUrl ? new URL(apiBaseUrl) : undefined;
    return !api || api.hostname.startsWith('api.')
      ? `https://${host}`
      : api.origin;
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

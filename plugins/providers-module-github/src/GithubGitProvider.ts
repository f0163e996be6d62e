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
  CreatePullRequest,
  GitProvider,
  HttpClient,
  PullRequest,
  PullRequestComment,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import {
  commentAnswer,
  pullRequestAnswer,
  statusAnswer,
  toPullRequest,
} from './answers';
import { GithubClient } from './GithubClient';
import { PullRequestOpener } from './PullRequestOpener';

/** @public */
export interface GithubGitProviderOptions {
  logger: LoggerService;
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
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

  static fromConfig(
    config: Config,
    options: GithubGitProviderOptions,
  ): GithubGitProvider {
    const integrations = ScmIntegrations.fromConfig(config);
    const client = new GithubClient({
      integrations,
      credentials:
        DefaultGithubCredentialsProvider.fromIntegrations(integrations),
      http: options.http ?? HttpClient.create({ vendor: 'GitHub' }),
      logger: options.logger,
    });
    return new GithubGitProvider(integrations, client);
  }

  private constructor(
    integrations: ScmIntegrationRegistry,
    client: GithubClient,
  ) {
    this.#integrations = integrations;
    this.#client = client;
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
    const { owner, name } = request.repository;
    const origin = this.#getWebOrigin(request.repository.host);
    const webUrl = `${origin}/${owner}/${name}`;
    return new PullRequestOpener(this.#client, request, webUrl).open();
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
    options: CallOptions = {},
  ): Promise<CommitStatus[]> {
    const answers = await this.#client.list(repository, {
      action: `read the statuses of commit ${commit} of ${repository.owner}/${repository.name}`,
      route: 'GET /repos/{owner}/{repo}/commits/{commit}/statuses',
      parameters: { commit },
      answer: statusAnswer,
      ...options,
    });
    const newest = new Map<string, CommitStatus>();
    // GitHub lists the newest first.
    for (const answer of answers) {
      if (!newest.has(answer.context)) {
        newest.set(answer.context, {
          context: answer.context,
          state: answer.state,
          description: answer.description ?? undefined,
          url: answer.target_url ?? undefined,
          updatedAt: answer.updated_at,
        });
      }
    }
    return [...newest.values()];
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
      throw new InputError(
        `Not a pull request of a GitHub host in integrations.github: ${url}`,
      );
    }
    return parsed;
  }
}

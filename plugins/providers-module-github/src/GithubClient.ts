import { LoggerService } from '@backstage/backend-plugin-api';
import {
  AuthenticationError,
  ForwardedError,
  InputError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  GithubCredentialsProvider,
  ScmIntegrationRegistry,
} from '@backstage/integration';
import { Octokit } from '@octokit/rest';
import { HttpClient, Repository } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { isRequestError, toGithubError } from './githubErrors';

const API_VERSION = '2022-11-28';
const PAGE_SIZE = 100;

/** One call of GitHub's REST API. */
export interface GithubCall<T> {
  /** In the infinitive, for errors: `read the branch main of a/b`. */
  action: string;
  /** Octokit's route; `{owner}` and `{repo}` are filled in. */
  route: string;
  parameters?: Record<string, unknown>;
  /** What of the answer is read. */
  answer: z.ZodType<T>;
  /** Whether sending it twice leaves nothing behind; reads may always. */
  repeatable?: boolean;
  /** What to do about a refusal, by status. */
  remedies?: Partial<Record<number, string>>;
  signal?: AbortSignal;
}

/**
 * Calls GitHub's REST API for one repository at a time.
 *
 * @remarks
 * Base URL and credentials come from `integrations.github`. Octokit carries
 * no retry plugin: it would send creating requests again. Time limit and the
 * repetition of reads are the shared {@link HttpClient}'s.
 */
export class GithubClient {
  readonly #integrations: ScmIntegrationRegistry;
  readonly #credentials: GithubCredentialsProvider;
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;
  readonly #logger: LoggerService;

  constructor(options: {
    integrations: ScmIntegrationRegistry;
    credentials: GithubCredentialsProvider;
    http: Pick<HttpClient, 'fetch' | 'now'>;
    logger: LoggerService;
  }) {
    this.#integrations = options.integrations;
    this.#credentials = options.credentials;
    this.#http = options.http;
    this.#logger = options.logger;
  }

  /** Sends one request; errors are those of the git port. */
  async call<T>(repository: Repository, call: GithubCall<T>): Promise<T> {
    const data = await this.#run(repository, call, async (octokit, options) => {
      const response = await octokit.request(call.route, options);
      return response.data;
    });
    return this.#parse(data, call.answer, call);
  }

  /** Reads every page of a list. */
  async list<T>(repository: Repository, call: GithubCall<T>): Promise<T[]> {
    const data = await this.#run(repository, call, (octokit, options) =>
      octokit.paginate(call.route, { ...options, per_page: PAGE_SIZE }),
    );
    return this.#parse(data, z.array(call.answer), call);
  }

  /** Like {@link GithubClient.call}, with `undefined` for what isn't there. */
  async find<T>(
    repository: Repository,
    call: GithubCall<T>,
  ): Promise<T | undefined> {
    try {
      return await this.call(repository, call);
    } catch (error) {
      if (error instanceof NotFoundError) {
        return undefined;
      }
      throw error;
    }
  }

  async #run(
    repository: Repository,
    call: GithubCall<unknown>,
    send: (
      octokit: Octokit,
      options: Record<string, unknown>,
    ) => Promise<unknown>,
  ): Promise<unknown> {
    call.signal?.throwIfAborted();
    const { octokit, token } = await this.#connect(repository, call);
    try {
      return await send(octokit, {
        ...call.parameters,
        owner: repository.owner,
        repo: repository.name,
      });
    } catch (error) {
      call.signal?.throwIfAborted();
      if (!isRequestError(error)) {
        throw error;
      }
      throw toGithubError(error, {
        ...call,
        now: this.#http.now(),
        secrets: [token],
      });
    }
  }

  #parse<T>(
    data: unknown,
    answer: z.ZodType<T>,
    { action }: { action: string },
  ): T {
    const result = answer.safeParse(data);
    if (!result.success) {
      throw new ServiceUnavailableError(
        `GitHub was to ${action} and gave an answer that its API does not describe. Try again; if it persists, ask the platform team to check apiBaseUrl in app-config.`,
      );
    }
    return result.data;
  }

  async #connect(
    { host, owner, name }: Repository,
    { signal, repeatable }: GithubCall<unknown>,
  ) {
    const integration = this.#integrations.github.byHost(host);
    if (!integration?.config.apiBaseUrl) {
      throw new InputError(
        `GitHub host ${host} has no apiBaseUrl. Ask the platform team to add it to integrations.github in app-config.`,
      );
    }
    const token = await this.#getToken(
      `https://${host}/${encodeURIComponent(owner)}/${encodeURIComponent(
        name,
      )}`,
    );
    const log = (message: string) => this.#logger.debug(message);
    const octokit = new Octokit({
      baseUrl: integration.config.apiBaseUrl,
      auth: token,
      // Here and not in each request: pages after the first would lose it.
      request: {
        signal,
        fetch: (url: string, init: RequestInit) =>
          this.#http.fetch(url, { ...init, repeatable }),
      },
      log: { debug: log, info: log, warn: log, error: log },
    });
    octokit.hook.before('request', options => {
      options.headers['x-github-api-version'] = API_VERSION;
    });
    return { octokit, token };
  }

  async #getToken(url: string): Promise<string> {
    let token: string | undefined;
    try {
      ({ token } = await this.#credentials.getCredentials({ url }));
    } catch (error) {
      throw new ForwardedError(`No GitHub credentials for ${url}`, error);
    }
    if (!token) {
      throw new AuthenticationError(
        `No GitHub credentials for ${url}. Ask the platform team to add a token or an app to integrations.github in app-config.`,
      );
    }
    return token;
  }
}

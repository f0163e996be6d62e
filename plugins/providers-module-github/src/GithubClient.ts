import { LoggerService } from '@backstage/backend-plugin-api';
import {
  AuthenticationError,
  ForwardedError,
  InputError,
} from '@backstage/errors';
import {
  GithubCredentialsProvider,
  ScmIntegrationRegistry,
} from '@backstage/integration';
import { Octokit } from '@octokit/rest';
import {
  createProblemError,
  HttpClient,
  malformedAnswer,
  orUndefined,
  Repository,
  withProblem,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { isRequestError, toGithubError } from './githubErrors';

const API_VERSION = '2022-11-28';
const PAGE_SIZE = 100;
const NEXT_PAGE = /<([^>]+)>; rel="next"/;

const NO_CREDENTIALS = {
  whose: 'platform',
  canPass: false,
  remedy:
    'Ask the platform team to add a token or an app to integrations.github in app-config.',
  vendor: 'GitHub',
} as const;

/** https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */
const rateLimitedAnswer = z.object({
  errors: z.array(z.object({ type: z.string().optional() })),
});
const isRateLimit = ({ type }: { type?: string }) =>
  type === 'RATE_LIMITED' || type === 'RATE_LIMIT';

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

  /**
   * Reads something that is of no repository, with the credentials that stand
   * for the host itself: its token, or the app as such.
   *
   * @returns with the answer's headers, in lower case
   */
  async read<T>(
    host: string,
    call: GithubCall<T>,
  ): Promise<{ answer: T; headers: Record<string, unknown> }> {
    let headers: Record<string, unknown> = {};
    const data = await this.#run(
      { host, owner: '', name: '' },
      call,
      async (octokit, options) => {
        const response = await octokit.request(call.route, options);
        headers = response.headers;
        return response.data;
      },
    );
    return { answer: this.#parse(data, call.answer, call), headers };
  }

  /**
   * Reads every page of a list. Not by `octokit.paginate`, which takes every
   * 409 for an empty list.
   */
  async list<T>(repository: Repository, call: GithubCall<T>): Promise<T[]> {
    const pages = z.array(call.answer);
    return this.#run(repository, call, async (octokit, options) => {
      const items: T[] = [];
      let response = await octokit.request(call.route, {
        ...options,
        per_page: PAGE_SIZE,
      });
      for (;;) {
        items.push(...this.#parse(response.data, pages, call));
        const next = NEXT_PAGE.exec(response.headers.link ?? '')?.[1];
        if (!next) {
          return items;
        }
        response = await octokit.request(`GET ${next}`);
      }
    });
  }

  /** Like {@link GithubClient.call}, with `undefined` for what isn't there. */
  async find<T>(
    repository: Repository,
    call: GithubCall<T>,
  ): Promise<T | undefined> {
    return orUndefined(this.call(repository, call));
  }

  /**
   * Sends a GraphQL query, which changes nothing. `errors` of the answer are
   * the caller's, but for those that stand for a refusal of the whole.
   *
   * @param repository - whose host and credentials are used
   */
  async graphql<T>(
    repository: Repository,
    call: Pick<GithubCall<T>, 'action' | 'answer' | 'signal'> & {
      query: string;
      variables: Record<string, unknown>;
    },
  ): Promise<T> {
    const { query, variables, ...rest } = call;
    const read = { ...rest, route: 'POST /graphql', repeatable: true };
    const data = await this.#run(
      repository,
      read,
      async (octokit, { baseUrl }) => {
        const response = await octokit.request(read.route, {
          // GitHub Enterprise Server has REST at /api/v3, GraphQL at /api.
          baseUrl: String(baseUrl).replace(/\/v3\/?$/, ''),
          query,
          variables,
        });
        this.#assertWithinLimit(response, call.action);
        return response.data;
      },
    );
    return this.#parse(data, call.answer, call);
  }

  /** GraphQL says with status 200 that its limit is used up. */
  #assertWithinLimit(
    response: { data: unknown; headers: Record<string, unknown> },
    action: string,
  ): void {
    const limited = rateLimitedAnswer.safeParse(response.data);
    if (limited.success && limited.data.errors.some(isRateLimit)) {
      throw toGithubError(
        Object.assign(new Error('rate limit'), {
          status: 403,
          response: {
            headers: {
              'retry-after': '60',
              ...(response.headers as Record<string, string>),
            },
            data: { message: 'API rate limit exceeded' },
          },
        }),
        { action, now: this.#http.now(), secrets: [] },
      );
    }
  }

  async #run<R>(
    repository: Repository,
    call: GithubCall<unknown>,
    send: (octokit: Octokit, options: Record<string, unknown>) => Promise<R>,
  ): Promise<R> {
    call.signal?.throwIfAborted();
    const { octokit, token, baseUrl } = await this.#connect(repository, call);
    try {
      return await send(octokit, {
        baseUrl,
        // What a route does not take would go into the body.
        ...(call.route.includes('{owner}') && {
          owner: repository.owner,
          repo: repository.name,
        }),
        ...call.parameters,
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
      throw malformedAnswer({
        vendor: 'GitHub',
        action,
        check: 'apiBaseUrl',
      });
    }
    return result.data;
  }

  async #connect(
    { host, owner, name }: Repository,
    { signal, repeatable }: GithubCall<unknown>,
  ) {
    const integration = this.#integrations.github.byHost(host);
    if (!integration?.config.apiBaseUrl) {
      throw createProblemError(InputError, {
        what: `GitHub host ${host} has no apiBaseUrl.`,
        whose: 'platform',
        remedy:
          'Ask the platform team to add it to integrations.github in app-config.',
        vendor: 'GitHub',
      });
    }
    const path = owner
      ? `/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`
      : '';
    const token = await this.#getToken(`https://${host}${path}`);
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
    return { octokit, token, baseUrl: integration.config.apiBaseUrl };
  }

  async #getToken(url: string): Promise<string> {
    let token: string | undefined;
    try {
      ({ token } = await this.#credentials.getCredentials({ url }));
    } catch (error) {
      throw withProblem(
        new ForwardedError(`No GitHub credentials for ${url}`, error),
        { ...NO_CREDENTIALS, what: `No GitHub credentials for ${url}.` },
      );
    }
    if (!token) {
      throw createProblemError(AuthenticationError, {
        ...NO_CREDENTIALS,
        what: `No GitHub credentials for ${url}.`,
      });
    }
    return token;
  }
}

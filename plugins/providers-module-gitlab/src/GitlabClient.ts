import { AuthenticationError } from '@backstage/errors';
import {
  GitlabCredentialsProvider,
  GitLabIntegrationConfig,
} from '@backstage/integration';
import {
  createProblemError,
  HttpClient,
  malformedAnswer,
  orUndefined,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { toGitlabError } from './gitlabErrors';

const PAGE_SIZE = 100;

type Value = string | number | boolean;

/** One call of GitLab's REST API. */
export interface GitlabCall<T> {
  /** In the infinitive, for errors: `read the branch main of a/b`. */
  action: string;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Parts of the path below `/api/v4`, unescaped; see {@link toPath}. */
  path: readonly (string | number)[];
  query?: Record<string, Value | readonly Value[] | undefined>;
  body?: object;
  /** What of the answer is read. */
  answer: z.ZodType<T>;
  /** Whether sending it twice leaves nothing behind; reads may always. */
  repeatable?: boolean;
  /** What to do about a refusal, by status. */
  remedies?: Partial<Record<number, string>>;
  signal?: AbortSignal;
}

type Request = Omit<GitlabCall<unknown>, 'answer'>;

/**
 * The path of a project, or of something below it.
 *
 * @param rest - unescaped parts
 */
export function toPath(
  { owner, name }: Repository,
  ...rest: (string | number)[]
): (string | number)[] {
  return ['projects', `${owner}/${name}`, ...rest];
}

/**
 * Calls the REST API of one GitLab server.
 *
 * @remarks
 * Address and token come from an entry of `integrations.gitlab`. Time limit and
 * repetition are the shared {@link HttpClient}'s.
 */
export class GitlabClient {
  readonly #config: GitLabIntegrationConfig;
  readonly #credentials: GitlabCredentialsProvider;
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;

  constructor(
    config: GitLabIntegrationConfig,
    credentials: GitlabCredentialsProvider,
    http: Pick<HttpClient, 'fetch' | 'now'>,
  ) {
    this.#config = config;
    this.#credentials = credentials;
    this.#http = http;
  }

  /** Sends one request; errors are those of the git port. */
  async call<T>(call: GitlabCall<T>): Promise<T> {
    return (await this.read(call)).answer;
  }

  /** Like {@link GitlabClient.call}, with the answer's headers. */
  async read<T>(call: GitlabCall<T>): Promise<{ answer: T; headers: Headers }> {
    const response = await this.#send(call);
    const answer = this.#parse(await response.text(), call);
    return { answer, headers: response.headers };
  }

  /** Like {@link GitlabClient.call}, with `undefined` for what isn't there. */
  async find<T>(call: GitlabCall<T>): Promise<T | undefined> {
    return orUndefined(this.call(call));
  }

  /** Reads every page of a list. */
  async list<T>(call: GitlabCall<T>): Promise<T[]> {
    const items: T[] = [];
    let page: string | undefined = '1';
    while (page) {
      const { answer, headers }: { answer: T[]; headers: Headers } =
        await this.read({
          ...call,
          query: { ...call.query, per_page: PAGE_SIZE, page },
          answer: z.array(call.answer),
        });
      items.push(...answer);
      page = headers.get('x-next-page') || undefined;
    }
    return items;
  }

  /** The bytes of an answer. */
  async readBytes(request: Request): Promise<Buffer> {
    const response = await this.#send(request);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The headers of what is there; `undefined` where there is nothing. */
  async findHeaders(request: Request): Promise<Headers | undefined> {
    const response = await orUndefined(
      this.#send({ ...request, method: 'HEAD' }),
    );
    return response?.headers;
  }

  async #send(request: Request): Promise<Response> {
    const { method = 'GET', body, signal, repeatable } = request;
    signal?.throwIfAborted();
    const token = await this.#getToken();
    const response = await this.#http.fetch(this.#toUrl(request), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
      repeatable,
      signal,
    });
    if (!response.ok) {
      throw await toGitlabError(response, {
        action: request.action,
        remedies: request.remedies,
        now: this.#http.now(),
        secrets: [token],
      });
    }
    return response;
  }

  #toUrl({ path, query = {} }: Request): URL {
    const parts = path.map(part => encodeURIComponent(part)).join('/');
    const url = new URL(`${this.#config.apiBaseUrl}/${parts}`);
    for (const [name, value] of Object.entries(query)) {
      for (const item of value === undefined ? [] : [value].flat()) {
        url.searchParams.append(name, String(item));
      }
    }
    return url;
  }

  #parse<T>(text: string, { action, answer }: GitlabCall<T>): T {
    let data: unknown;
    try {
      data = text ? JSON.parse(text) : undefined;
    } catch {
      data = text;
    }
    const result = answer.safeParse(data);
    if (!result.success) {
      throw malformedAnswer({
        vendor: 'GitLab',
        action,
        check: 'apiBaseUrl',
      });
    }
    return result.data;
  }

  async #getToken(): Promise<string> {
    const { host } = this.#config;
    const { token } = await this.#credentials.getCredentials({
      url: `https://${host}`,
    });
    if (!token) {
      throw createProblemError(AuthenticationError, {
        what: `No GitLab credentials for ${host}.`,
        whose: 'platform',
        canPass: false,
        remedy:
          'Ask the platform team to add a token to integrations.gitlab in app-config.',
        vendor: 'GitLab',
      });
    }
    return token;
  }
}

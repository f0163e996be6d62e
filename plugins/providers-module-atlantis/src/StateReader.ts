import {
  InputError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  createProblemError,
  HttpClient,
  Repository,
  toProviderError,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { StateConfig } from './config';

/** One output in a Terraform state. */
export interface StateOutput {
  value: JsonValue;
  sensitive: boolean;
}

/**
 * The part of Terraform's state, version 4, that we read
 * (https://developer.hashicorp.com/terraform/language/state).
 */
const stateSchema = z.object({
  version: z.literal(4),
  outputs: z.record(
    z.string(),
    z.object({ value: z.json(), sensitive: z.boolean().optional() }),
  ),
});

const DEFAULT_WORKSPACE = /\/default$/;

function encodePath(path: string): string {
  const segments = path.split('/');
  if (segments.some(segment => ['', '.', '..'].includes(segment))) {
    throw createProblemError(InputError, {
      what: `Not a project of Atlantis: '${path}'.`,
      remedy: 'Give its directory and workspace as Atlantis shows them.',
    });
  }
  return segments.map(encodeURIComponent).join('/');
}

/**
 * Reads Terraform states by the protocol of Terraform's http backend: `GET`
 * with basic authentication
 * (https://developer.hashicorp.com/terraform/language/backend/http).
 *
 * @remarks
 * A state holds secrets in clear. Nothing of it is logged or put into an
 * error, and nothing is kept.
 */
export class StateReader {
  readonly #config: StateConfig;
  readonly #http: Pick<HttpClient, 'fetch' | 'now'>;

  constructor(config: StateConfig, http: Pick<HttpClient, 'fetch' | 'now'>) {
    this.#config = config;
    this.#http = http;
  }

  /**
   * Reads the outputs of a project.
   *
   * @param project - as Atlantis names it, for example `databases/orders/default`
   * @throws NotFoundError - there is no state
   */
  async readOutputs(
    repository: Repository,
    project: string,
    options: CallOptions = {},
  ): Promise<Record<string, StateOutput>> {
    const { username, password } = this.#config;
    const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`);
    const response = await this.#http.fetch(this.#toUrl(repository, project), {
      headers: {
        accept: 'application/json',
        ...(username && {
          authorization: `Basic ${credentials.toString('base64')}`,
        }),
      },
      // A redirect elsewhere would take the credentials along.
      redirect: 'manual',
      signal: options.signal,
    });
    if (response.status === 404 || response.status === 204) {
      throw createProblemError(NotFoundError, {
        what: `Terraform has no state of ${project} in ${repository.owner}/${repository.name}.`,
        whose: 'platform',
        remedy:
          'Check that it was applied, and providers.atlantis[].state.url in app-config.',
        vendor: 'The Terraform state server',
        status: response.status,
      });
    }
    if (response.status !== 200) {
      throw toProviderError({
        vendor: 'The Terraform state server',
        action: `read the state of ${project}`,
        status: response.status,
        headers: response.headers,
        now: this.#http.now(),
      });
    }
    return this.#parse(await response.text(), project);
  }

  #toUrl({ owner, name }: Repository, project: string): string {
    const values: Record<string, string> = {
      owner: encodePath(owner),
      repository: encodePath(name),
      project: encodePath(project.replace(DEFAULT_WORKSPACE, '')),
    };
    return this.#config.url.replace(
      /\{(owner|repository|project)\}/g,
      (_, key: string) => values[key],
    );
  }

  #parse(text: string, project: string): Record<string, StateOutput> {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      // The parser's own error quotes the document.
      document = undefined;
    }
    const state = stateSchema.safeParse(document);
    if (!state.success) {
      throw createProblemError(ServiceUnavailableError, {
        what: `What the Terraform state server has for ${project} is no state of version 4.`,
        whose: 'vendor',
        canPass: true,
        remedy:
          'Try again; if it persists, ask the platform team to check providers.atlantis[].state.url in app-config.',
        vendor: 'The Terraform state server',
      });
    }
    return Object.fromEntries(
      Object.entries(state.data.outputs).map(([name, output]) => [
        name,
        { value: output.value, sensitive: output.sensitive ?? false },
      ]),
    );
  }
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '@backstage/errors';
import { PolicyError } from './PolicyError';

/** A bundle file, and what its source calls this state of it. */
export type FetchedBundle = {
  content: Uint8Array;
  /** ETag or file state; absent where the source gives none. */
  version?: string;
};

/**
 * Where a policy bundle comes from.
 */
export interface BundleSource {
  /** For people and as a key; holds no credentials. */
  readonly name: string;
  /**
   * Reads the bundle.
   *
   * @param known - version of the bundle that decides now
   * @returns `undefined` when that is still the current one
   * @throws PolicyError of kind `bundle`
   */
  fetch(known?: string): Promise<FetchedBundle | undefined>;
}

/** A bundle on disk: a file, or a folder with a `bundle.tar.gz`. */
export class FileBundleSource implements BundleSource {
  readonly name: string;

  /** @param path - absolute */
  constructor(path: string) {
    this.name = path;
  }

  /** {@inheritdoc BundleSource.fetch} */
  async fetch(known?: string): Promise<FetchedBundle | undefined> {
    try {
      let path = this.name;
      let state = await stat(path);
      if (state.isDirectory()) {
        path = join(path, 'bundle.tar.gz');
        state = await stat(path);
      }
      const version = `${state.mtimeMs} ${state.size} ${state.ino}`;
      return version === known
        ? undefined
        : { content: await readFile(path), version };
    } catch (error) {
      throw new PolicyError(
        'bundle',
        `The policy bundle ${this.name} could not be read`,
        error,
      );
    }
  }
}

const maximumDownloadBytes = 16 * 1024 * 1024;

/**
 * A bundle on a server, by OPA's bundle service protocol.
 *
 * @remarks
 * `GET` with the `ETag` of the bundle in use as `If-None-Match`; 304 says
 * that it is the current one. Source of the protocol: OPA documentation,
 * "Bundles", bundle service API.
 */
export class HttpBundleSource implements BundleSource {
  readonly name: string;
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #timeoutMilliseconds: number;

  /** @param options.token - sent as a bearer token; never logged */
  constructor(options: {
    url: string;
    token?: string;
    timeoutMilliseconds: number;
  }) {
    const { origin, pathname } = new URL(options.url);
    this.name = `${origin}${pathname}`;
    this.#url = options.url;
    this.#token = options.token;
    this.#timeoutMilliseconds = options.timeoutMilliseconds;
  }

  /** {@inheritdoc BundleSource.fetch} */
  async fetch(known?: string): Promise<FetchedBundle | undefined> {
    try {
      const response = await fetch(this.#url, {
        headers: {
          prefer: 'modes=snapshot',
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(known ? { 'if-none-match': known } : {}),
        },
        signal: AbortSignal.timeout(this.#timeoutMilliseconds),
      });
      if (response.status === 304 && known) {
        return undefined;
      }
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new PolicyError(
          'bundle',
          `The policy bundle ${this.name} could not be fetched: the server answered ${response.status}`,
        );
      }
      return {
        content: await this.#read(response),
        version: response.headers.get('etag') ?? undefined,
      };
    } catch (error) {
      throw error instanceof PolicyError ? error : this.#failure(error);
    }
  }

  async #read(response: Response): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let total = 0;
    for await (const chunk of response.body ?? []) {
      total += chunk.byteLength;
      if (total > maximumDownloadBytes) {
        throw new PolicyError(
          'bundle',
          `The policy bundle ${this.name} has more than 16 MiB`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** Without the cause: its text may repeat the URL with its query. */
  #failure(error: unknown): PolicyError {
    const { name, cause } = toError(error);
    const code = (cause as { code?: unknown } | undefined)?.code;
    const why =
      name === 'TimeoutError'
        ? `no full answer within ${this.#timeoutMilliseconds} ms`
        : `the server could not be reached${
            typeof code === 'string' ? ` (${code})` : ''
          }`;
    return new PolicyError(
      'bundle',
      `The policy bundle ${this.name} could not be fetched: ${why}`,
    );
  }
}

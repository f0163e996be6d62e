import { Config } from '@backstage/config';
import { ConflictError, InputError } from '@backstage/errors';
import { JsonValue } from '@backstage/types';
import {
  createProblemError,
  HttpClient,
  SecretsProvider,
  StoredSecret,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { readVaultConfig, VaultConfig } from './config';
import { VaultClient } from './VaultClient';

/** @public */
export interface VaultSecretsProviderOptions {
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
}

interface CallOptions {
  signal?: AbortSignal;
}

/** Key of the custom metadata that names the run that wrote a secret. */
const RUN_KEY = 'self-service-run';
const MAXIMUM_PATH_LENGTH = 500;

/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata */
const metadataAnswer = z.object({
  data: z.object({
    current_version: z.number(),
    versions: z.record(
      z.string(),
      z.object({ deletion_time: z.string(), destroyed: z.boolean() }),
    ),
    custom_metadata: z.record(z.string(), z.string()).nullish(),
  }),
});
/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-secret */
const writtenAnswer = z.object({ data: z.object({ version: z.number() }) });

/** 204, or 200 with warnings: Vault's answers that have a body name the request. */
const doneAnswer = z.union([
  z.strictObject({}),
  z.looseObject({ request_id: z.string() }),
]);

type Metadata = z.infer<typeof metadataAnswer>['data'];

function toSegments(path: string): string[] {
  const segments = path.split('/');
  const bad = segments.some(
    segment =>
      ['', '.', '..'].includes(segment) ||
      // Nobody types control characters; a template may render them.
      [...segment].some(character => character < ' ' || character === '\u007f'),
  );
  if (bad || path.length > MAXIMUM_PATH_LENGTH) {
    throw createProblemError(InputError, {
      what: `Not a path of a secret: ${JSON.stringify(path)}.`,
      remedy: `Give one like databases/orders: no empty parts, no . or .., at most ${MAXIMUM_PATH_LENGTH} characters.`,
    });
  }
  return segments;
}

/** Every text within some data, so that no error can quote it. */
function collectTexts(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(collectTexts)
    : [];
}

/** The version that a reader would get; `undefined` where it was deleted. */
function getLiveVersion(metadata: Metadata): number | undefined {
  const version = metadata.versions[metadata.current_version];
  return version && !version.destroyed && !version.deletion_time
    ? metadata.current_version
    : undefined;
}

function conflict(what: string, remedy: string): ConflictError {
  return createProblemError(ConflictError, { what, remedy, vendor: 'Vault' });
}

/**
 * The secrets port on the KV engine, version 2, of Vault or OpenBao.
 *
 * @remarks
 * What a run writes, it first marks as its own in the path's custom metadata,
 * then writes with check-and-set 0 (only if there was never a version). An
 * attempt that was killed in between is known by the mark.
 *
 * @public
 */
export class VaultSecretsProvider implements SecretsProvider {
  readonly id = 'vault';
  readonly #config: VaultConfig;
  readonly #client: VaultClient;

  static fromConfig(
    config: Config,
    options: VaultSecretsProviderOptions = {},
  ): VaultSecretsProvider {
    return new VaultSecretsProvider(readVaultConfig(config), options);
  }

  private constructor(
    config: VaultConfig,
    options: VaultSecretsProviderOptions,
  ) {
    this.#config = config;
    this.#client = new VaultClient(
      config,
      options.http ?? HttpClient.create({ vendor: 'Vault' }),
    );
  }

  async create({
    path,
    data,
    runKey,
    ...options
  }: CallOptions & {
    path: string;
    data: Record<string, JsonValue>;
    runKey: string;
  }): Promise<StoredSecret> {
    const segments = toSegments(path);
    const metadata = await this.#readMetadata(path, options);
    if (!metadata) {
      await this.#mark(segments, runKey, options);
    } else if (metadata.custom_metadata?.[RUN_KEY] !== runKey) {
      throw this.#taken(path, metadata);
    } else if (metadata.current_version > 0) {
      const version = getLiveVersion(metadata);
      if (version === undefined) {
        throw conflict(
          `This run wrote the secret ${path}, and somebody has deleted it since.`,
          `Undelete it, or delete its metadata too and try again: ${this.#toUrl(
            path,
          )}`,
        );
      }
      return this.#toStored(path, version, runKey);
    }
    const written = await this.#client.call({
      action: `write the secret ${path}`,
      method: 'POST',
      path: [...this.#mount('data'), ...segments],
      body: { options: { cas: 0 }, data },
      answer: writtenAnswer,
      secrets: collectTexts(data),
      ...options,
    });
    return this.#toStored(path, written.data.version, runKey);
  }

  async find(
    path: string,
    options: CallOptions = {},
  ): Promise<StoredSecret | undefined> {
    const metadata = await this.#readMetadata(path, options);
    const version = metadata && getLiveVersion(metadata);
    return version === undefined
      ? undefined
      : this.#toStored(path, version, metadata?.custom_metadata?.[RUN_KEY]);
  }

  /**
   * Deletes the metadata, and every version with it: anything less would keep
   * the path taken.
   */
  async remove(
    path: string,
    { runKey, ...options }: CallOptions & { runKey: string },
  ): Promise<'removed' | 'absent'> {
    const segments = toSegments(path);
    const metadata = await this.#readMetadata(path, options);
    if (!metadata) {
      return 'absent';
    }
    const isOwn = metadata.custom_metadata?.[RUN_KEY] === runKey;
    // A run writes one version; a second is a person's or another program's.
    if (!isOwn || metadata.current_version > 1) {
      throw conflict(
        isOwn
          ? `The secret ${path} has been written again since this run created it.`
          : `This run did not write the secret ${path}.`,
        `Look whether it is still needed, and delete it with its metadata by hand: ${this.#toUrl(
          path,
        )}`,
      );
    }
    await this.#client.call({
      action: `delete the secret ${path}`,
      method: 'DELETE',
      path: [...this.#mount('metadata'), ...segments],
      answer: doneAnswer,
      repeatable: true,
      ...options,
    });
    return metadata.current_version > 0 ? 'removed' : 'absent';
  }

  async #readMetadata(
    path: string,
    options: CallOptions,
  ): Promise<Metadata | undefined> {
    const answer = await this.#client.find({
      action: `read the metadata of the secret ${path}`,
      method: 'GET',
      path: [...this.#mount('metadata'), ...toSegments(path)],
      answer: metadataAnswer,
      ...options,
    });
    return answer?.data;
  }

  #mark(segments: string[], runKey: string, options: CallOptions) {
    return this.#client.call({
      action: `write the metadata of the secret ${segments.join('/')}`,
      method: 'POST',
      path: [...this.#mount('metadata'), ...segments],
      body: { custom_metadata: { [RUN_KEY]: runKey } },
      answer: doneAnswer,
      repeatable: true,
      ...options,
    });
  }

  #taken(path: string, metadata: Metadata): ConflictError {
    const url = this.#toUrl(path);
    if (metadata.current_version === 0) {
      return conflict(
        `The path ${path} is reserved (metadata without a secret), and this run did not do that.`,
        `Choose another path, or delete its metadata: ${url}`,
      );
    }
    return getLiveVersion(metadata) === undefined
      ? conflict(
          `There was a secret ${path}; it was deleted, and its versions can still be restored.`,
          `Choose another path, or delete its metadata: ${url}`,
        )
      : conflict(
          `The secret ${path} exists, and this run did not write it.`,
          `Choose another path, or delete it with its metadata: ${url}`,
        );
  }

  #mount(kind: 'data' | 'metadata'): string[] {
    return [...this.#config.mount.split('/'), kind];
  }

  #toStored(path: string, version: number, writtenBy?: string): StoredSecret {
    return { path, version, url: this.#toUrl(path), writtenBy };
  }

  #toUrl(path: string): string {
    const values: Record<string, string> = {
      mount: encodeURIComponent(this.#config.mount),
      path: encodeURIComponent(path),
    };
    return this.#config.uiUrl.replace(
      /\{(mount|path)\}/g,
      (_, key: string) => values[key],
    );
  }
}

import { JsonValue } from '@backstage/types';
import {
  CallOptions,
  collectSecretTexts,
  isWithin,
  MadeWithin,
  SecretValues,
  StoredSecret,
  toSecretPathSegments,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { VaultConfig } from './config';
import { CustomMetadata, RUN_KEY } from './marks';
import { VaultClient } from './VaultClient';

/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-metadata */
const metadataAnswer = z.object({
  data: z.object({
    current_version: z.number(),
    versions: z.record(
      z.string(),
      z.object({
        created_time: z.string(),
        deletion_time: z.string(),
        destroyed: z.boolean(),
      }),
    ),
    custom_metadata: z.record(z.string(), z.string()).nullish(),
  }),
});
/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#create-update-secret */
const writtenAnswer = z.object({ data: z.object({ version: z.number() }) });

/** https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version */
const valuesAnswer = z.object({
  data: z.object({
    data: z.record(z.string(), z.json()),
    metadata: z.object({ version: z.number() }),
  }),
});

/** 204, or 200 with warnings: Vault's answers that have a body name the request. */
export const doneAnswer = z.union([
  z.strictObject({}),
  z.looseObject({ request_id: z.string() }),
]);

/** What Vault knows of a path, without its values. */
export type Metadata = Omit<
  z.infer<typeof metadataAnswer>['data'],
  'custom_metadata'
> & { marks: CustomMetadata };

/**
 * Whether nobody has marked a path, and its one version was written within
 * this time: proof of whose it is, for want of a mark.
 */
export function isOnlyVersionOf(
  { current_version: current, marks, versions }: Metadata,
  made: MadeWithin | undefined,
): boolean {
  const [[version, first] = [], ...others] = Object.entries(versions);
  return (
    made !== undefined &&
    marks[RUN_KEY] === undefined &&
    current === 1 &&
    version === '1' &&
    others.length === 0 &&
    first !== undefined &&
    isWithin(first.created_time, made)
  );
}

/** The version that a reader would get; `undefined` where it was deleted. */
export function getLiveVersion(metadata: Metadata): number | undefined {
  return isReadable(metadata, metadata.current_version)
    ? metadata.current_version
    : undefined;
}

/** Whether a version is there and was neither deleted nor destroyed. */
export function isReadable({ versions }: Metadata, version: number): boolean {
  const found = versions[version];
  return Boolean(found && !found.destroyed && !found.deletion_time);
}

/** The calls of Vault's KV engine, version 2, for one mount. */
export class KvEngine {
  readonly #client: VaultClient;
  readonly #config: Pick<VaultConfig, 'mount' | 'uiUrl'>;

  constructor(
    client: VaultClient,
    config: Pick<VaultConfig, 'mount' | 'uiUrl'>,
  ) {
    this.#client = client;
    this.#config = config;
  }

  /** `undefined` for a path that nobody has touched. */
  async readMetadata(
    path: string,
    options: CallOptions,
  ): Promise<Metadata | undefined> {
    const answer = await this.#client.find({
      action: `read the metadata of the secret ${path}`,
      method: 'GET',
      path: this.#toPath('metadata', path),
      answer: metadataAnswer,
      ...options,
    });
    if (!answer) {
      return undefined;
    }
    const { custom_metadata: marks, ...data } = answer.data;
    return { ...data, marks: marks ?? {} };
  }

  /** Replaces all custom metadata of a path, making the path if need be. */
  async writeMarks(
    path: string,
    marks: CustomMetadata,
    options: CallOptions,
  ): Promise<void> {
    await this.#client.call({
      action: `write the metadata of the secret ${path}`,
      method: 'POST',
      path: this.#toPath('metadata', path),
      body: { custom_metadata: { ...marks } },
      answer: doneAnswer,
      repeatable: true,
      ...options,
    });
  }

  /**
   * Writes a version.
   *
   * @param cas - the version that has to be current; 0: there never was one
   * @throws ConflictError - another one is
   */
  async write(
    path: string,
    data: Record<string, JsonValue>,
    cas: number,
    options: CallOptions,
  ): Promise<number> {
    const written = await this.#client.call({
      action: `write the secret ${path}`,
      method: 'POST',
      path: this.#toPath('data', path),
      body: { options: { cas }, data },
      answer: writtenAnswer,
      secrets: collectSecretTexts(data),
      ...options,
    });
    return written.data.version;
  }

  /** `undefined` where there is no such version, or it was deleted. */
  async read(
    path: string,
    version: number | undefined,
    options: CallOptions,
  ): Promise<SecretValues | undefined> {
    const answer = await this.#client.find({
      action: `read the secret ${path}`,
      method: 'GET',
      path: this.#toPath('data', path),
      query: version === undefined ? undefined : { version: String(version) },
      answer: valuesAnswer,
      ...options,
    });
    return (
      answer && {
        version: String(answer.data.metadata.version),
        data: answer.data.data as Record<string, JsonValue>,
      }
    );
  }

  /** Deletes versions in the way that can be undone. */
  async deleteVersions(
    path: string,
    versions: readonly number[],
    options: CallOptions,
  ): Promise<void> {
    await this.#client.call({
      action: `delete versions of the secret ${path}`,
      method: 'POST',
      path: this.#toPath('delete', path),
      body: { versions: [...versions] },
      answer: doneAnswer,
      repeatable: true,
      ...options,
    });
  }

  /** Deletes a path with its metadata and all versions, for good. */
  async deletePath(path: string, options: CallOptions): Promise<void> {
    await this.#client.call({
      action: `delete the secret ${path}`,
      method: 'DELETE',
      path: this.#toPath('metadata', path),
      answer: doneAnswer,
      repeatable: true,
      ...options,
    });
  }

  /** Where a version lies. */
  toStored(
    path: string,
    version: number,
    { [RUN_KEY]: writtenBy }: CustomMetadata,
  ): StoredSecret {
    return {
      path,
      version: String(version),
      url: this.toUrl(path),
      writtenBy,
    };
  }

  /** Page of a secret. */
  toUrl(path: string): string {
    const values: Record<string, string> = {
      mount: encodeURIComponent(this.#config.mount),
      path: encodeURIComponent(path),
    };
    return this.#config.uiUrl.replace(
      /\{(mount|path)\}/g,
      (_, key: string) => values[key],
    );
  }

  #toPath(kind: 'data' | 'metadata' | 'delete', path: string): string[] {
    return [
      ...this.#config.mount.split('/'),
      kind,
      ...toSecretPathSegments(path),
    ];
  }
}

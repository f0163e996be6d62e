import { JsonValue } from '@backstage/types';
import { Config } from '@backstage/config';
import {
  CallOptions,
  HttpClient,
  isBelowPrefixes,
  MadeWithin,
  ProviderHealth,
  RotatedSecret,
  SecretsProvider,
  SecretValues,
  SecretVersion,
  StoredSecret,
} from '@self-service/plugin-providers-node';
import { readVaultConfigs, VaultConfig } from './config';
import { conflict, noSecret } from './conflict';
import {
  getLiveVersion,
  isOnlyVersionOf,
  isReadable,
  KvEngine,
  Metadata,
} from './KvEngine';
import { originOf, RUN_KEY } from './marks';
import { VaultAccess } from './VaultAccess';
import { VaultClient } from './VaultClient';
import { checkVaultHealth } from './vaultHealth';
import { VaultLeases } from './VaultLeases';
import { VaultRotation } from './VaultRotation';

/** @public */
export interface VaultSecretsProviderOptions {
  /** Replaced in tests: time limits, waits, clock. */
  http?: Pick<HttpClient, 'fetch' | 'now'>;
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
  readonly id: string;
  readonly capability = 'secrets';
  readonly vendor = 'Vault';
  readonly endpoint: string;
  readonly features: readonly string[];
  readonly grantAccess: SecretsProvider['grantAccess'];
  readonly revokeAccess: SecretsProvider['revokeAccess'];
  readonly createLease: SecretsProvider['createLease'];
  readonly revokeLease: SecretsProvider['revokeLease'];
  readonly #config: VaultConfig;
  readonly #client: VaultClient;
  readonly #engine: KvEngine;
  readonly #rotation: VaultRotation;

  /** One for each entry of `providers.vault`; none without it. */
  static fromConfig(
    config: Config,
    options: VaultSecretsProviderOptions = {},
  ): VaultSecretsProvider[] {
    return readVaultConfigs(config).map(
      entry => new VaultSecretsProvider(entry, options),
    );
  }

  private constructor(
    config: VaultConfig,
    options: VaultSecretsProviderOptions,
  ) {
    const http = options.http ?? HttpClient.create({ vendor: 'Vault' });
    const { id, address, teamGroup, leasesMount } = config;
    this.id = id;
    this.endpoint = new URL(address).origin;
    this.#config = config;
    this.#client = new VaultClient(config, http);
    this.#engine = new KvEngine(this.#client, config);
    this.#rotation = new VaultRotation(this.#engine);
    if (teamGroup !== undefined) {
      const access = new VaultAccess(this.#client, this.#engine, {
        ...config,
        teamGroup,
      });
      this.grantAccess = grant => access.grant(grant);
      this.revokeAccess = grant => access.revoke(grant);
    }
    if (leasesMount !== undefined) {
      const leases = new VaultLeases(this.#client, {
        mount: leasesMount,
        now: () => http.now(),
      });
      this.createLease = (role, call) => leases.create(role, call);
      this.revokeLease = (lease, call) => leases.revoke(lease, call);
    }
    this.features = [
      ...(teamGroup === undefined ? [] : ['access']),
      ...(leasesMount === undefined ? [] : ['leases']),
    ];
  }

  serves(path: string): boolean {
    return isBelowPrefixes(path, this.#config.paths);
  }

  checkHealth(options: CallOptions = {}): Promise<ProviderHealth> {
    return checkVaultHealth(this.#client, this.#config, options);
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
    const metadata = await this.#engine.readMetadata(path, options);
    const marks = { [RUN_KEY]: runKey };
    if (!metadata) {
      await this.#engine.writeMarks(path, marks, options);
    } else if (metadata.marks[RUN_KEY] !== runKey) {
      throw this.#taken(path, metadata);
    } else if (metadata.current_version > 0) {
      const version = getLiveVersion(metadata);
      if (version === undefined) {
        throw conflict(
          `This run wrote the secret ${path}, and somebody has deleted it since.`,
          `Undelete it, or delete its metadata too and try again: ${this.#engine.toUrl(
            path,
          )}`,
        );
      }
      return this.#engine.toStored(path, version, marks);
    }
    const version = await this.#engine.write(path, data, 0, options);
    return this.#engine.toStored(path, version, marks);
  }

  async find(
    path: string,
    options: CallOptions = {},
  ): Promise<StoredSecret | undefined> {
    const metadata = await this.#engine.readMetadata(path, options);
    const version = metadata && getLiveVersion(metadata);
    return version === undefined
      ? undefined
      : this.#engine.toStored(path, version, metadata?.marks ?? {});
  }

  async read(
    path: string,
    { version, ...options }: CallOptions & { version?: string } = {},
  ): Promise<SecretValues> {
    // Vault takes what is no number for the current version.
    const isVersion = version === undefined || /^[1-9]\d*$/.test(version);
    const values = isVersion
      ? await this.#engine.read(
          path,
          version === undefined ? undefined : Number(version),
          options,
        )
      : undefined;
    if (!values) {
      throw noSecret(path);
    }
    return values;
  }

  /**
   * Deletes the metadata, and every version with it: anything less would keep
   * the path taken.
   */
  async remove(
    path: string,
    {
      runKey,
      made,
      ...options
    }: CallOptions & { runKey: string; made?: MadeWithin },
  ): Promise<'removed' | 'absent'> {
    const metadata = await this.#engine.readMetadata(path, options);
    if (!metadata) {
      return 'absent';
    }
    const { current_version: current, marks } = metadata;
    const isOwn = marks[RUN_KEY] === runKey || isOnlyVersionOf(metadata, made);
    // What was rotated and restored is as the run wrote it; any other second
    // version is a person's or another program's.
    if (!isOwn || (current > 1 && originOf(marks, current) !== 1)) {
      throw conflict(
        isOwn
          ? `The secret ${path} has been written again since this run created it.`
          : `This run did not write the secret ${path}.`,
        `Look whether it is still needed, and delete it with its metadata by hand: ${this.#engine.toUrl(
          path,
        )}`,
      );
    }
    await this.#engine.deletePath(path, options);
    return current > 0 ? 'removed' : 'absent';
  }

  rotate(
    options: Parameters<SecretsProvider['rotate']>[0],
  ): Promise<RotatedSecret> {
    return this.#rotation.rotate(options);
  }

  undoRotation(
    path: string,
    options: CallOptions & { runKey: string },
  ): Promise<'restored' | 'absent'> {
    return this.#rotation.undo(path, options);
  }

  async listVersions(
    path: string,
    options: CallOptions = {},
  ): Promise<SecretVersion[]> {
    const metadata = await this.#engine.readMetadata(path, options);
    return Object.entries(metadata?.versions ?? {})
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([version, { created_time: created }]) => ({
        version,
        createdAt: new Date(created).toISOString(),
        isCurrent: Number(version) === metadata?.current_version,
        isReadable: Boolean(metadata && isReadable(metadata, Number(version))),
      }));
  }

  #taken(path: string, metadata: Metadata): Error {
    const url = this.#engine.toUrl(path);
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
}

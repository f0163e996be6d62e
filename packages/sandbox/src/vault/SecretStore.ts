import { JsonCollection } from '../common/JsonCollection';
import { VaultError } from './errors';
import { SecretRecord, SecretVersion } from './model';

const DEFAULT_MAX_VERSIONS = 10;

/**
 * The key-value store, version 2.
 *
 * @remarks
 * Source of every rule: Vault documentation, "KV secrets engine - version 2
 * (API)". A path's metadata outlives the soft deletion and destruction of its
 * versions; only deleting the metadata frees the path for `cas: 0`.
 */
export class SecretStore {
  constructor(
    private readonly secrets: JsonCollection<SecretRecord>,
    private readonly now: () => Date,
  ) {}

  /** The secret at a path, or undefined. */
  get(path: string): SecretRecord | undefined {
    return this.secrets.get(path);
  }

  /** The secret at a path; throws Vault's empty 404. */
  require(path: string): SecretRecord {
    const secret = this.secrets.get(path);
    if (!secret) {
      throw VaultError.notFound();
    }
    return secret;
  }

  /** All secrets, sorted by path. */
  all(): SecretRecord[] {
    return this.secrets
      .values()
      .sort((one, other) => one.path.localeCompare(other.path));
  }

  /** Forgets everything. */
  clear(): void {
    this.secrets.clear();
  }

  /**
   * Writes a new version.
   *
   * @param cas - the current version expected; 0 for a path never written to
   * @throws VaultError 400 when the expectation does not hold
   */
  write(
    path: string,
    data: Record<string, unknown>,
    cas: number | undefined,
  ): SecretVersion {
    const secret = this.secrets.get(path) ?? this.#blank(path);
    if (cas === undefined && secret.casRequired) {
      throw new VaultError(400, [
        'check-and-set parameter required for this call',
      ]);
    }
    if (cas !== undefined && cas !== secret.currentVersion) {
      throw new VaultError(400, [
        'check-and-set parameter did not match the current version',
      ]);
    }
    const version: SecretVersion = {
      version: secret.currentVersion + 1,
      data,
      createdTime: this.#time(),
      deletionTime: '',
      destroyed: false,
    };
    const kept = [...secret.versions, version].slice(
      -(secret.maxVersions || DEFAULT_MAX_VERSIONS),
    );
    this.secrets.set(path, {
      ...secret,
      versions: kept,
      currentVersion: version.version,
      oldestVersion: kept.length < version.version ? kept[0].version : 0,
      updatedTime: version.createdTime,
    });
    return version;
  }

  /** Soft-deletes versions; unknown ones are ignored. */
  delete(path: string, versions?: number[]): void {
    this.#change(path, versions, version =>
      version.deletionTime
        ? version
        : { ...version, deletionTime: this.#time() },
    );
  }

  /** Takes a soft deletion back. */
  undelete(path: string, versions: number[]): void {
    this.#change(path, versions, version => ({ ...version, deletionTime: '' }));
  }

  /** Removes the values of versions for good. */
  destroy(path: string, versions: number[]): void {
    this.#change(path, versions, ({ data: _data, ...version }) => ({
      ...version,
      destroyed: true,
    }));
  }

  /** Changes a path's settings, creating the path when it is new. */
  writeMetadata(
    path: string,
    change: Partial<
      Pick<
        SecretRecord,
        'casRequired' | 'maxVersions' | 'deleteVersionAfter' | 'customMetadata'
      >
    >,
  ): void {
    const secret = this.secrets.get(path) ?? this.#blank(path);
    this.secrets.set(path, { ...secret, ...change, updatedTime: this.#time() });
  }

  /** Removes a path with all versions. */
  deleteMetadata(path: string): void {
    this.secrets.delete(path);
  }

  /**
   * The names directly below a prefix; those with more below end in a slash.
   *
   * @throws VaultError 404 when there are none
   */
  list(prefix: string): string[] {
    const start = prefix === '' ? '' : `${prefix}/`;
    const names = new Set(
      this.all()
        .filter(secret => secret.path.startsWith(start))
        .map(secret => {
          const rest = secret.path.slice(start.length);
          const slash = rest.indexOf('/');
          return slash < 0 ? rest : rest.slice(0, slash + 1);
        }),
    );
    if (names.size === 0) {
      throw VaultError.notFound();
    }
    return [...names].sort();
  }

  #change(
    path: string,
    versions: number[] | undefined,
    change: (version: SecretVersion) => SecretVersion,
  ): void {
    const secret = this.secrets.get(path);
    if (!secret) {
      return;
    }
    const wanted = versions ?? [secret.currentVersion];
    this.secrets.set(path, {
      ...secret,
      versions: secret.versions.map(version =>
        wanted.includes(version.version) ? change(version) : version,
      ),
    });
  }

  #blank(path: string): SecretRecord {
    const time = this.#time();
    return {
      path,
      versions: [],
      currentVersion: 0,
      oldestVersion: 0,
      createdTime: time,
      updatedTime: time,
      casRequired: false,
      maxVersions: 0,
      deleteVersionAfter: '0s',
    };
  }

  #time(): string {
    return this.now().toISOString();
  }
}

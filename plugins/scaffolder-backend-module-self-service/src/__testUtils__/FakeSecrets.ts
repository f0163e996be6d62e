import { ConflictError, NotFoundError } from '@backstage/errors';
import { JsonObject, JsonValue } from '@backstage/types';
import { SecretsProvider } from '@self-service/plugin-providers-node';

/** A vault that keeps what it is given, each write as a version. */
export class FakeSecrets implements SecretsProvider {
  readonly id: string = 'fake-vault';
  readonly capability = 'secrets';
  readonly vendor = 'Fake vault';
  readonly endpoint = 'https://vault';
  readonly features: readonly string[] = ['access'];
  readonly written: { path: string; data: JsonObject; runKey: string }[] = [];
  /** Grants by path, team and the run that gave them. */
  readonly grants: { path: string; team: string; runKey: string }[] = [];
  serves(path: string): boolean {
    return !path.startsWith('elsewhere/');
  }
  async checkHealth(): ReturnType<SecretsProvider['checkHealth']> {
    return { status: 'ok', description: 'Fine.' };
  }
  async create({
    path,
    data,
    runKey,
  }: Parameters<SecretsProvider['create']>[0]): ReturnType<
    SecretsProvider['create']
  > {
    this.written.push({ path, data, runKey });
    return this.#toStored(path);
  }
  async find(path: string): ReturnType<SecretsProvider['find']> {
    return this.#versions(path).length > 0 ? this.#toStored(path) : undefined;
  }
  async read(path: string): ReturnType<SecretsProvider['read']> {
    const newest = this.#versions(path).at(-1);
    if (!newest) {
      throw new NotFoundError(path);
    }
    return {
      version: String(this.#versions(path).length),
      data: newest.data as Record<string, JsonValue>,
    };
  }
  async remove(
    path: string,
    { runKey }: { runKey: string },
  ): ReturnType<SecretsProvider['remove']> {
    const index = this.written.findIndex(secret => secret.path === path);
    if (index < 0) {
      return 'absent';
    }
    if (this.written[index].runKey !== runKey) {
      throw new ConflictError('not this run');
    }
    this.written.splice(index, 1);
    return 'removed';
  }
  async rotate({
    path,
    data,
    from,
    runKey,
  }: Parameters<SecretsProvider['rotate']>[0]): ReturnType<
    SecretsProvider['rotate']
  > {
    const versions = this.#versions(path);
    if (from !== undefined && from !== String(versions.length)) {
      throw new ConflictError('written meanwhile');
    }
    this.written.push({ path, data, runKey });
    return {
      ...this.#toStored(path),
      previousVersion: String(versions.length),
    };
  }
  async undoRotation(): ReturnType<SecretsProvider['undoRotation']> {
    return 'absent';
  }
  async listVersions(): ReturnType<SecretsProvider['listVersions']> {
    return [];
  }
  grantAccess: SecretsProvider['grantAccess'] = async grant => {
    const { path, team, access, runKey } = grant;
    this.grants.push({ path, team, runKey });
    return { path, team, access, grant: 'policy', url: 'https://vault/policy' };
  };
  #versions(path: string) {
    return this.written.filter(secret => secret.path === path);
  }
  #toStored(path: string) {
    return {
      path,
      version: String(this.#versions(path).length),
      url: `https://vault/${path}`,
    };
  }
}

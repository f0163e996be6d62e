import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { Person } from '../identity/people';
import { PostgresServer } from '../postgres/PostgresServer';
import { DatabaseEngine } from './DatabaseEngine';
import { VaultError } from './errors';
import { LeaseRecord, TokenRecord, VaultState } from './model';
import { Tokens } from './Tokens';
import { VaultSpace } from './VaultSpace';

/** Lease of every login, in seconds. */
export const LEASE_SECONDS = 20 * 60;

/** The AppRole that the product logs in with. */
export const APP_ROLE = {
  roleId: 'self-service',
  secretId: 'sandbox-secret-id',
};

/** The password of every demo person. */
export const DEMO_PASSWORD = 'demo';

/** The key that opens a sealed vault. */
export const UNSEAL_KEY = 'sandbox-unseal-key';

/** Namespaces beside the root one, as of Vault Enterprise and OpenBao. */
export const NAMESPACES = ['payments'];

/** The vault's state and logins, without HTTP. */
export class Vault {
  /** The root namespace. */
  readonly root: VaultSpace;
  readonly tokens: Tokens;
  readonly database: DatabaseEngine;
  readonly #spaces: Map<string, VaultSpace>;
  readonly #state: JsonCollection<VaultState>;

  private constructor(
    directory: string,
    private readonly people: Person[],
    /** The vault's clock. */
    readonly now: () => Date,
    postgres: PostgresServer | undefined,
  ) {
    this.#state = JsonCollection.open(join(directory, 'state'));
    this.tokens = new Tokens(
      JsonCollection.open<TokenRecord>(join(directory, 'tokens')),
      now,
    );
    this.database = new DatabaseEngine(
      JsonCollection.open<LeaseRecord>(join(directory, 'leases')),
      postgres,
      now,
    );
    this.root = new VaultSpace('', { directory, people, now });
    const further = NAMESPACES.map(
      name =>
        new VaultSpace(name, {
          directory: join(directory, 'namespaces', name),
          people,
          now,
        }),
    );
    this.#spaces = new Map(
      [this.root, ...further].map(space => [space.namespace, space]),
    );
  }

  /**
   * Opens the vault's data.
   *
   * @param options - `directory` is absolute; `people` may log in by name with
   * `DEMO_PASSWORD`; `postgres` is where the database engine makes roles
   */
  static open(options: {
    directory: string;
    people: Person[];
    now: () => Date;
    postgres?: PostgresServer;
  }): Vault {
    const { directory, people, now, postgres } = options;
    return new Vault(directory, people, now, postgres);
  }

  /** Secrets of the root namespace. */
  get secrets() {
    return this.root.secrets;
  }

  /** All namespaces, the root one first. */
  spaces(): VaultSpace[] {
    return [...this.#spaces.values()];
  }

  /**
   * A namespace by the name that requests have it by.
   *
   * @throws VaultError 404 when there is none
   */
  space(namespace: string): VaultSpace {
    const space = this.#spaces.get(namespace.replace(/^\/+|\/+$/g, ''));
    if (!space) {
      throw new VaultError(404, [
        'no handler for route. route entry not found.',
      ]);
    }
    return space;
  }

  /** True while nothing can be read or written. */
  get sealed(): boolean {
    return this.#state.get('vault')?.sealed ?? false;
  }

  /** Closes the vault. */
  seal(): void {
    this.#state.set('vault', { sealed: true });
  }

  /** Opens the vault; throws VaultError 400 for a wrong key. */
  unseal(key: string): void {
    if (key !== UNSEAL_KEY) {
      throw new VaultError(400, ["'key' must be a valid hex or base64 string"]);
    }
    this.#state.set('vault', { sealed: false });
  }

  /** AppRole login; throws VaultError 400 for wrong ids. */
  loginAppRole(
    roleId: unknown,
    secretId: unknown,
    namespace = '',
  ): TokenRecord {
    if (roleId !== APP_ROLE.roleId || secretId !== APP_ROLE.secretId) {
      throw new VaultError(400, ['invalid role or secret ID']);
    }
    return this.tokens.issue({
      namespace,
      displayName: 'approle',
      policies: ['default', 'self-service'],
      path: 'auth/approle/login',
      meta: { role_name: 'self-service' },
      leaseSeconds: LEASE_SECONDS,
    });
  }

  /** Login of a demo person; throws VaultError 400 for a wrong password. */
  loginPerson(
    username: string,
    password: unknown,
    namespace = '',
  ): TokenRecord {
    const known = this.people.some(person => person.id === username);
    if (!known || password !== DEMO_PASSWORD) {
      throw new VaultError(400, ['invalid username or password']);
    }
    return this.tokens.issue({
      namespace,
      displayName: `userpass-${username}`,
      policies: ['default', 'people'],
      path: `auth/userpass/login/${username}`,
      meta: { username },
      leaseSeconds: LEASE_SECONDS,
    });
  }

  /** Forgets all secrets, access, tokens and the seal; leases end apart. */
  reset(): void {
    this.spaces().forEach(space => space.reset());
    this.tokens.clear();
    this.#state.clear();
  }
}

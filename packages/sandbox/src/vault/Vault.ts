import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { Person } from '../identity/people';
import { VaultError } from './errors';
import { SecretRecord, TokenRecord, VaultState } from './model';
import { SecretStore } from './SecretStore';
import { Tokens } from './Tokens';

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

/** The vault's state and logins, without HTTP. */
export class Vault {
  readonly secrets: SecretStore;
  readonly tokens: Tokens;
  readonly #state: JsonCollection<VaultState>;

  private constructor(
    directory: string,
    private readonly people: Person[],
    /** The vault's clock. */
    readonly now: () => Date,
  ) {
    this.#state = JsonCollection.open(join(directory, 'state'));
    this.secrets = new SecretStore(
      JsonCollection.open<SecretRecord>(join(directory, 'secrets')),
      now,
    );
    this.tokens = new Tokens(
      JsonCollection.open<TokenRecord>(join(directory, 'tokens')),
      now,
    );
  }

  /**
   * Opens the vault's data.
   *
   * @param options - `directory` is absolute; `people` may log in by name with
   * `DEMO_PASSWORD`
   */
  static open(options: {
    directory: string;
    people: Person[];
    now: () => Date;
  }): Vault {
    return new Vault(options.directory, options.people, options.now);
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
  loginAppRole(roleId: unknown, secretId: unknown): TokenRecord {
    if (roleId !== APP_ROLE.roleId || secretId !== APP_ROLE.secretId) {
      throw new VaultError(400, ['invalid role or secret ID']);
    }
    return this.tokens.issue({
      displayName: 'approle',
      policies: ['default', 'self-service'],
      path: 'auth/approle/login',
      meta: { role_name: 'self-service' },
      leaseSeconds: LEASE_SECONDS,
    });
  }

  /** Login of a demo person; throws VaultError 400 for a wrong password. */
  loginPerson(username: string, password: unknown): TokenRecord {
    const known = this.people.some(person => person.id === username);
    if (!known || password !== DEMO_PASSWORD) {
      throw new VaultError(400, ['invalid username or password']);
    }
    return this.tokens.issue({
      displayName: `userpass-${username}`,
      policies: ['default', 'people'],
      path: `auth/userpass/login/${username}`,
      meta: { username },
      leaseSeconds: LEASE_SECONDS,
    });
  }

  /** Forgets all secrets, tokens and the seal. */
  reset(): void {
    this.secrets.clear();
    this.tokens.clear();
    this.#state.clear();
  }
}

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { JsonCollection } from '../common/JsonCollection';
import { Mutex } from '../common/Mutex';
import { PostgresServer } from '../postgres/PostgresServer';
import { VaultError } from './errors';
import { LeaseRecord } from './model';

/** Roles that the sandbox's database engine has, with the seconds they last. */
export const DATABASE_ROLES: Readonly<Record<string, number>> = {
  'read-only': 60 * 60,
  'read-only-short': 60,
};

/** Credentials as they are handed out, once. */
export interface Credentials {
  lease: LeaseRecord;
  username: string;
  password: string;
}

/**
 * The database engine, as mounted at `database/`: makes roles of the sandbox's
 * own PostgreSQL and drops them when their lease is over.
 *
 * @remarks
 * Source of the rules: Vault documentation, "Database secrets engine (API)" and
 * "/sys/leases". Roles end by PostgreSQL's `VALID UNTIL` too, so that a vault
 * that sleeps lets none in.
 */
export class DatabaseEngine {
  readonly #mutex = new Mutex();

  constructor(
    private readonly leases: JsonCollection<LeaseRecord>,
    private readonly server: PostgresServer | undefined,
    private readonly now: () => Date,
  ) {}

  /** Leases that hold. */
  list(): LeaseRecord[] {
    const now = this.now().getTime();
    return this.leases
      .values()
      .filter(({ expiresAt }) => expiresAt > now)
      .sort((one, other) => one.id.localeCompare(other.id));
  }

  /**
   * Makes credentials.
   *
   * @throws VaultError 400 for a role that there is not
   */
  async create(role: string, namespace: string): Promise<Credentials> {
    const seconds = DATABASE_ROLES[role];
    const { server } = this;
    if (!server || seconds === undefined) {
      throw new VaultError(400, [`unknown role: ${role}`]);
    }
    return this.#mutex.run(async () => {
      await this.#sweep(server);
      const random = randomBytes(10).toString('hex');
      const username = `v-approle-${role}-${random}`;
      const password = randomBytes(24).toString('base64url');
      const expiresAt = this.now().getTime() + seconds * 1000;
      const lease: LeaseRecord = {
        id: `database/creds/${role}/${randomBytes(12).toString('hex')}`,
        namespace,
        username,
        seconds,
        expiresAt,
      };
      // Recorded first: a role without a lease would stay for ever.
      this.leases.set(lease.id, lease);
      await server.withClient(async client => {
        const name = client.escapeIdentifier(username);
        const until = client.escapeLiteral(new Date(expiresAt).toISOString());
        await client.query(
          `CREATE ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(
            password,
          )} VALID UNTIL ${until} IN ROLE pg_read_all_data`,
        );
      });
      return { lease, username, password };
    });
  }

  /** Ends a lease; nothing happens when it is over. */
  async revoke(id: string, namespace: string): Promise<void> {
    const lease = this.leases.get(id);
    const { server } = this;
    if (server && lease?.namespace === namespace) {
      await this.#mutex.run(() =>
        server.withClient(client => this.#drop(client, lease)),
      );
    }
  }

  /** Ends all leases. */
  async reset(): Promise<void> {
    const { server } = this;
    if (server && this.leases.keys().length > 0) {
      await this.#mutex.run(() =>
        server.withClient(async client => {
          for (const lease of this.leases.values()) {
            await this.#drop(client, lease);
          }
        }),
      );
    }
  }

  async #sweep(server: PostgresServer): Promise<void> {
    const now = this.now().getTime();
    const over = this.leases.values().filter(it => it.expiresAt <= now);
    if (over.length > 0) {
      await server.withClient(async client => {
        for (const lease of over) {
          await this.#drop(client, lease);
        }
      });
    }
  }

  async #drop(client: Client, { id, username }: LeaseRecord): Promise<void> {
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1',
      [username],
    );
    await client.query(
      `DROP ROLE IF EXISTS ${client.escapeIdentifier(username)}`,
    );
    this.leases.delete(id);
  }
}

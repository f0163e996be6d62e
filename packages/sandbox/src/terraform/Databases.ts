import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { CustomErrorBase } from '@backstage/errors';
import { PostgresServer } from '../postgres/PostgresServer';
import { DesiredDatabase } from './configuration';
import { databaseName, ownerName } from './plan';
import { ProvisionedDatabase } from './StateStore';

const COMMENT_PREFIX = 'sandbox project ';
const CONNECTIONS: Record<string, number> = {
  small: 20,
  medium: 50,
  large: 100,
};

/** PostgreSQL refused, or the name belongs to another project. */
export class ProvisioningError extends CustomErrorBase {
  name = 'ProvisioningError' as const;
}

/**
 * Creates and drops databases with their owner roles.
 *
 * @remarks
 * A role carries the project it belongs to as its comment, written in the same
 * transaction. So an apply that was killed half way recognises its own role and
 * goes on, and another project's name is never taken over.
 */
export class Databases {
  constructor(private readonly server: PostgresServer) {}

  /**
   * Brings a project's database about; running it again changes nothing.
   *
   * @param project - `owner/repo/directory`
   * @param current - what the state says stands already; its password is kept
   * @throws ProvisioningError when another project has the name
   */
  async ensure(
    project: string,
    desired: DesiredDatabase,
    current: ProvisionedDatabase | undefined,
  ): Promise<ProvisionedDatabase> {
    const database = databaseName(desired.name);
    const username = ownerName(desired.name);
    const kept = current?.database === database ? current.password : undefined;
    const password = kept ?? randomBytes(24).toString('base64url');
    await this.server.withClient(async client => {
      await ensureRole(client, username, database, project);
      await ensureDatabase(client, database, username);
      const id = client.escapeIdentifier(database);
      const limit = CONNECTIONS[desired.size] ?? 20;
      await client.query(`ALTER DATABASE ${id} CONNECTION LIMIT ${limit}`);
      await client.query(`REVOKE ALL ON DATABASE ${id} FROM PUBLIC`);
      await client.query(
        `ALTER ROLE ${client.escapeIdentifier(
          username,
        )} PASSWORD ${client.escapeLiteral(password)}`,
      );
    });
    return { ...desired, ...this.server.address, database, username, password };
  }

  /** Drops a database and its owner; running it again changes nothing. */
  async drop(database: { database: string; username: string }): Promise<void> {
    await this.server.withClient(async client => {
      const id = client.escapeIdentifier(database.database);
      const role = client.escapeIdentifier(database.username);
      await client.query(`DROP DATABASE IF EXISTS ${id} WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS ${role}`);
    });
  }

  /** Names of all databases and roles that projects brought about. */
  async inventory(): Promise<{ databases: string[]; roles: string[] }> {
    return this.server.withClient(async client => {
      const roles = await client.query<{ name: string }>(
        `SELECT rolname AS name FROM pg_roles
         WHERE shobj_description(oid, 'pg_authid') LIKE '${COMMENT_PREFIX}%' ORDER BY 1`,
      );
      const databases = await client.query<{ name: string }>(
        `SELECT datname AS name FROM pg_database
         WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1`,
      );
      return {
        databases: databases.rows.map(({ name }) => name),
        roles: roles.rows.map(({ name }) => name),
      };
    });
  }

  /** Drops every database and role that projects brought about. */
  async reset(): Promise<void> {
    const { databases, roles } = await this.inventory();
    await this.server.withClient(async client => {
      for (const name of databases) {
        const id = client.escapeIdentifier(name);
        await client.query(`DROP DATABASE IF EXISTS ${id} WITH (FORCE)`);
      }
      for (const name of roles) {
        await client.query(`DROP ROLE ${client.escapeIdentifier(name)}`);
      }
    });
  }
}

async function ensureRole(
  client: Client,
  username: string,
  database: string,
  project: string,
): Promise<void> {
  const comment = `${COMMENT_PREFIX}${project}`;
  const { rows } = await client.query<{ comment: string | null }>(
    `SELECT shobj_description(oid, 'pg_authid') AS comment FROM pg_roles WHERE rolname = $1`,
    [username],
  );
  if (rows[0] && rows[0].comment !== comment) {
    throw taken(database);
  }
  if (!rows[0]) {
    const role = client.escapeIdentifier(username);
    await client.query('BEGIN');
    await client.query(`CREATE ROLE ${role} LOGIN`);
    await client.query(
      `COMMENT ON ROLE ${role} IS ${client.escapeLiteral(comment)}`,
    );
    await client.query('COMMIT');
  }
}

async function ensureDatabase(
  client: Client,
  database: string,
  username: string,
): Promise<void> {
  const { rows } = await client.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [database],
  );
  if (rows[0] && rows[0].owner !== username) {
    throw taken(database);
  }
  if (!rows[0]) {
    await client.query(
      `CREATE DATABASE ${client.escapeIdentifier(
        database,
      )} OWNER ${client.escapeIdentifier(username)}`,
    );
  }
}

function taken(database: string): ProvisioningError {
  return new ProvisioningError(
    `Error: database "${database}" already exists and belongs to another project`,
  );
}

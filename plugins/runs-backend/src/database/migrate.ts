import {
  DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import { Knex } from 'knex';

/** Where the migrations lie. */
export const migrationsDirectory = resolvePackagePath(
  '@self-service/plugin-runs-backend',
  'migrations',
);

/**
 * Brings the plugin's database up to date, unless the app's configuration
 * says to skip that.
 *
 * @returns a client of it
 */
export async function openDatabase(database: DatabaseService): Promise<Knex> {
  const client = await database.getClient();
  if (!database.migrations?.skip) {
    await client.migrate.latest({ directory: migrationsDirectory });
  }
  return client;
}

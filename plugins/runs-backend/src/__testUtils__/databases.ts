import { TestDatabaseId, TestDatabases } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { migrationsDirectory } from '../database/migrate';

/** The databases that the plugin runs on. */
export const databases = TestDatabases.create({
  ids: ['SQLITE_3', 'POSTGRES_18'],
});

/** A migrated database of its own for one test. */
export async function openTestDatabase(id: TestDatabaseId): Promise<Knex> {
  const database = await databases.init(id);
  await database.migrate.latest({ directory: migrationsDirectory });
  return database;
}

import { DatabaseManager } from '@backstage/backend-defaults/database';
import {
  coreServices,
  createServiceFactory,
  DatabaseService,
} from '@backstage/backend-plugin-api';

/** What knex calls a connection to SQLite. */
interface SqliteConnection {
  pragma(statement: string): unknown;
}

/** Those whose records must be on the disk before anything is done by them. */
const RECORDING_PLUGINS = ['approvals', 'runs'];

/**
 * Lets SQLite write ahead: a commit then appends to one file, where it
 * otherwise writes several in turn and keeps the whole process waiting for
 * each. What is committed outlives a kill as before. Of other databases nothing
 * changes.
 *
 * @remarks
 * Sources: https://www.sqlite.org/wal.html and, for `synchronous`,
 * https://www.sqlite.org/pragma.html: `FULL` outlives a power cut, with
 * `NORMAL` the last moments may be lost. By connection and not by file, since
 * `synchronous` is not kept in the file.
 *
 * @param isRecording - whether commits must outlive a power cut
 */
export function writeAhead(
  database: DatabaseService,
  isRecording: boolean,
): DatabaseService {
  const prepared = new WeakSet<object>();
  return {
    ...database,
    getClient: async () => {
      const knex = await database.getClient();
      if (
        knex.client.config.client === 'better-sqlite3' &&
        !prepared.has(knex)
      ) {
        prepared.add(knex);
        knex.client.pool.on(
          'createSuccess',
          (_id: number, connection: SqliteConnection) => {
            connection.pragma('journal_mode = WAL');
            connection.pragma(
              `synchronous = ${isRecording ? 'FULL' : 'NORMAL'}`,
            );
          },
        );
      }
      return knex;
    },
  };
}

/** The databases of plugins as everywhere, but for how SQLite writes. */
export const writeAheadDatabases = createServiceFactory({
  service: coreServices.database,
  deps: {
    config: coreServices.rootConfig,
    lifecycle: coreServices.lifecycle,
    logger: coreServices.logger,
    pluginMetadata: coreServices.pluginMetadata,
    rootLifecycle: coreServices.rootLifecycle,
    rootLogger: coreServices.rootLogger,
  },
  createRootContext: ({ config, rootLifecycle, rootLogger }) =>
    DatabaseManager.fromConfig(config, { rootLifecycle, rootLogger }),
  factory({ pluginMetadata, lifecycle, logger }, manager) {
    const id = pluginMetadata.getId();
    const database = manager.forPlugin(id, { lifecycle, logger });
    return writeAhead(database, RECORDING_PLUGINS.includes(id));
  },
});

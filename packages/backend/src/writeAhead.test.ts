import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseManager } from '@backstage/backend-defaults/database';
import { LifecycleService, LoggerService } from '@backstage/backend-plugin-api';
import { ConfigReader } from '@backstage/config';
import { writeAhead } from './writeAhead';

describe('writeAhead', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'write-ahead-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  function open(connection: object) {
    const manager = DatabaseManager.fromConfig(
      new ConfigReader({
        backend: { database: { client: 'better-sqlite3', connection } },
      }),
    );
    return manager.forPlugin('runs', {
      // Of a database in a file it wants neither.
      lifecycle: {} as LifecycleService,
      logger: {} as LoggerService,
    });
  }

  it.each([
    [true, 2],
    [false, 1],
  ])('lets SQLite write ahead; recording: %s', async (isRecording, level) => {
    const database = writeAhead(open({ directory }), isRecording);
    const knex = await database.getClient();
    expect(await knex.raw('PRAGMA journal_mode')).toEqual([
      { journal_mode: 'wal' },
    ]);
    expect(await knex.raw('PRAGMA synchronous')).toEqual([
      { synchronous: level },
    ]);
    expect(await database.getClient()).toBe(knex);
    await knex.destroy();
  });

  it('leaves other databases as they are', async () => {
    const on = jest.fn();
    const postgres = { client: { config: { client: 'pg' }, pool: { on } } };
    const database = writeAhead(
      { getClient: async () => postgres as never },
      true,
    );
    expect(await database.getClient()).toBe(postgres);
    expect(on).not.toHaveBeenCalled();
  });
});

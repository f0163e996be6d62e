import { databases, openTestDatabase } from '../__testUtils__/databases';
import { migrationsDirectory } from './migrate';

const TABLES = [
  'runs',
  'suspensions',
  'signals',
  'outbox',
  'effects',
  'effect_names',
  'run_entities',
  'step_reports',
  'interventions',
  'step_durations',
  'resources',
  'resource_runs',
];
const NOW = new Date('2026-01-05T12:00:00Z');

describe.each(databases.eachSupportedId())('migrations on %p', id => {
  it('go up, down with rows, and up again', async () => {
    const database = await openTestDatabase(id);
    await database('runs').insert({
      task_id: 'task-1',
      authorised: true,
      secret_names: '[]',
      created_at: NOW,
    });
    await database('signals').insert({ kind: 'a', ref: 'b', created_at: NOW });
    const exist = () =>
      Promise.all(TABLES.map(table => database.schema.hasTable(table)));
    expect(await exist()).toEqual(TABLES.map(() => true));

    await database.migrate.rollback({ directory: migrationsDirectory }, true);
    expect(await exist()).toEqual(TABLES.map(() => false));

    await database.migrate.latest({ directory: migrationsDirectory });
    expect(await database('runs')).toEqual([]);
    expect(await exist()).toEqual(TABLES.map(() => true));
  });
});

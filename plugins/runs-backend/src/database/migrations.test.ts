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

  it('have what was made before written down', async () => {
    const database = await openTestDatabase(id);
    const migration = {
      directory: migrationsDirectory,
      name: '20261122060000_resources.js',
    };
    await database.migrate.down(migration);
    const makeRun = async (taskId: string, phase: string, status?: string) => {
      await database('runs').insert({
        task_id: taskId,
        phase,
        authorised: true,
        secret_names: '[]',
        created_at: NOW,
      });
      if (status) {
        await database('effects').insert({
          id: taskId,
          task_id: taskId,
          step_id: 's',
          input_digest: 'd',
          status,
          capability: 'git',
          provider: 'github',
          kind: 'repository',
          name: taskId,
          name_digest: taskId,
          created_at: NOW,
          updated_at: NOW,
        });
      }
    };
    await makeRun('made', 'completed', 'created');
    await makeRun('undone', 'completed', 'undone');
    await makeRun('nothing', 'completed');
    await makeRun('active', 'active', 'created');

    await database.migrate.up(migration);
    expect(
      await database('outbox').select('kind', 'task_id', 'attempts'),
    ).toEqual([{ kind: 'run.completed', task_id: 'made', attempts: 0 }]);
    await database.migrate.down(migration);
    expect(await database('outbox')).toEqual([]);
  });
});

import { TestDatabaseId } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { createReplica } from './createReplica';
import { openTestDatabase } from './databases';
import { FakeTaskFacts } from './FakeScaffolderRuns';

/** Who starts the runs of {@link createRunScene}. */
export const DEV = 'user:default/dev';

const EFFECT = {
  taskId: 'task-1',
  stepId: 'create',
  inputDigest: 'digest-1',
  attempt: 'attempt-1',
  // Nothing undoes it: a rollback shows it as kept.
  capability: 'ticketing',
  provider: 'jira',
  kind: 'ticket',
  name: 'myorg/infrastructure#db-orders',
};

/** The task behind a run: a template that makes a database. */
export const FACTS: FakeTaskFacts = {
  createdBy: DEV,
  spec: {
    templateInfo: {
      entityRef: 'template:default/database',
      entity: { metadata: { name: 'database', title: 'Database' } },
    },
    parameters: { name: 'orders' },
  },
};

/** One replica with runs that start, create something, and are followed. */
export async function createRunScene(
  id: TestDatabaseId,
  options: Partial<Parameters<typeof createReplica>[0]> = {},
) {
  const database = options.database ?? (await openTestDatabase(id));
  const replica = createReplica({ ...options, database });
  const { runs, scaffolderRuns, runSweep, clock, rollback } = replica;
  const { register, effects, outbox, notifications } = replica;
  const start = async (taskId = 'task-1', run: object = {}) => {
    scaffolderRuns.start(taskId, undefined, FACTS);
    await register.register(taskId, {
      requester: DEV,
      templateRef: 'template:default/database',
      authorised: true,
      secretNames: [],
      ...run,
    });
  };
  const create = async (taskId = 'task-1') => {
    const { effect } = await effects.claim({ ...EFFECT, taskId });
    await effects.complete(effect.id, { attempt: EFFECT.attempt });
  };
  const settle = async () => {
    await runSweep.idle();
    await rollback.idle();
    await replica.resumer.idle();
    await outbox.deliver();
  };
  const follow = async (taskId = 'task-1') => {
    await runSweep.follow(taskId);
    await settle();
  };
  /** Ticks after some time. */
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await runSweep.tick();
    await settle();
  };
  const find = async (taskId = 'task-1') => (await runs.find(taskId))!;
  const told = () =>
    (
      notifications.send.mock.calls as unknown as [
        { recipients: object; payload: { title: string; link: string } },
      ][]
    ).map(([{ payload }]) => payload.title);
  return {
    ...replica,
    database,
    start,
    create,
    settle,
    follow,
    pass,
    find,
    told,
  };
}

/** Fails every statement after so many, as the death of a process does. */
export function killAfter(database: Knex, statements: number) {
  let seen = 0;
  const count = ({ sql }: { sql: string }) => {
    if (!/^(rollback|BEGIN|COMMIT)/i.test(sql) && ++seen > statements) {
      throw new Error('killed');
    }
  };
  database.on('query', count);
  return {
    happened: () => seen > statements,
    end: () => database.removeListener('query', count),
  };
}

/** Empties the database of everything about runs. */
export async function forgetRuns(database: Knex): Promise<void> {
  for (const table of [
    'runs',
    'outbox',
    'suspensions',
    'effects',
    'effect_names',
    'step_durations',
    'resources',
    'resource_runs',
  ]) {
    await database(table).delete();
  }
}

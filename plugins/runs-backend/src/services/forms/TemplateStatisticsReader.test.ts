import { mockCredentials } from '@backstage/backend-test-utils';
import { Knex } from 'knex';
import { createReplica } from '../../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../../__testUtils__/databases';

const dana = mockCredentials.user('user:default/dana');
const DAY_MS = 24 * 60 * 60 * 1000;

const template = (name: string) => ({
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name, namespace: 'default' },
});

describe.each(databases.eachSupportedId())('template statistics on %s', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    const replica = createReplica({
      database,
      entities: [template('database'), template('service')],
    });
    return { database, ...replica };
  }

  function ended(
    database: Knex,
    now: Date,
    run: {
      phase: string;
      minutes?: number;
      ref?: string;
      daysAgo?: number;
      cancelled?: boolean;
    },
  ) {
    const { phase, minutes = 1, ref = 'template:default/database' } = run;
    const endedAt = new Date(now.getTime() - (run.daysAgo ?? 1) * DAY_MS);
    return database('runs').insert({
      task_id: `t${Math.random()}`,
      template_ref: ref,
      authorised: true,
      secret_names: '[]',
      phase,
      created_at: new Date(endedAt.getTime() - minutes * 60_000),
      ended_at: endedAt,
      cancelled_at: run.cancelled ? endedAt : null,
    });
  }

  it('counts how runs ended in the last 90 days, and how long they took', async () => {
    const { database, clock, templateStatistics } = await setUp();
    const now = await clock.now();
    for (const run of [
      { phase: 'completed', minutes: 1 },
      { phase: 'completed', minutes: 9 },
      { phase: 'completed', minutes: 3, ref: 'Template:default/Database' },
      { phase: 'held', minutes: 500 },
      { phase: 'rolled-back', minutes: 500, cancelled: true },
      { phase: 'active', minutes: 500 },
      { phase: 'failed', daysAgo: 91 },
      { phase: 'cancelled', cancelled: true, ref: 'template:default/service' },
      { phase: 'completed', ref: 'template:default/hidden' },
    ]) {
      await ended(database, now, run);
    }

    const since = new Date(now.getTime() - 90 * DAY_MS).toISOString();
    expect(await templateStatistics.read(undefined, dana)).toEqual([
      {
        templateRef: 'template:default/database',
        runs: 5,
        completed: 3,
        successRate: 0.75,
        medianSeconds: 180,
        since,
      },
      {
        templateRef: 'template:default/service',
        runs: 1,
        completed: 0,
        successRate: undefined,
        medianSeconds: undefined,
        since,
      },
    ]);
    const asked = ['Template:default/Service', 'template:default/hidden'];
    const some = await templateStatistics.read(asked, dana);
    expect(some.map(({ templateRef }) => templateRef)).toEqual([
      'template:default/service',
    ]);
    expect(await templateStatistics.read(['x'], dana)).toEqual([]);
  });
});

import { createReplica, suspendRequest } from '../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../__testUtils__/databases';

describe('TaskEvents', () => {
  async function setUp() {
    const [[id]] = databases.eachSupportedId();
    const replica = createReplica({ database: await openTestDatabase(id) });
    replica.scaffolderRuns.start('task-1');
    await replica.suspensions.suspend(suspendRequest());
    const handle = async (payload: unknown) => {
      await replica.taskEvents.handle(payload);
      await replica.resumer.idle();
    };
    const statusOf = async () =>
      (await replica.store.find(suspendRequest()))?.status;
    return { ...replica, handle, statusOf };
  }

  it('takes a terminal status as a hint that the run is parked', async () => {
    const { handle, statusOf, scaffolderRuns } = await setUp();
    scaffolderRuns.end('task-1');
    await handle({ id: 'task-1', status: 'failed', createdBy: 'user:a/b' });
    expect(await statusOf()).toBe('parked');
  });

  it('looks instead of believing', async () => {
    const { handle, statusOf, scaffolderRuns, resumer, store, clock } =
      await setUp();
    const row = await store.find(suspendRequest());
    scaffolderRuns.end('task-1');
    await resumer.advance(row!.id);
    await handle({ id: 103, taskId: 'task-1', status: 'cancelled' });
    expect(await statusOf()).toBe('parked');
    const eventId = scaffolderRuns.personCancels('task-1');
    clock.advance(1);
    await handle({ id: eventId, taskId: 'task-1', status: 'cancelled' });
    expect(await statusOf()).toBe('cancelled');
  });

  it.each([
    ['of another task', { id: 'task-2', status: 'failed' }],
    ['of another status', { id: 'task-1', status: 'processing' }],
    ['without a status', { id: 'task-1' }],
    ['of no shape', 'failed'],
    ['that is empty', undefined],
  ])('ignores a payload %s', async (_, payload) => {
    const { handle, statusOf, scaffolderRuns } = await setUp();
    scaffolderRuns.end('task-1');
    const { looks } = scaffolderRuns;
    await handle(payload);
    expect(scaffolderRuns.looks).toBe(looks);
    expect(await statusOf()).toBe('parking');
  });
});

import { databases, openTestDatabase } from '../__testUtils__/databases';
import { DatabaseRunStore, markRunCancelled } from './DatabaseRunStore';

const NOW = new Date('2026-01-05T12:00:00Z');
const LATER = new Date('2026-01-05T13:00:00Z');

describe.each(databases.eachSupportedId())('DatabaseRunStore on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    return { database, store: DatabaseRunStore.create(database) };
  }

  it('keeps the first record, but adds what a later one may add', async () => {
    const { store } = await setUp();
    const first = {
      templateRef: 'template:default/database',
      requester: 'user:default/dev',
      authorised: false,
      secretNames: ['b', 'a'],
    };
    const expected = {
      ...first,
      taskId: 'task-1',
      secretNames: ['a', 'b'],
      createdAt: NOW.toISOString(),
    };
    expect(await store.register('task-1', first, NOW)).toEqual(expected);
    await store.register(
      'task-1',
      {
        templateRef: 'template:default/other',
        requester: 'user:default/other',
        authorised: true,
        secretNames: ['c', 'a'],
      },
      LATER,
    );
    await store.register(
      'task-1',
      { authorised: false, secretNames: [] },
      LATER,
    );
    expect(await store.find('task-1')).toEqual({
      ...expected,
      authorised: true,
      secretNames: ['a', 'b', 'c'],
    });
    expect(await store.find('task-2')).toBeUndefined();
  });

  it('loses no secret name to concurrent writers', async () => {
    const { store } = await setUp();
    const names = Array.from({ length: 20 }, (_, count) => `name-${count}`);
    await Promise.all(
      names.map(name =>
        store.register(
          'task-1',
          { authorised: false, secretNames: [name] },
          NOW,
        ),
      ),
    );
    expect((await store.find('task-1'))?.secretNames).toEqual(names.sort());
  });

  it('keeps a message until it is removed, once', async () => {
    const { database, store } = await setUp();
    for (const time of [NOW, LATER]) {
      await database.transaction(transaction =>
        markRunCancelled(transaction, 'task-1', time),
      );
    }
    const [message, ...others] = await store.listOutbox(NOW, 10);
    expect(message).toMatchObject({ kind: 'run.cancelled', attempts: 0 });
    expect(others).toEqual([]);
    await store.postponeMessage(message, LATER);
    expect(await store.listOutbox(NOW, 10)).toEqual([]);
    expect(await store.listOutbox(LATER, 10)).toEqual([
      { ...message, attempts: 1 },
    ]);
    await store.removeMessage(message.id);
    expect(await store.listOutbox(LATER, 10)).toEqual([]);
  });
});

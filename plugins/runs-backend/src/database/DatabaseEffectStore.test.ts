import { ClaimEffect } from '@self-service/plugin-runs-common';
import { databases, openTestDatabase } from '../__testUtils__/databases';
import { DatabaseEffectStore } from './DatabaseEffectStore';
import { DatabaseRunStore } from './DatabaseRunStore';

const NOW = new Date('2026-01-05T12:00:00Z');
const LEASE_END = new Date('2026-01-05T12:01:00Z');
const BEFORE_LEASE_END = new Date('2026-01-05T12:00:59Z');
const LATER = new Date('2026-01-05T12:02:00Z');
const AFTER_LATER = new Date('2026-01-05T12:03:00Z');

function claimOf(overrides: Partial<ClaimEffect> = {}): ClaimEffect {
  return {
    taskId: 'task-1',
    stepId: 'create',
    inputDigest: 'digest-1',
    attempt: 'attempt-1',
    capability: 'git',
    provider: 'github',
    kind: 'pull request',
    name: 'myorg/infrastructure#db-orders',
    reference: { branch: 'db-orders' },
    ...overrides,
  };
}

describe.each(databases.eachSupportedId())('DatabaseEffectStore on %p', id => {
  async function setUp() {
    const database = await openTestDatabase(id);
    const store = DatabaseEffectStore.create(database);
    const claim = (
      overrides: Partial<ClaimEffect> = {},
      now = NOW,
      leaseUntil = LEASE_END,
    ) => store.claim(claimOf(overrides), now, leaseUntil);
    return { database, store, claim };
  }

  it('gives the right to act to one of 20 attempts', async () => {
    const { claim, store } = await setUp();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, count) =>
        claim({ attempt: `attempt-${count}` }),
      ),
    );
    const outcomes = results.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(['acquired', ...Array(19).fill('busy')]);
    expect(await store.list('task-1')).toHaveLength(1);
  });

  it('gives a name to one of 20 runs', async () => {
    const { claim } = await setUp();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, count) =>
        claim({ taskId: `task-${count}` }),
      ),
    );
    const owner = results.find(({ outcome }) => outcome === 'acquired');
    const others = results.filter(({ outcome }) => outcome === 'taken');
    expect(others).toHaveLength(19);
    for (const { effect } of others) {
      expect(effect.taskId).toBe(owner?.effect.taskId);
    }
  });

  it('holds the lease for its length, then gives it to another attempt', async () => {
    const { claim } = await setUp();
    await claim();
    const again = await claim({}, BEFORE_LEASE_END);
    expect(again.outcome).toBe('acquired');
    const early = await claim({ attempt: 'attempt-2' }, BEFORE_LEASE_END);
    expect(early.outcome).toBe('busy');
    const late = await claim({ attempt: 'attempt-2' }, LEASE_END, LATER);
    expect(late.outcome).toBe('acquired');
    expect((await claim({}, LEASE_END)).outcome).toBe('busy');
  });

  it('renews for the attempt that has claimed it, and for no other', async () => {
    const { claim, store } = await setUp();
    const { effect } = await claim();
    await store.renew(effect.id, { attempt: 'attempt-1' }, LATER);
    expect((await claim({ attempt: 'attempt-2' }, LEASE_END)).outcome).toBe(
      'busy',
    );
    // Run out, and nobody has taken it.
    await store.renew(effect.id, { attempt: 'attempt-1' }, LATER);

    await claim({ attempt: 'attempt-2' }, LATER, AFTER_LATER);
    for (const lost of ['attempt-1', 'other']) {
      await expect(
        store.renew(effect.id, { attempt: lost }, AFTER_LATER),
      ).rejects.toMatchObject({ name: 'ConflictError' });
    }
    await store.renew(effect.id, { attempt: 'attempt-2' }, AFTER_LATER);
  });

  it('renews nothing that is made, gone or being undone', async () => {
    const { claim, store, database } = await setUp();
    const { effect } = await claim();
    for (const status of ['created', 'absent', 'undoing']) {
      await database('effects').update({ status });
      await expect(
        store.renew(effect.id, { attempt: 'attempt-1' }, LATER),
      ).rejects.toMatchObject({ name: 'ConflictError' });
    }
    await expect(
      store.renew('none', { attempt: 'attempt-1' }, LATER),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('renews nothing for a run that has ended', async () => {
    const { claim, store, database } = await setUp();
    await DatabaseRunStore.create(database).register(
      'task-1',
      { authorised: false, secretNames: [] },
      NOW,
    );
    const { effect } = await claim();
    await store.renew(effect.id, { attempt: 'attempt-1' }, LATER);
    await database('runs').update({ phase: 'rolling-back' });
    await expect(
      store.renew(effect.id, { attempt: 'attempt-1' }, LATER),
    ).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it('completes for the attempt that holds the lease alone', async () => {
    const { claim, store } = await setUp();
    const { effect } = await claim();
    await claim({ attempt: 'attempt-2' }, LEASE_END, LATER);
    await expect(
      store.complete(effect.id, { attempt: 'attempt-1' }, LEASE_END),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    const result = {
      attempt: 'attempt-2',
      url: 'https://git.example/1',
      reference: { branch: 'db-orders', number: 1 },
    };
    const created = await store.complete(effect.id, result, LEASE_END);
    expect(created).toMatchObject({
      id: effect.id,
      status: 'created',
      url: result.url,
      reference: result.reference,
      createdAt: NOW.toISOString(),
      updatedAt: LEASE_END.toISOString(),
    });
    // A repeat of a call whose answer was lost.
    expect(await store.complete(effect.id, result, LEASE_END)).toEqual(created);
    const later = await claim({ attempt: 'attempt-3' }, LATER);
    expect(later).toEqual({ outcome: 'created', effect: created });
  });

  it('gives the lease back, and the name with what does not exist', async () => {
    const { claim, store } = await setUp();
    const { effect } = await claim();
    await store.release(effect.id, { attempt: 'other', absent: true }, NOW);
    expect((await claim({ attempt: 'attempt-2' })).outcome).toBe('busy');

    await store.release(
      effect.id,
      { attempt: 'attempt-1', absent: false },
      NOW,
    );
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('taken');
    expect((await claim({ attempt: 'attempt-2' })).outcome).toBe('acquired');

    await store.release(effect.id, { attempt: 'attempt-2', absent: true }, NOW);
    expect((await store.list('task-1'))[0].status).toBe('absent');
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('acquired');
    // The step tries again, and its name is gone meanwhile.
    expect((await claim({ attempt: 'attempt-3' })).outcome).toBe('taken');
  });

  it('claims again what did not come to be', async () => {
    const { claim, store } = await setUp();
    const { effect } = await claim();
    await store.release(effect.id, { attempt: 'attempt-1', absent: true }, NOW);
    const again = await claim({ attempt: 'attempt-2' });
    expect(again).toMatchObject({
      outcome: 'acquired',
      effect: { id: effect.id, status: 'intended' },
    });
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('taken');
  });

  it('lets the steps of one run share a name until the last frees it', async () => {
    const { claim, store } = await setUp();
    const first = await claim();
    const second = await claim({ inputDigest: 'digest-2' });
    expect(second.outcome).toBe('acquired');
    const release = (effectId: string) =>
      store.release(effectId, { attempt: 'attempt-1', absent: true }, NOW);
    await release(first.effect.id);
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('taken');
    await release(second.effect.id);
    expect((await claim({ taskId: 'task-2' })).outcome).toBe('acquired');
  });

  it.each(['undoing', 'undone', 'undo-failed'])(
    'creates nothing again that is %s',
    async status => {
      const { database, claim } = await setUp();
      await claim();
      await database('effects').update({ status });
      await expect(claim({}, LATER)).rejects.toMatchObject({
        name: 'ConflictError',
      });
    },
  );

  it('tells names apart by provider and kind', async () => {
    const { claim } = await setUp();
    await claim();
    for (const [count, other] of [
      { provider: 'gitlab' },
      { kind: 'repository' },
      { capability: 'secrets' },
      { name: 'other' },
    ].entries()) {
      const result = await claim({ taskId: `other-${count}`, ...other });
      expect(result.outcome).toBe('acquired');
    }
  });

  it('knows no effect that is not there', async () => {
    const { store } = await setUp();
    await expect(
      store.complete('none', { attempt: 'a' }, NOW),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(
      store.release('none', { attempt: 'a', absent: true }, NOW),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

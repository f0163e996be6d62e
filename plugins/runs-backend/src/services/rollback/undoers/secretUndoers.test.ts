import { SecretsProvider } from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { FakeOutside } from '../../../__testUtils__/FakeOutside';
import { createSecretAccessUndoer } from './secretAccess';
import { createSecretVersionUndoer } from './secretVersion';

const RUN_KEY = 'task-1/step/digest';
const TEAM = 'group:default/payments';
const context = {
  runKey: RUN_KEY,
  effects: [],
  signal: new AbortController().signal,
};

const KINDS = {
  'secret version': {
    create: createSecretVersionUndoer,
    owners: 'rotations' as const,
    name: 'a/b',
    act: 'restore a/b',
  },
  'secret access': {
    create: createSecretAccessUndoer,
    owners: 'access' as const,
    name: `a/b for ${TEAM}`,
    act: `revoke a/b for ${TEAM}`,
  },
};

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
  'undoer of %s',
  kind => {
    const { create, owners, name, act } = KINDS[kind];
    let outside: FakeOutside;
    let providers: readonly SecretsProvider[];
    const effect = (overrides: Partial<Effect> = {}): Effect => ({
      id: 'effect',
      taskId: 'task-1',
      stepId: 'step',
      status: 'undoing',
      capability: 'secrets',
      provider: 'vault',
      kind,
      // No path: the reference has it.
      name: `${kind} of a/b`,
      url: 'https://vault.example/a/b',
      reference: { path: 'a/b', team: TEAM, access: 'read' },
      createdAt: '',
      updatedAt: '',
      ...overrides,
    });
    beforeEach(() => {
      outside = new FakeOutside();
      providers = outside.providers().secrets ?? [];
    });

    it('takes back what the run made, as often as it is asked', async () => {
      outside[owners].set(name, RUN_KEY);
      const undoer = create(providers);
      expect(undoer).toMatchObject({ capability: 'secrets', kind });
      expect(await undoer.undo(effect(), context)).toMatchObject({
        outcome: 'undone',
      });
      expect(await undoer.undo(effect(), context)).toMatchObject({
        outcome: 'undone',
      });
      expect(outside.acts).toEqual([act]);
    });

    it("leaves another's alone, and says so if the run had made one", async () => {
      outside[owners].set(name, 'another');
      const undoer = create(providers);
      expect(await undoer.undo(effect(), context)).toMatchObject({
        outcome: 'retained',
        note: expect.stringContaining('a/b'),
        url: 'https://vault.example/a/b',
      });
      expect(
        await undoer.undo(effect({ url: undefined }), context),
      ).toMatchObject({ outcome: 'undone' });
      expect(outside.acts).toEqual([]);
    });

    it('fails where the provider does, or is not installed', async () => {
      outside.fail = () => {
        throw new Error('down');
      };
      const undoer = create(providers);
      await expect(undoer.undo(effect(), context)).rejects.toThrow('down');
      await expect(undoer.settle?.(effect(), context)).rejects.toThrow('down');
      await expect(
        undoer.undo(effect({ provider: 'gone' }), context),
      ).rejects.toThrow('No provider serves the secrets provider gone');
    });

    it('takes back what nobody goes on with', async () => {
      const undoer = create(providers);
      const absent = { outcome: 'absent' };
      outside[owners].set(name, RUN_KEY);
      expect(await undoer.settle?.(effect(), context)).toEqual(absent);
      expect(outside.acts).toEqual([act]);
      outside[owners].set(name, 'another');
      expect(await undoer.settle?.(effect(), context)).toEqual(absent);
      expect(outside[owners].get(name)).toBe('another');
    });
  },
);

it('says that access stays where the portal may not take it back', async () => {
  const [provider] = new FakeOutside().providers().secrets ?? [];
  const undoer = createSecretAccessUndoer([
    { ...provider, id: 'vault', revokeAccess: undefined },
  ]);
  const effect = {
    provider: 'vault',
    reference: { path: 'a/b', team: TEAM },
  } as unknown as Effect;
  expect(await undoer.undo(effect, context)).toMatchObject({
    outcome: 'retained',
    note: expect.stringContaining(TEAM),
  });
});

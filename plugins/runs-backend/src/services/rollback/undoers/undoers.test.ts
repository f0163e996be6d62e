import { mockServices } from '@backstage/backend-test-utils';
import { Effect } from '@self-service/plugin-runs-common';
import {
  FakeOutside,
  MADE_AT,
  NOBODY,
} from '../../../__testUtils__/FakeOutside';
import { createUndoers, UndoProviders } from './index';
import { toRevertKey } from './revertKey';

const RUN_KEY = 'task-1/step/digest';
const URL = 'https://git.example/myorg/infra/pull/1';
const COUNTER = 'https://git.example/myorg/infra/pull/101';

describe('undoers', () => {
  let outside: FakeOutside;
  beforeEach(() => {
    outside = new FakeOutside();
  });

  function prepare(overrides: Partial<Effect>) {
    const effect: Effect = {
      id: 'effect',
      taskId: 'task-1',
      stepId: 'step',
      status: 'undoing',
      capability: 'git',
      provider: 'github',
      kind: 'pull request',
      name: 'git.example/myorg/infra#db',
      createdAt: '',
      updatedAt: '',
      ...overrides,
    };
    const undoers = createUndoers({
      ...(outside.providers() as UndoProviders),
      auth: mockServices.auth(),
    });
    const undoer = undoers.find(({ kind }) => kind === effect.kind)!;
    const { signal } = new AbortController();
    return { effect, undoer, context: { runKey: RUN_KEY, signal } };
  }
  function undo(overrides: Partial<Effect>, effects: Effect[] = []) {
    const { effect, undoer, context } = prepare(overrides);
    return undoer.undo(effect, { ...context, effects });
  }
  function settle(overrides: Partial<Effect>) {
    const { effect, undoer, context } = prepare(overrides);
    return undoer.settle?.(effect, context);
  }
  const apply: Partial<Effect> = {
    capability: 'infrastructure',
    provider: 'atlantis',
    kind: 'apply',
    name: URL,
    reference: { outputs: {} },
  };

  describe('what is applied after its merge', () => {
    beforeEach(() => {
      outside.appliesMerged = true;
    });

    it('is taken back by merging the revert and going on with its apply', async () => {
      outside.open(1, 'db', { state: 'merged' });
      outside.applies.set(URL, 'applied');
      const outcomes = [];
      for (let turn = 0; turn < 3; turn += 1) {
        outcomes.push((await undo(apply)).outcome);
      }
      expect(outcomes).toEqual(['pending', 'pending', 'undone']);
      expect(outside.acts).toEqual(['revert 1', 'merge 101', 'apply 101']);
    });

    it('is stopped first where it waits to be confirmed', async () => {
      outside.open(1, 'db', { state: 'merged' });
      outside.applies.set(URL, 'planned');
      const stopped = { ...apply, reference: {} };
      expect(await undo(stopped)).toMatchObject({ outcome: 'pending' });
      expect(outside.acts).toEqual(['cancel 1']);
      await undo(stopped);
      expect(outside.acts).toEqual(['cancel 1', 'revert 1', 'merge 101']);
    });

    it('is started again where taking it back has failed', async () => {
      outside.open(1, 'db', { state: 'merged' });
      outside.applies.set(URL, 'applied');
      await undo(apply);
      outside.applies.set(COUNTER, 'failed');
      await expect(undo(apply)).rejects.toThrow('has failed');
      expect(outside.acts).toContain('apply 101');
      expect(await undo(apply)).toMatchObject({ outcome: 'undone' });
    });
  });

  describe('what its revert takes away with its directory', () => {
    beforeEach(() => {
      outside.open(1, 'db', { state: 'merged' });
      outside.applies.set(URL, 'applied');
      outside.directories.set(URL, ['databases/orders']);
    });
    const undoThrice = async (overrides = apply) => {
      const outcomes = [];
      for (let turn = 0; turn < 3; turn += 1) {
        outcomes.push((await undo(overrides)).outcome);
      }
      return outcomes;
    };

    it('is destroyed before the revert is merged, which nobody applies', async () => {
      expect(await undoThrice()).toEqual(['pending', 'undone', 'undone']);
      expect(outside.acts).toEqual([
        'revert 1',
        'begin to destroy 1',
        'merge 101',
      ]);
    });

    it('stays in the code where it can not be destroyed', async () => {
      outside.applies.set(URL, 'failed');
      await expect(undo(apply)).rejects.toThrow('The state is locked.');
      expect(outside.pullRequests.get(COUNTER)!.state).toBe('open');
    });

    it('is destroyed, and the rest applied', async () => {
      outside.directories.set(URL, ['databases/orders', 'shared']);
      outside.staying.add('shared');
      outside.directories.set(COUNTER, ['shared']);
      expect(await undoThrice()).toEqual(['pending', 'pending', 'undone']);
      expect(outside.acts).toEqual([
        'revert 1',
        'begin to destroy 1',
        'apply 101',
        'merge 101',
      ]);
    });

    it('is all there is, where the vendor names what others made since', async () => {
      outside.directories.set(URL, ['databases/orders', 'later/refunds']);
      expect(await undoThrice()).toEqual(['pending', 'undone', 'undone']);
      expect(outside.acts).toEqual([
        'revert 1',
        'begin to destroy 1',
        'merge 101',
      ]);
    });

    it('is all there is, where nothing else of the revert is planned', async () => {
      outside.directories.set(URL, ['databases/orders', 'shared']);
      outside.staying.add('shared');
      outside.directories.set(COUNTER, ['databases/orders']);
      outside.applies.set(COUNTER, 'failed');
      expect(await undoThrice()).toEqual(['pending', 'undone', 'undone']);
      expect(outside.acts).toContain('merge 101');
      expect(outside.acts).not.toContain('apply 101');
    });

    it('is never destroyed where another run has made it', async () => {
      const change = { ...apply, reference: { outputs: {}, existing: true } };
      expect(await undoThrice(change)).toEqual([
        'pending',
        'retained',
        'retained',
      ]);
      expect(outside.acts).toEqual(['revert 1', 'apply 101']);
    });

    it('is reported where nobody plans the revert', async () => {
      outside.staying.add('databases/orders');
      await undo(apply);
      expect(await undo(apply)).toEqual({
        outcome: 'retained',
        note: expect.stringContaining('Destroy it by hand'),
        url: COUNTER,
      });
      expect(outside.pullRequests.get(COUNTER)!.state).toBe('open');
    });
  });

  describe('a change of what another run has made', () => {
    const change = { ...apply, reference: { outputs: {}, existing: true } };

    it('is never destroyed', async () => {
      outside.open(1, 'db');
      outside.applies.set(URL, 'applied');
      expect(await undo(change)).toEqual({
        outcome: 'retained',
        note: expect.stringContaining('stays as it is'),
        url: URL,
      });
      expect(await undo({ ...change, reference: { existing: true } })).toEqual(
        expect.objectContaining({ outcome: 'retained' }),
      );
      expect(outside.acts).toEqual([]);
    });

    it('is nothing where it was never applied', async () => {
      outside.open(1, 'db');
      outside.applies.set(URL, 'planned');
      expect(
        await undo({ ...change, reference: { existing: true } }),
      ).toMatchObject({ outcome: 'undone' });
      expect(outside.acts).toEqual([]);
    });

    it('is reverted where it is merged', async () => {
      outside.open(1, 'db', { state: 'merged' });
      outside.applies.set(URL, 'applied');
      await undo(change);
      expect(outside.acts).toContain('revert 1');
    });
  });

  describe('workspace', () => {
    const NAME = 'git.example/myorg/sub/infra//databases/orders';
    const workspace: Partial<Effect> = {
      capability: 'infrastructure',
      provider: 'atlantis',
      kind: 'workspace',
      name: NAME,
      url: 'https://plans/orders',
      reference: { workspace: 'infra-databases-orders' },
    };

    it('is removed', async () => {
      outside.workspaces.set(NAME, RUN_KEY);
      expect(await undo(workspace)).toMatchObject({ outcome: 'undone' });
      expect(outside.acts).toEqual([`remove workspace ${NAME}`]);
      expect(await undo(workspace)).toMatchObject({ outcome: 'undone' });
    });

    it.each([
      ['busy', 'pending'],
      ['retained', 'retained'],
    ] as const)('that is %s is %s', async (state, outcome) => {
      outside.workspaces.set(NAME, RUN_KEY);
      outside.workspaceState = state;
      expect(await undo(workspace)).toMatchObject({ outcome });
    });

    it('that somebody else made stays', async () => {
      outside.workspaces.set(NAME, 'task-2/step/digest');
      const existed = { ...workspace, reference: { existed: true } };
      expect(await undo(existed)).toMatchObject({ outcome: 'undone' });
      const intended = { ...workspace, url: undefined, reference: {} };
      expect(await undo(intended)).toMatchObject({ outcome: 'undone' });
      expect(await undo(workspace)).toMatchObject({ outcome: 'retained' });
      expect(outside.workspaces.size).toBe(1);
    });

    it('that was interrupted is found out, and nothing of it changed', async () => {
      const intended = { ...workspace, url: undefined };
      expect(await settle(intended)).toEqual({ outcome: 'absent' });
      outside.workspaces.set(NAME, 'task-2/step/digest');
      expect(await settle(intended)).toEqual({ outcome: 'absent' });
      outside.workspaces.set(NAME, RUN_KEY);
      expect(await settle(intended)).toMatchObject({
        outcome: 'created',
        url: 'https://plans/found',
      });
      expect(outside.acts).toEqual([]);
    });
  });

  describe('pull request', () => {
    it('closes one that is merged just then by its revert', async () => {
      const pullRequest = outside.open(1, 'db');
      outside.fail = call => {
        if (call === 'closePullRequest') {
          pullRequest.state = 'merged';
        }
      };
      expect(await undo({ url: URL })).toMatchObject({
        outcome: 'retained',
        url: COUNTER,
      });
    });

    it('is undone once its revert is merged by somebody', async () => {
      outside.open(1, 'db', { state: 'merged' });
      await undo({ url: URL });
      outside.pullRequests.get(COUNTER)!.state = 'merged';
      outside.branches.set('db', RUN_KEY);
      outside.branches.set('revert-1', toRevertKey('task-1', URL));
      expect(await undo({ url: URL })).toMatchObject({ outcome: 'undone' });
      // Nothing is left of either but what is merged.
      expect([...outside.branches.keys()]).toEqual([]);
    });

    it('says what to do where it can not be reverted', async () => {
      outside.open(1, 'db', { state: 'merged' });
      outside.open(101, 'revert-1', { openedBy: 'somebody' });
      expect(await undo({ url: URL })).toEqual({
        outcome: 'retained',
        note: expect.stringContaining("somebody else's"),
        url: URL,
      });
    });

    it('says so where it is not there any more', async () => {
      expect(await undo({ url: URL })).toMatchObject({ outcome: 'retained' });
    });

    it('names the provider that is missing', async () => {
      await expect(undo({ url: URL, provider: 'gitlab' })).rejects.toThrow(
        /No provider serves the git provider gitlab/,
      );
    });
  });

  describe('apply', () => {
    it('is destroyed step by step while its pull request is open', async () => {
      outside.open(1, 'db');
      outside.applies.set(URL, 'applied');
      expect(await undo(apply)).toMatchObject({ outcome: 'pending' });
      expect(await undo(apply)).toMatchObject({ outcome: 'undone' });
    });

    it('is nothing where nothing was applied', async () => {
      outside.open(1, 'db');
      expect(await undo(apply)).toMatchObject({ outcome: 'undone' });
      outside.pullRequests.get(URL)!.state = 'merged';
      outside.applies.set(URL, 'planned');
      expect(await undo({ ...apply, reference: {} })).toMatchObject({
        outcome: 'undone',
      });
      expect(outside.acts).toEqual([]);
    });

    it('fails in words that people can act on', async () => {
      outside.open(1, 'db');
      outside.applies.set(URL, 'failed');
      await expect(undo(apply)).rejects.toThrow('The state is locked.');
    });

    it('has a failed apply of the revert started anew', async () => {
      outside.open(1, 'db', { state: 'merged' });
      outside.applies.set(URL, 'applied');
      expect(await undo(apply)).toMatchObject({
        outcome: 'pending',
        url: COUNTER,
      });
      outside.applies.set(COUNTER, 'failed');
      await expect(undo(apply)).rejects.toThrow('has failed');
      expect(await undo(apply)).toMatchObject({ outcome: 'undone' });
      expect(outside.acts).toEqual([
        'revert 1',
        'apply 101',
        'apply 101',
        'merge 101',
      ]);
    });

    it.each([
      ['closed', 'closed', 'Reopen it'],
      ['merged before it was applied', 'merged', 'by hand'],
    ] as const)(
      'says what to do where the revert was %s',
      async (_, state, words) => {
        outside.open(1, 'db', { state: 'merged' });
        outside.applies.set(URL, 'applied');
        await undo(apply);
        outside.applies.set(COUNTER, 'planned');
        outside.pullRequests.get(COUNTER)!.state = state;
        expect(await undo(apply)).toMatchObject({
          outcome: 'retained',
          note: expect.stringContaining(words),
          url: COUNTER,
        });
      },
    );
  });

  describe('a branch without a pull request', () => {
    const stock = (completed: boolean) => ({
      kind: 'pull request',
      reference: { stock: true, completed },
    });

    it.each([
      ['is shown where a stock step did not finish', true, false, 'retained'],
      ['is nothing where it does not exist', false, false, 'undone'],
      ['is nothing where the step finished', true, true, 'undone'],
    ])('%s', async (_, exists, completed, outcome) => {
      if (exists) {
        outside.branches.set('db', 'somebody');
      }
      expect((await undo(stock(completed))).outcome).toBe(outcome);
      expect(outside.acts).toEqual([]);
    });
  });

  describe('catalog entity', () => {
    const target = 'https://git.example/o/r/blob/main/catalog-info.yaml';
    const entity: Partial<Effect> = {
      capability: 'catalog',
      provider: 'backstage',
      kind: 'catalog entity',
      name: target,
    };

    it.each([{ locationId: 'location-1' }, undefined])(
      'is unregistered by %j',
      async reference => {
        outside.locations.set('location-1', target);
        const once = await undo({ ...entity, reference });
        const twice = await undo({ ...entity, reference });
        expect([once.outcome, twice.outcome]).toEqual(['undone', 'undone']);
        expect(outside.acts).toEqual(['unregister location-1']);
      },
    );
  });

  describe.each([
    ['secret', 'a', { capability: 'secrets', provider: 'vault' }],
    ['repository', 'git.example/o/r', {}],
  ])('a %s of a stock action', (kind, name, more) => {
    const stock = { stock: true, completed: true, from: MADE_AT, to: MADE_AT };

    it.each([
      ['is removed where its step made it', stock, 'undone'],
      [
        'is retained where it was made at another time',
        { ...stock, from: '2026-01-05T12:00:10Z', to: '2026-01-05T12:00:11Z' },
        'retained',
      ],
      [
        'is retained where its step did not finish',
        { ...stock, completed: false },
        'retained',
      ],
      [
        'is retained where nobody knows when its step ran',
        { stock: true, completed: true },
        'retained',
      ],
    ])('%s', async (_, reference, outcome) => {
      outside.secrets.set('a', NOBODY);
      outside.repositories.set('git.example/o/r', NOBODY);
      const result = await undo({ kind, name, ...more, reference });
      expect(result.outcome).toBe(outcome);
      expect(outside.acts).toHaveLength(outcome === 'undone' ? 1 : 0);
    });
  });

  it.each([
    ['secret', { capability: 'secrets', provider: 'vault' }],
    ['repository', {}],
  ])(
    'retains a %s of which it can not be told whose it is',
    async (kind, more) => {
      const name = kind === 'secret' ? 'a' : 'git.example/o/r';
      outside.secrets.set('a', 'somebody');
      outside.repositories.set('git.example/o/r', 'somebody');
      const effect = { kind, name, ...more };
      expect(await undo({ ...effect, url: 'https://x.test' })).toMatchObject({
        outcome: 'retained',
        url: 'https://x.test',
      });
      expect(
        await undo({ ...effect, reference: { stock: true } }),
      ).toMatchObject({ outcome: 'retained' });
      // Only intended: it was there before.
      expect(await undo(effect)).toMatchObject({ outcome: 'undone' });
      expect(outside.acts).toEqual([]);
    },
  );
});

import { ConflictError, ServiceUnavailableError } from '@backstage/errors';
import {
  ComponentKey,
  OBSERVABILITY_PARTS,
  ObservabilityPart,
  ObservabilityProvider,
  toRunMark,
} from '@self-service/plugin-providers-node';
import { Effect } from '@self-service/plugin-runs-common';
import { createObservabilityUndoers } from './observability';

const RUN_KEY = 'task-1/observe/0123456789ab';

describe.each(OBSERVABILITY_PARTS)('undoing %s', part => {
  /** Keys of the runs that made what stands. */
  let standing: Map<string, string>;
  let failure: Error | undefined;

  const keyOf = (of: ObservabilityPart, { name, environment }: ComponentKey) =>
    `${of} of ${name} in ${environment}`;
  const own = keyOf(part, { name: 'orders', environment: 'dev' });
  const provider = {
    id: 'grafana',
    find: async (of, component) => {
      const madeBy = standing.get(keyOf(of, component));
      return madeBy === undefined
        ? undefined
        : { part: of, url: 'https://g.example/1', mark: toRunMark(madeBy) };
    },
    remove: async (of, component, { runKey }) => {
      if (failure) {
        throw failure;
      }
      const madeBy = standing.get(keyOf(of, component));
      if (madeBy !== undefined && madeBy !== runKey) {
        throw new ConflictError('Somebody else made it.');
      }
      return standing.delete(keyOf(of, component)) ? 'removed' : 'absent';
    },
  } as Pick<
    ObservabilityProvider,
    'id' | 'find' | 'remove'
  > as ObservabilityProvider;
  const undoer = createObservabilityUndoers([provider]).find(
    ({ kind }) => kind === part,
  )!;
  const effectOf = (overrides: Partial<Effect> = {}): Effect => ({
    id: 'effect',
    taskId: 'task-1',
    stepId: 'observe',
    status: 'undoing',
    capability: 'observability',
    provider: 'grafana',
    kind: part,
    name: 'orders@dev',
    createdAt: '',
    updatedAt: '',
    ...overrides,
  });
  const context = () => ({
    runKey: RUN_KEY,
    effects: [],
    signal: new AbortController().signal,
  });
  const undo = (overrides?: Partial<Effect>) =>
    undoer.undo(effectOf(overrides), context());

  beforeEach(() => {
    failure = undefined;
    standing = new Map(
      OBSERVABILITY_PARTS.flatMap(of =>
        ['dev', 'production'].map(environment => [
          keyOf(of, { name: 'orders', environment }),
          RUN_KEY,
        ]),
      ),
    );
  });

  it('removes it alone, and is done as often as it is asked', async () => {
    expect(await undo()).toMatchObject({
      outcome: 'undone',
      note: expect.stringContaining('Removed'),
    });
    expect(standing.has(own)).toBe(false);
    expect(standing.size).toBe(5);
    expect(await undo()).toMatchObject({ outcome: 'undone' });
    expect(standing.size).toBe(5);
  });

  it('retains what another has made in its place, and leaves what it never made', async () => {
    standing.set(own, 'another-run');
    expect(await undo({ url: 'https://g.example/1' })).toEqual({
      outcome: 'retained',
      note: expect.stringContaining('Somebody else made it.'),
      url: 'https://g.example/1',
    });
    // Only intended: it was there before.
    expect(await undo()).toMatchObject({ outcome: 'undone' });
    expect(standing.size).toBe(6);
  });

  it('passes a failure on, and names a provider that is gone', async () => {
    failure = new ServiceUnavailableError('down');
    await expect(undo()).rejects.toThrow('down');
    await expect(undo({ provider: 'datadog' })).rejects.toThrow(
      'No provider serves the observability provider datadog',
    );
  });

  it('finds out what became of an interrupted act', async () => {
    const settle = () => undoer.settle?.(effectOf(), context());
    expect(await settle()).toEqual({
      outcome: 'created',
      url: 'https://g.example/1',
      reference: { name: 'orders', environment: 'dev' },
    });
    standing.set(own, 'another-run');
    expect(await settle()).toEqual({ outcome: 'absent' });
    standing.delete(own);
    expect(await settle()).toEqual({ outcome: 'absent' });
  });
});

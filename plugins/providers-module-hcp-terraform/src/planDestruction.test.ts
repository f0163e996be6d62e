import { runAnswer, RunOptions } from './__testUtils__/documents';
import { runDocumentSchema } from './documents';
import { planDestruction } from './planDestruction';

const NOW = Date.parse('2026-01-02T04:00:00Z');
const CONFIRMABLE = { 'is-confirmable': true, 'is-discardable': true };

const run = (options: RunOptions) =>
  runDocumentSchema.parse(runAnswer({ planOnly: false, ...options }));

const applied = (options: RunOptions = {}) =>
  run({ status: 'applied', counts: [3, 0, 0], ...options });

const destruction = (options: RunOptions = {}) =>
  run({
    id: 'run-destroy',
    isDestroy: true,
    createdAt: '2026-01-02T03:30:00.000Z',
    ...options,
  });

const plan = (
  merges: RunOptions[],
  destroy?: RunOptions,
  failedAt?: number,
) => {
  const {
    result,
    act,
    run: about,
  } = planDestruction({
    merges: merges.map(applied),
    destruction: destroy && destruction(destroy),
    failedAt,
    now: NOW,
  });
  return { ...result, act, about: about?.run.id };
};

describe('planDestruction', () => {
  it('begins where something was applied', () => {
    expect(plan([{}])).toMatchObject({ status: 'pending', act: 'create' });
  });

  it('begins where an apply has failed, which may have made a part', () => {
    const merge = {
      status: 'errored',
      timestamps: { 'applying-at': '2026-01-02T03:10:00Z' },
    };
    expect(plan([merge])).toMatchObject({ act: 'create' });
  });

  it.each([
    ['planned_and_finished', {}],
    ['errored', { timestamps: { 'planning-at': '2026-01-02T03:10:00Z' } }],
    ['discarded', {}],
    ['canceled', {}],
  ])('has nothing to do where the run is %s', (status, options) => {
    expect(plan([{ status, ...options }])).toMatchObject({
      status: 'absent',
      act: undefined,
    });
  });

  it.each(['planning', 'cost_estimated', 'applying', 'not_heard_of'])(
    'waits where the run is %s',
    status => {
      const twice = [{ id: 'one' }, { id: 'two', status }];
      expect(plan(twice)).toMatchObject({
        status: 'pending',
        act: undefined,
        about: 'two',
      });
    },
  );

  it.each<[string, RunOptions['counts']]>([
    ['changed', [3, 1, 0]],
    ['destroyed', [3, 0, 1]],
    ['did nobody knows what to', undefined],
  ])('begins nothing where the pull request %s something', (_, counts) => {
    expect(plan([{}, { id: 'other', counts }])).toMatchObject({
      status: 'failed',
      description: expect.stringContaining('by hand'),
      act: undefined,
    });
  });

  it.each(['pending', 'planning', 'policy_override', 'applying'])(
    'waits for a destruction that is %s',
    status => {
      expect(plan([{}], { status })).toMatchObject({
        status: 'pending',
        description: expect.stringContaining(status),
        act: undefined,
        about: 'run-destroy',
      });
    },
  );

  it('confirms what destroys no more than was added', () => {
    const waits = { status: 'cost_estimated', actions: CONFIRMABLE };
    expect(plan([{}], { ...waits, counts: [0, 0, 3] })).toMatchObject({
      status: 'pending',
      act: 'confirm',
    });
    expect(plan([{}], { ...waits, counts: [0, 0, 1] })).toMatchObject({
      act: 'confirm',
    });
  });

  it.each<[string, RunOptions['counts']]>([
    ['more than was added', [0, 0, 4]],
    ['nobody knows how much', undefined],
  ])('discards what destroys %s', (_, counts) => {
    const waits = { status: 'cost_estimated', actions: CONFIRMABLE, counts };
    expect(plan([{}], waits)).toMatchObject({
      status: 'failed',
      description: expect.stringContaining('by hand'),
      act: 'discard',
    });
  });

  it('counts what one plan was to add, not what its repetitions add up to', () => {
    const merges = [
      {
        id: 'first',
        status: 'errored',
        timestamps: { 'applying-at': '2026-01-02T03:10:00Z' },
      },
      { id: 'again', counts: [2, 0, 0] as [number, number, number] },
    ];
    const waits = { status: 'planned', actions: CONFIRMABLE };
    expect(plan(merges, { ...waits, counts: [0, 0, 3] }).act).toBe('confirm');
    expect(plan(merges, { ...waits, counts: [0, 0, 4] }).act).toBe('discard');
  });

  it.each(['applied', 'planned_and_finished'])(
    'is over where the destruction is %s',
    status => {
      expect(plan([{}], { status })).toMatchObject({
        status: 'destroyed',
        act: undefined,
      });
    },
  );

  it('waits a minute for what is left to be counted', () => {
    const ended = (seconds: number) => ({
      status: 'applied',
      resources: 3,
      timestamps: {
        'applied-at': new Date(NOW - seconds * 1000).toISOString(),
      },
    });
    expect(plan([{}], ended(59))).toMatchObject({
      status: 'pending',
      act: undefined,
    });
    expect(plan([{}], ended(60)).status).toBe('destroyed');
    expect(plan([{}], { ...ended(0), resources: 0 }).status).toBe('destroyed');
  });

  it('begins anew where something was applied after the destruction', () => {
    const merges = [{ createdAt: '2026-01-02T03:40:00.000Z' }];
    expect(plan(merges, { status: 'applied' })).toMatchObject({
      status: 'pending',
      act: 'create',
    });
  });

  describe.each(['errored', 'canceled', 'discarded', 'policy_soft_failed'])(
    'a destruction that is %s',
    status => {
      const ended = (seconds: number) => ({
        status,
        timestamps: {
          'planning-at': '2026-01-02T03:31:00Z',
          [`${status}-at`]: new Date(NOW - seconds * 1000).toISOString(),
        },
      });

      it('is told for a while', () => {
        expect(plan([{}], ended(29))).toMatchObject({
          status: 'failed',
          description: expect.stringContaining(status),
          act: undefined,
        });
      });

      it('is tried anew later', () => {
        expect(plan([{}], ended(30))).toMatchObject({
          status: 'pending',
          act: 'create',
        });
      });

      it('is told by our own clock where somebody saw it fail', () => {
        expect(plan([{}], ended(300), NOW - 29_000).status).toBe('failed');
        expect(plan([{}], ended(0), NOW - 30_000).act).toBe('create');
      });

      it('is told with what was in the way', () => {
        expect(plan([{}], { ...ended(1), counts: [0, 0, 4] })).toMatchObject({
          status: 'failed',
          description: expect.stringContaining('would destroy 4 things'),
        });
      });
    },
  );
});

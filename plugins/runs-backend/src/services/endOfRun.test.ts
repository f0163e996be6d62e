import { Problem, RunPhase } from '@self-service/plugin-runs-common';
import { decideEnd, describeFailure, toReminderTime } from './endOfRun';
import { TaskEvent } from './TaskReader';

const PROBLEM: Problem = {
  what: 'GitHub is down.',
  whose: 'vendor',
  canPass: true,
  remedy: 'Wait.',
};
const AT = '2026-01-05T12:00:00Z';

function event(type: 'log' | 'completion', body: object): TaskEvent {
  return { id: 1, type, createdAt: AT, body };
}

const FAILED = [
  event('log', { stepId: 'a', status: 'failed' }),
  event('log', { stepId: 'b', status: 'failed' }),
  event('log', { stepId: 'c', status: 'skipped' }),
  event('completion', { error: { message: 'No such branch' } }),
];

describe('decideEnd', () => {
  it.each<[boolean, boolean, 'hold' | 'rollback', RunPhase]>([
    // cancelled, has effects, on failure
    [false, false, 'hold', 'failed'],
    [false, false, 'rollback', 'failed'],
    [false, true, 'hold', 'held'],
    [false, true, 'rollback', 'rolling-back'],
    [true, false, 'hold', 'cancelled'],
    [true, false, 'rollback', 'cancelled'],
    [true, true, 'hold', 'held'],
    [true, true, 'rollback', 'rolling-back'],
  ])(
    'cancelled %s, effects %s, %s: %s',
    (isCancelled, hasEffects, onFailure, phase) => {
      expect(decideEnd({ isCancelled, hasEffects, onFailure })).toBe(phase);
    },
  );
});

describe('describeFailure', () => {
  it('tells what the failed step reported', () => {
    const reports = [
      { stepId: 'a', outcome: 'failed' as const, problem: PROBLEM, at: AT },
      { stepId: 'b', outcome: 'retrying' as const, problem: PROBLEM, at: AT },
    ];
    expect(describeFailure(FAILED, reports)).toEqual({
      stepId: 'b',
      problem: PROBLEM,
    });
  });

  it.each([
    ['nothing was reported', []],
    [
      'another step was skipped',
      [{ stepId: 'a', outcome: 'skipped' as const, problem: PROBLEM, at: AT }],
    ],
  ])('is honest where %s', (_, reports) => {
    expect(describeFailure(FAILED, reports)).toEqual({
      stepId: 'b',
      problem: expect.objectContaining({
        whose: 'unknown',
        raw: 'No such branch',
      }),
    });
  });

  it('keeps no more of a raw message than people read', () => {
    const long = [
      event('completion', { error: { message: 'x'.repeat(9_000) } }),
    ];
    expect(describeFailure(long, [])?.problem.raw).toHaveLength(4_000);
  });

  it('says so where the task is gone', () => {
    expect(describeFailure([], [])).toEqual({
      stepId: undefined,
      problem: expect.objectContaining({ whose: 'unknown' }),
    });
  });
});

describe('toReminderTime', () => {
  it('leaves a quarter of the time', () => {
    expect(toReminderTime(new Date('2026-01-06T12:00:00Z'), 24)).toEqual(
      new Date('2026-01-06T06:00:00Z'),
    );
  });
});

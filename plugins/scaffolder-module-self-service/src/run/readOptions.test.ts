import { toRunOptions } from '@self-service/plugin-runs-common';
import type { RunPhase, RunStatus } from '@self-service/plugin-runs-common';
import {
  HELD_OPTIONS,
  makeProblem,
  makeRunState,
} from '../__testUtils__/fixtures';
import { findMainOption, readOptions } from './readOptions';

function tell(status: RunStatus, phase: RunPhase, isInCharge = true) {
  const options = toRunOptions({
    phase,
    isCancelled: phase === 'cancelled',
    hasEffects: phase === 'held' || phase === 'active',
    isInCharge,
  });
  return readOptions({
    status,
    run: {
      taskId: 'task-1',
      suspensions: [],
      effects: [],
      state: makeRunState({ status, phase, options }),
    },
  }).map(([name, { allowed }]) => (allowed ? name : `(${name})`));
}

describe('readOptions', () => {
  it.each<[RunStatus, RunPhase, string[]]>([
    ['running', 'active', ['cancel']],
    ['waiting', 'active', ['cancel']],
    ['needs-attention', 'active', ['rollback', 'cancel']],
    ['needs-attention', 'held', ['retry', 'resubmit', 'rollback']],
    ['needs-attention', 'rollback-failed', ['(retry)', 'resubmit', 'rollback']],
    ['failed', 'failed', ['retry', 'resubmit', '(rollback)']],
    ['cancelled', 'cancelled', ['(retry)', 'resubmit']],
    ['rolling-back', 'rolling-back', ['resubmit']],
    ['rolled-back', 'rolled-back', ['(retry)', 'resubmit']],
    ['completed', 'completed', []],
    ['completed', 'active', []],
    ['failed', 'active', []],
  ])('of a run that is %s (%s)', (status, phase, expected) => {
    expect(tell(status, phase)).toEqual(expected);
  });

  it('shows others that there are buttons', () => {
    expect(tell('waiting', 'active', false)).toEqual(['(cancel)']);
    expect(tell('needs-attention', 'held', false)).toEqual([
      '(retry)',
      '(resubmit)',
      '(rollback)',
    ]);
  });
});

describe('findMainOption', () => {
  const find = (canPass: boolean, options = HELD_OPTIONS) => {
    const run = {
      taskId: 'task-1',
      suspensions: [],
      effects: [],
      state: makeRunState({
        status: 'needs-attention',
        phase: 'held',
        options,
        failure: { problem: makeProblem({ canPass }) },
      }),
    };
    return findMainOption(readOptions({ status: 'needs-attention', run }), run);
  };

  it('is a retry where that can help, else the form', () => {
    expect(find(true)).toBe('retry');
    expect(find(false)).toBe('resubmit');
  });

  it('is what works', () => {
    const refused = { allowed: false, reason: 'no' };
    expect(find(true, { ...HELD_OPTIONS, retry: refused })).toBe('resubmit');
    expect(
      find(false, {
        ...HELD_OPTIONS,
        resubmit: refused,
        rollback: refused,
      }),
    ).toBe('retry');
  });
});

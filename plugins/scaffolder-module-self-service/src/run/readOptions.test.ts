import { toRunOptions } from '@self-service/plugin-runs-common';
import type { RunPhase, RunStatus } from '@self-service/plugin-runs-common';
import { makeRunState } from '../__testUtils__/fixtures';
import { readOptions } from './readOptions';

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

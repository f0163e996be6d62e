import { RunStatus, toRunStatus } from './runStatus';
import { RunPhase } from './runs';
import { SuspensionStatus } from './suspensions';

describe('toRunStatus', () => {
  it.each<[string, SuspensionStatus | undefined, RunStatus]>([
    ['open', undefined, 'queued'],
    ['processing', undefined, 'running'],
    ['completed', undefined, 'completed'],
    ['failed', undefined, 'failed'],
    ['cancelled', undefined, 'cancelled'],
    ['skipped', undefined, 'needs-attention'],
    ['processing', 'parking', 'waiting'],
    ['failed', 'parked', 'waiting'],
    ['cancelled', 'parked', 'waiting'],
    ['failed', 'resuming', 'running'],
    ['processing', 'resumed', 'running'],
    ['failed', 'resumed', 'failed'],
    ['failed', 'cancelled', 'cancelled'],
    ['completed', 'parked', 'completed'],
  ])('task %s, suspension %s: %s', (task, suspension, expected) => {
    expect(toRunStatus(task, suspension && { status: suspension })).toBe(
      expected,
    );
  });

  it('needs attention where the runs backend says so', () => {
    expect(
      toRunStatus('failed', { status: 'parked', attention: 'template gone' }),
    ).toBe('needs-attention');
  });

  it.each<[RunPhase, RunStatus]>([
    ['held', 'needs-attention'],
    ['rollback-failed', 'needs-attention'],
    ['rolling-back', 'rolling-back'],
    ['rolled-back', 'rolled-back'],
    ['cancelled', 'cancelled'],
    ['active', 'failed'],
  ])('a failed task in phase %s: %s', (phase, expected) => {
    expect(toRunStatus('failed', undefined, phase)).toBe(expected);
  });
});

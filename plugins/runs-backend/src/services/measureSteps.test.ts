import { Suspension } from '@self-service/plugin-runs-common';
import { measureSteps } from './measureSteps';
import { TaskEvent } from './TaskReader';

function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 5, 12, 0, second)).toISOString();
}

function step(stepId: string, status: string, second: number): TaskEvent {
  return {
    id: second,
    type: 'log',
    createdAt: at(second),
    body: { stepId, status },
  };
}

function suspension(stepId: string, kind: string, to?: number): Suspension {
  return {
    id: stepId,
    taskId: 'task-1',
    stepId,
    status: 'resumed',
    wait: { kind, ref: 'x' },
    title: 'Waits',
    createdAt: at(100),
    resumedAt: to === undefined ? undefined : at(to),
  };
}

describe('measureSteps', () => {
  it('measures the attempt that completed', () => {
    const events = [
      step('a', 'processing', 0),
      step('a', 'completed', 2),
      step('b', 'processing', 2),
      step('b', 'failed', 9),
      // Retried: what had finished is told again.
      step('a', 'completed', 20),
      step('b', 'processing', 20),
      step('b', 'completed', 23),
      step('c', 'skipped', 23),
    ];
    expect(measureSteps(events, [])).toEqual([
      { stepId: 'a', seconds: 2 },
      { stepId: 'b', seconds: 3 },
    ]);
  });

  it('counts waits for outside systems, and none for people', () => {
    const events = [
      step('gate', 'processing', 0),
      step('gate', 'completed', 1),
      step('apply', 'processing', 1),
      step('apply', 'completed', 3),
    ];
    expect(
      measureSteps(events, [
        suspension('gate', 'approval', 150),
        suspension('apply', 'infrastructure', 130),
        suspension('apply', 'intervention', 190),
        suspension('apply', 'infrastructure'),
      ]),
    ).toEqual([
      { stepId: 'gate', seconds: 1 },
      { stepId: 'apply', seconds: 32 },
    ]);
  });

  it('leaves out what has no time', () => {
    const events = [
      { ...step('a', 'processing', 0), createdAt: '' },
      step('a', 'completed', 2),
    ];
    expect(measureSteps(events, [])).toEqual([]);
  });
});

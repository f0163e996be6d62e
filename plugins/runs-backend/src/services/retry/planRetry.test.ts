import { Effect } from '@self-service/plugin-runs-common';
import { TaskEvent } from '../TaskReader';
import { planRetry } from './planRetry';

const steps = ['gate', 'skipped', 'create', 'register', 'notify'].map(id => ({
  id,
  name: `The ${id}`,
  action: `test:${id}`,
}));

function events(...lines: [string, string][]): TaskEvent[] {
  return lines.map(([stepId, status], id) => ({
    id,
    type: 'log',
    createdAt: '2026-01-05T12:00:00Z',
    body: { stepId, status },
  }));
}

const plansOf = (...lines: [string, string][]) =>
  planRetry(steps, events(...lines), []).map(({ plan }) => plan);

describe('planRetry', () => {
  it('keeps what has finished, and runs again what had begun', () => {
    expect(
      plansOf(
        ['gate', 'processing'],
        ['gate', 'completed'],
        ['skipped', 'skipped'],
        ['create', 'processing'],
        ['create', 'failed'],
        ['register', 'skipped'],
        ['notify', 'skipped'],
      ),
    ).toEqual(['kept', 'kept', 'again', 'next', 'next']);
  });

  it('knows that what has parked has not failed', () => {
    expect(
      plansOf(
        ['gate', 'processing'],
        ['gate', 'failed'],
        ['create', 'skipped'],
        ['gate', 'processing'],
        ['gate', 'completed'],
        ['create', 'processing'],
      ),
    ).toEqual(['kept', 'kept', 'again', 'next', 'next']);
  });

  it('runs a cleaning step again that ran after the failure', () => {
    expect(
      plansOf(
        ['gate', 'completed'],
        ['create', 'processing'],
        ['create', 'failed'],
        ['notify', 'processing'],
        ['notify', 'failed'],
      ),
    ).toEqual(['kept', 'kept', 'again', 'next', 'again']);
  });

  it('starts a run from its beginning that came to no step', () => {
    expect(plansOf()).toEqual(['next', 'next', 'next', 'next', 'next']);
  });

  it('shows with each step what exists of it', () => {
    const effect = { id: 'a', stepId: 'create' } as Effect;
    const [gate, , create] = planRetry(steps, [], [effect]);
    expect(gate.effects).toEqual([]);
    expect(create).toMatchObject({
      stepId: 'create',
      name: 'The create',
      action: 'test:create',
      effects: [effect],
    });
  });
});

import {
  SUSPENSION_TRANSITIONS,
  SuspensionStatus,
  suspensionStatusSchema,
} from './suspensions';

const STATUSES = suspensionStatusSchema.options;

function reachableFrom(start: SuspensionStatus): Set<SuspensionStatus> {
  const reached = new Set<SuspensionStatus>();
  const pending = [start];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const status of SUSPENSION_TRANSITIONS[next]) {
      if (!reached.has(status)) {
        reached.add(status);
        pending.push(status);
      }
    }
  }
  return reached;
}

describe('SUSPENSION_TRANSITIONS', () => {
  it('names every status', () => {
    expect(Object.keys(SUSPENSION_TRANSITIONS).sort()).toEqual(
      [...STATUSES].sort(),
    );
  });

  it('ends with a cancel alone, from everywhere', () => {
    for (const status of STATUSES) {
      const canBeCancelled = reachableFrom(status).has('cancelled');
      expect([status, canBeCancelled]).toEqual([
        status,
        status !== 'cancelled',
      ]);
    }
    expect(SUSPENSION_TRANSITIONS.cancelled).toEqual([]);
  });

  it('resumes nothing before the worker is free', () => {
    expect(SUSPENSION_TRANSITIONS.parking).not.toContain('resuming');
  });

  it('lets a newer attempt park again from any status but cancelled', () => {
    expect(
      STATUSES.filter(
        status => !SUSPENSION_TRANSITIONS[status].includes('parking'),
      ),
    ).toEqual(['parking', 'cancelled']);
  });
});

import { RUN_PHASE_TRANSITIONS } from './runPhases';
import { RunPhase, runPhaseSchema } from './runs';

const PHASES = runPhaseSchema.options;

function reachableFrom(start: RunPhase): Set<RunPhase> {
  const reached = new Set<RunPhase>();
  const pending = [start];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const phase of RUN_PHASE_TRANSITIONS[next]) {
      if (!reached.has(phase)) {
        reached.add(phase);
        pending.push(phase);
      }
    }
  }
  return reached;
}

describe('RUN_PHASE_TRANSITIONS', () => {
  it('names every phase', () => {
    expect(Object.keys(RUN_PHASE_TRANSITIONS).sort()).toEqual(
      [...PHASES].sort(),
    );
  });

  it.each<[RunPhase, RunPhase[]]>([
    ['active', ['cancelled', 'completed', 'failed', 'held', 'rolling-back']],
    ['completed', []],
    ['failed', ['active', 'held', 'rolling-back']],
    ['cancelled', ['held', 'rolling-back']],
    ['held', ['active', 'cancelled', 'failed', 'rolling-back']],
    ['rolling-back', ['rollback-failed', 'rolled-back']],
    ['rolled-back', []],
    ['rollback-failed', ['rolling-back']],
  ])('%s may become %j', (phase, next) => {
    expect([...RUN_PHASE_TRANSITIONS[phase]].sort()).toEqual(next);
  });

  it('lets nothing that is being undone act again', () => {
    for (const phase of ['rolling-back', 'rolled-back'] as const) {
      expect(reachableFrom(phase)).not.toContain('active');
    }
  });

  it('keeps no run in a phase from which it can never end', () => {
    for (const phase of ['active', 'held', 'rolling-back'] as const) {
      expect(reachableFrom(phase)).toContain('rolled-back');
    }
  });
});

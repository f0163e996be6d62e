import { RunSituation, toRunOptions } from './runOptions';
import { RunPhase, runPhaseSchema } from './runs';

function allowedOf(situation: Partial<RunSituation>): string[] {
  const options = toRunOptions({
    phase: 'active',
    isCancelled: false,
    hasEffects: true,
    isInCharge: true,
    ...situation,
  });
  return Object.entries(options)
    .filter(([, { allowed }]) => allowed)
    .map(([name]) => name);
}

describe('toRunOptions', () => {
  it.each<[RunPhase, string[], string[]]>([
    // phase, allowed with effects, and without
    ['active', ['rollback', 'cancel'], ['cancel']],
    ['completed', [], []],
    ['failed', ['retry', 'resubmit', 'rollback'], ['retry', 'resubmit']],
    ['cancelled', ['resubmit', 'rollback'], ['resubmit']],
    [
      'held',
      ['retry', 'resubmit', 'rollback'],
      ['retry', 'resubmit', 'rollback'],
    ],
    ['rolling-back', ['resubmit'], ['resubmit']],
    ['rolled-back', ['resubmit'], ['resubmit']],
    ['rollback-failed', ['resubmit', 'rollback'], ['resubmit', 'rollback']],
  ])('%s: %j, and %j where nothing exists', (phase, some, none) => {
    expect(allowedOf({ phase })).toEqual(some);
    expect(allowedOf({ phase, hasEffects: false })).toEqual(none);
  });

  it('never retries what a person cancelled', () => {
    expect(allowedOf({ phase: 'held', isCancelled: true })).toEqual([
      'resubmit',
      'rollback',
    ]);
    expect(allowedOf({ phase: 'active', isCancelled: true })).toEqual([
      'rollback',
    ]);
  });

  it.each([
    ['rejected', 'Its request was rejected, and a retry asks nobody again'],
    ['expired', 'Its request has expired, and'],
    ['cancelled', 'Its request was cancelled, and'],
  ] as const)('never retries what was %s', (refused, reason) => {
    for (const phase of ['failed', 'held'] as const) {
      expect(allowedOf({ phase, refused })).toEqual(['resubmit', 'rollback']);
      const { retry } = toRunOptions({
        phase,
        refused,
        isCancelled: false,
        hasEffects: false,
        isInCharge: true,
      });
      expect(retry.reason).toContain(reason);
    }
  });

  it('replaces a run once', () => {
    expect(allowedOf({ phase: 'failed', replacedBy: 'task-2' })).toEqual([
      'retry',
      'rollback',
    ]);
  });

  it('allows nothing to others, and says why each button does not work', () => {
    for (const phase of runPhaseSchema.options) {
      expect(allowedOf({ phase, isInCharge: false })).toEqual([]);
      const options = toRunOptions({
        phase,
        isCancelled: false,
        hasEffects: false,
        isInCharge: false,
      });
      for (const { reason } of Object.values(options)) {
        expect(reason).toMatch(/\.$/);
      }
    }
  });
});

import { EFFECT_TRANSITIONS, effectStatusSchema } from './effects';

describe('EFFECT_TRANSITIONS', () => {
  it('leads from nowhere back to where something is created', () => {
    const reachable = new Set<string>();
    const visit = (status: keyof typeof EFFECT_TRANSITIONS) => {
      if (!reachable.has(status)) {
        reachable.add(status);
        EFFECT_TRANSITIONS[status].forEach(visit);
      }
    };
    visit('undoing');
    expect([...reachable].sort()).toEqual([
      'retained',
      'undo-failed',
      'undoing',
      'undone',
    ]);
  });

  it.each(effectStatusSchema.options)('ends or goes on from %s', status => {
    const isEnd = status === 'undone' || status === 'retained';
    expect(EFFECT_TRANSITIONS[status].length === 0).toBe(isEnd);
  });
});

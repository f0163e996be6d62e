import { TestClock } from '../__testUtils__/createReplica';
import { createTimerWaitChecker } from './waitCheckers';

describe('createTimerWaitChecker', () => {
  it('knows which times have come', async () => {
    const clock = new TestClock();
    const checker = createTimerWaitChecker(clock);
    const now = (await clock.now()).toISOString();
    const later = new Date(Date.parse(now) + 1).toISOString();
    const refs = [`${now}|task-1/a/x`, `${later}|task-1/b/y`, 'never|z'];
    expect(await checker.findOver(refs)).toEqual([refs[0], refs[2]]);
    clock.advance(1);
    expect(await checker.findOver(refs)).toEqual(refs);
  });
});

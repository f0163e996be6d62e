import { createDeferred } from '@backstage/types';
import { LookQueue } from './LookQueue';

describe('LookQueue', () => {
  function setUp() {
    const looks: string[][] = [];
    const answers: ReturnType<typeof createDeferred<string[]>>[] = [];
    const queue = new LookQueue(refs => {
      looks.push(refs);
      const answer = createDeferred<string[]>();
      answers.push(answer);
      return answer;
    });
    const settle = () => new Promise(setImmediate);
    return { looks, answers, queue, settle };
  }

  it('asks at once, and then about all that has come meanwhile', async () => {
    const { looks, answers, queue, settle } = setUp();
    const first = queue.ask(['a']);
    await settle();
    expect(looks).toEqual([['a']]);
    const second = queue.ask(['a', 'b']);
    const third = queue.ask(['b', 'c']);
    await settle();
    expect(looks).toHaveLength(1);
    answers[0].resolve([]);
    // The same ref is looked at anew: it may be over since the first look.
    expect(await first).toEqual([]);
    await settle();
    expect(looks).toEqual([['a'], ['a', 'b', 'c']]);
    answers[1].resolve(['a', 'c']);
    expect(await second).toEqual(['a']);
    expect(await third).toEqual(['c']);
  });

  it('tells those of a look that fails, and goes on', async () => {
    const { answers, queue, settle } = setUp();
    const failing = queue.ask(['a']).catch(error => error);
    await settle();
    const next = queue.ask(['b']);
    answers[0].reject(new Error('down'));
    expect(await failing).toEqual(new Error('down'));
    await settle();
    answers[1].resolve(['b']);
    expect(await next).toEqual(['b']);
  });
});

import { RecentAnswers } from './RecentAnswers';

describe('RecentAnswers', () => {
  let now = 0;
  let asked: number;
  const ask = async () => {
    asked += 1;
    return asked;
  };
  const recent = (milliseconds = 10, maximum?: number) =>
    new RecentAnswers<number>({ milliseconds, maximum, now: () => now });

  beforeEach(() => {
    now = 1_000;
    asked = 0;
  });

  it('keeps an answer under its key until its time is over', async () => {
    const answers = recent();
    expect(await answers.get('a', ask)).toBe(1);
    expect(await answers.get('b', ask)).toBe(2);
    now += 9;
    expect(await answers.get('a', ask)).toBe(1);
    now += 1;
    expect(await answers.get('a', ask)).toBe(3);
  });

  it('asks once for those who ask at the same time', async () => {
    const answers = recent();
    const all = [answers.get('a', ask), answers.get('a', ask)];
    expect(await Promise.all(all)).toEqual([1, 1]);
  });

  it('keeps neither failures nor what was not found', async () => {
    const answers = recent();
    const fail = async () => {
      throw new Error('down');
    };
    await expect(answers.get('a', fail)).rejects.toThrow('down');
    expect(await answers.get('a', async () => undefined)).toBeUndefined();
    expect(await answers.get('a', ask)).toBe(1);
  });

  it('keeps nothing where it is told so, and only so many', async () => {
    const none = recent(0);
    await none.get('a', ask);
    expect(await none.get('a', ask)).toBe(2);

    const two = recent(10, 2);
    for (const key of ['a', 'b', 'c']) {
      await two.get(key, ask);
    }
    asked = 100;
    expect(await two.get('c', ask)).toBe(5);
    expect(await two.get('a', ask)).toBe(101);
  });
});

import { RateBudget } from './RateBudget';

const read = { method: 'GET', path: '/things' };
const write = { method: 'POST', path: '/things' };

describe('RateBudget', () => {
  it('lets through at once what a window has room for, and the next when it has again', () => {
    const budget = new RateBudget([{ most: 2, window: 1_000 }]);
    expect(budget.reserve(read, 0)).toBe(0);
    expect(budget.reserve(read, 400)).toBe(0);
    expect(budget.reserve(read, 500)).toBe(500);
    expect(budget.reserve(read, 500)).toBe(900);
    // A window after those that were sent at 1,000 and 1,400.
    expect(budget.reserve(read, 600)).toBe(1_400);
    expect(budget.reserve(read, 3_000)).toBe(0);
  });

  it('counts a request for what it weighs', () => {
    const budget = new RateBudget([
      {
        most: 7,
        window: 1_000,
        weigh: ({ method }) => (method === 'GET' ? 1 : 5),
      },
    ]);
    expect(budget.reserve(write, 0)).toBe(0);
    expect(budget.reserve(write, 100)).toBe(900);
    // Both writes leave room for two reads, whenever they are sent.
    expect(budget.reserve(read, 100)).toBe(900);
  });

  it('keeps every limit, and lets no request wait for one of others', () => {
    const budget = new RateBudget([
      { most: 100, window: 1_000 },
      {
        most: 1,
        window: 60_000,
        weigh: ({ method }) => (method === 'POST' ? 1 : 0),
      },
    ]);
    expect(budget.reserve(write, 0)).toBe(0);
    expect(budget.reserve(write, 0)).toBe(60_000);
    expect(budget.reserve(read, 0)).toBe(0);
    expect(budget.reserve(write, 0)).toBe(120_000);
  });

  it('never has more in a window than it may, however requests come', () => {
    const limits = [
      { most: 2, window: 100 },
      {
        most: 30,
        window: 1_000,
        weigh: ({ method }: { method: string }) => (method === 'GET' ? 1 : 5),
      },
    ];
    const budget = new RateBudget(limits);
    const sent: { at: number; method: string }[] = [];
    let now = 0;
    // Gaps of 0 to 96 ms, the same in every run.
    for (let turn = 0; turn < 400; turn += 1) {
      now += (turn * 31) % 97;
      const request = turn % 3 === 0 ? write : read;
      sent.push({
        at: now + budget.reserve(request, now),
        method: request.method,
      });
    }
    for (const { most, window, weigh = () => 1 } of limits) {
      const fullest = Math.max(
        ...sent.map(({ at }) =>
          sent
            .filter(other => other.at > at - window && other.at <= at)
            .reduce((sum, { method }) => sum + weigh({ method }), 0),
        ),
      );
      expect(fullest).toBeLessThanOrEqual(most);
      // No room is wasted but what a write does not fit into.
      expect(fullest).toBeGreaterThan(most - 5);
    }
  });
});

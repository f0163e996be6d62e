import { TestDatabases } from '@backstage/backend-test-utils';
import { DatabaseClock, SteadyClock } from './Clock';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('DatabaseClock on %s', id => {
  it('reads the time of the database', async () => {
    const before = Date.now();
    const time = await new DatabaseClock(await databases.init(id)).now();

    // Both run on this machine; a wrong unit or zone is off by far more.
    expect(Math.abs(time.getTime() - before)).toBeLessThan(60_000);
  });
});

describe('SteadyClock', () => {
  it('asks once a second, counts on in between, and asks anew after a failure', async () => {
    let elapsed = 0;
    const asked: number[] = [];
    const clock = new SteadyClock(
      {
        now: async () => {
          asked.push(elapsed);
          if (elapsed === 3_000) {
            throw new Error('is down');
          }
          return new Date(1_000_000 + elapsed * 2);
        },
      },
      () => elapsed,
    );
    const at = async (milliseconds: number) => {
      elapsed = milliseconds;
      return (await clock.now()).getTime() - 1_000_000;
    };

    expect([await at(0), await at(400), await at(1_000)]).toEqual([
      0, 400, 1_000,
    ]);
    expect([await at(1_001), await at(1_101)]).toEqual([2_002, 2_102]);
    await expect(at(3_000)).rejects.toThrow('is down');
    expect(await at(3_001)).toBe(6_002);
    expect(asked).toEqual([0, 1_001, 3_000, 3_001]);
  });

  it('does not go back when an answer took long', async () => {
    let elapsed = 0;
    const clock = new SteadyClock(
      {
        now: async () => {
          const time = new Date(elapsed);
          elapsed += 400;
          return time;
        },
      },
      () => elapsed,
    );
    const read = async () => (await clock.now()).getTime();

    expect(await read()).toBe(0);
    elapsed = 1_000;
    expect(await read()).toBe(600);
    elapsed = 1_001;
    expect(await read()).toBe(1_001);
  });
});

import { PolicyPoller } from './PolicyPoller';

describe('PolicyPoller', () => {
  it('looks again after each wait, also after a failure, until it is stopped', async () => {
    const waited: number[] = [];
    const randoms = [0, 0.5, 0.99];
    let looks = 0;
    const poller: PolicyPoller = new PolicyPoller({
      policy: {
        refresh: async () => {
          looks += 1;
          if (looks === 1) {
            throw new Error('the server is away');
          }
        },
      },
      milliseconds: 1000,
      wait: async milliseconds => {
        waited.push(Math.round(milliseconds));
        if (waited.length === 3) {
          poller.stop();
          throw new Error('aborted');
        }
      },
      random: () => randoms.shift()!,
    });

    await poller.run();

    expect(waited).toEqual([800, 1000, 1196]);
    expect(looks).toBe(2);
  });

  it('ends a wait at once', async () => {
    const poller = new PolicyPoller({
      policy: { refresh: async () => undefined },
      milliseconds: 3_600_000,
    });
    const ended = poller.run();
    poller.stop();
    await expect(ended).resolves.toBeUndefined();
  });
});

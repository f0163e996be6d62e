import { startStack } from 'e2e';
import type { Bench } from './lib/bench';
import { median, percentile } from './lib/statistics';
import {
  fromApply,
  fromVote,
  setApplyTime,
  stopWebhooks,
} from './lib/timeToResume';

/** Longer than a step waits inline and takes to park, on a busy machine too. */
const APPLY_MS = 10_000;
const AT_ONCE = 5;

/** From the vote, or the end of an apply, to the begin of the next step. */
export const bench: Bench = {
  unit: 's',
  aims: [{ figure: 'p95', below: 3 }],
  async run({ quick, log, directory, cleanUp }) {
    log('Starting a portal of its own');
    const stack = await startStack({ dataDir: directory });
    cleanUp(stack.stop);
    await setApplyTime(stack, APPLY_MS);
    const play = async (
      name: string,
      once: (run: string) => Promise<number>,
      rounds = quick ? 2 : 8,
    ): Promise<number[]> => {
      await once(`${name}-warm`);
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        times.push(
          ...(await Promise.all(
            Array.from({ length: AT_ONCE }, (_, index) =>
              once(`${name}-${round}-${index}`),
            ),
          )),
        );
        const [p50, p95] = [median(times), percentile(times, 95)];
        log(
          `${name}: p50 ${p50.toFixed(2)} s, p95 ${p95.toFixed(2)} s of ${
            times.length
          }`,
        );
      }
      return times;
    };
    const vote = await play('vote', name => fromVote(stack, name));
    const webhook = await play('webhook', name => fromApply(stack, name));
    await stopWebhooks(stack);
    // Looked for but once a minute.
    const sweep = await play('sweep', name => fromApply(stack, name), 2);
    return {
      samples: vote.length + webhook.length + sweep.length,
      figures: {
        p95: Math.max(percentile(vote, 95), percentile(webhook, 95)),
        'vote.p50': median(vote),
        'vote.p95': percentile(vote, 95),
        'webhook.p50': median(webhook),
        'webhook.p95': percentile(webhook, 95),
        // Where the webhook was lost: at most a sweep later.
        'sweep.p50': median(sweep),
        'sweep.p95': percentile(sweep, 95),
      },
    };
  },
};

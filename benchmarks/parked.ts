import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchContext } from './lib/bench';
import { startPlatform, type Platform } from './lib/platform';
import { seedParkedRuns } from './lib/seedParkedRuns';
import { median, percentile } from './lib/statistics';

/** How many tasks the stock scaffolder runs at once. */
const slots = 10;
const flatWithin = 1.1;

/** Times auto-approved runs, in seconds. */
async function timeRuns(platform: Platform, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count + 5; turn++) {
    const seconds = (await platform.run('dev')) / 1000;
    if (turn >= 5) {
      times.push(seconds);
    }
  }
  return times;
}

/** Starts runs that need an approval, and waits until all of them are parked. */
async function parkRuns(
  platform: Platform,
  count: number,
  log: BenchContext['log'],
): Promise<void> {
  const ids: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    ids.push(await platform.submit('production'));
    // Parking holds a slot for about a second: no use in being far ahead.
    if (ids.length % 100 === 0) {
      await untilParked(platform, ids.slice(-100));
      log(`  ${ids.length} parked`);
    }
  }
  await untilParked(platform, ids.slice(-100));
}

async function untilParked(platform: Platform, ids: string[]): Promise<void> {
  const deadline = performance.now() + 300_000;
  for (;;) {
    const { items } = await platform.request<{
      items: { suspension: { status: string } }[];
    }>(`runs/runs?taskIds=${ids.join(',')}`);
    const parked = items.filter(
      ({ suspension }) => suspension.status === 'parked',
    );
    if (parked.length === ids.length) {
      return;
    }
    if (performance.now() > deadline) {
      throw new Error(`Only ${parked.length} of ${ids.length} runs are parked`);
    }
    await delay(500);
  }
}

/**
 * The way without parking: an action that polls inside its step. Ten such runs
 * hold the ten slots; the eleventh run is timed, in seconds.
 *
 * @returns the time-out where the eleventh never started
 */
async function timeNaively({ directory, log, cleanUp, quick }: BenchContext) {
  const timeoutMs = quick ? 10_000 : 60_000;
  let waiting = true;
  const platform = await startPlatform({
    directory: join(directory, 'naive'),
    selfService: false,
    steps: [
      {
        id: 'wait',
        action: 'bench:work',
        input: { wait: "${{ parameters.environment === 'production' }}" },
      },
    ],
    async work(input, signal) {
      while (input.wait && waiting && !signal?.aborted) {
        await delay(500);
      }
    },
  });
  cleanUp(platform.stop);
  const alone = await timeRuns(platform, 10);
  log(`The naive way, nobody waiting: ${median(alone).toFixed(3)} s`);
  const holders: string[] = [];
  for (let turn = 0; turn < slots; turn++) {
    holders.push(await platform.submit('production'));
  }
  await delay(2_000);
  const eleventh = await platform.run('dev', timeoutMs).catch(() => timeoutMs);
  log(
    eleventh === timeoutMs
      ? `The naive way, ${slots} waiting: the next run did not start within ${
          timeoutMs / 1000
        } s, which is the figure`
      : `The naive way, ${slots} waiting: it took ${eleventh} ms`,
  );
  waiting = false;
  await Promise.all(holders.map(id => platform.completed(id, 30_000)));
  await delay(1_000);
  return eleventh / 1000;
}

/** Time of auto-approved runs while others wait for an approval. */
export const bench: Bench = {
  unit: 's',
  aims: [
    { figure: 'flat@100', below: flatWithin },
    { figure: 'flat@1000', below: flatWithin },
    { figure: 'flat@10000', below: flatWithin },
    { figure: 'flat@100000', below: flatWithin },
  ],
  async run(context) {
    const { quick, log, directory, cleanUp } = context;
    const figures: Record<string, number> = {};
    const runs = quick ? 15 : 100;
    let samples = 0;
    let unparked = 0;
    const note = (name: string, count: number, times: number[]) => {
      samples += times.length;
      figures[`${name}.p50@${count}`] = median(times);
      figures[`${name}.p95@${count}`] = percentile(times, 95);
      if (count === 0) {
        unparked = median(times);
      } else {
        figures[`flat@${count}`] = median(times) / unparked;
      }
      log(`${name}, ${count} waiting: ${median(times).toFixed(3)} s`);
    };

    const platform = await startPlatform({
      directory: join(directory, 'parked'),
      selfService: true,
    });
    cleanUp(platform.stop);
    await timeRuns(platform, quick ? 10 : 30);
    let parked = 0;
    for (const count of quick ? [0, 20] : [0, 100, 1_000]) {
      await parkRuns(platform, count - parked, log);
      parked = count;
      note('autoApproved', count, await timeRuns(platform, runs));
    }
    if (!quick) {
      for (const count of [10_000, 100_000]) {
        log(`Seeding up to ${count} parked runs`);
        await seedParkedRuns(platform.databases, count - parked);
        parked = count;
        note('seeded', count, await timeRuns(platform, runs));
      }
    }
    figures[`naive.p95@${slots}`] = await timeNaively(context);
    return { samples, figures };
  },
};

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchContext } from './lib/bench';
import { startPlatform, type Platform } from './lib/platform';
import { seedRuns } from './lib/seedRuns';
import {
  startSeparatePlatform,
  type SeparatePlatform,
} from './lib/separatePlatform';
import { median, percentile } from './lib/statistics';

/** How many tasks the stock scaffolder runs at once. */
const slots = 10;
const flatWithin = 1.1;

/** Times auto-approved runs here and where nothing waits, in turn, in seconds. */
async function timeBoth(
  platform: Platform,
  empty: SeparatePlatform,
  count: number,
): Promise<{ here: number[]; there: number[] }> {
  const here: number[] = [];
  const there: number[] = [];
  const warmUp = 5;
  for (let turn = 0; turn < warmUp + count; turn++) {
    here.push((await platform.run('dev')) / 1000);
    there.push((await empty.run()).time / 1000);
  }
  return { here: here.slice(warmUp), there: there.slice(warmUp) };
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
  const alone: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    alone.push((await platform.run('dev')) / 1000);
  }
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
    const note = async (name: string, count: number) => {
      const { here, there } = await timeBoth(platform, empty, runs);
      samples += here.length;
      figures[`${name}.p50@${count}`] = median(here);
      figures[`${name}.p95@${count}`] = percentile(here, 95);
      if (count > 0) {
        figures[`ended.p50@${count}`] = median(there);
        figures[`flat@${count}`] = median(here) / median(there);
      }
      log(
        `${name}, ${count} waiting: ${median(here).toFixed(
          3,
        )} s; where nothing waits: ${median(there).toFixed(3)} s`,
      );
    };

    const platform = await startPlatform({
      directory: join(directory, 'parked'),
      selfService: true,
    });
    cleanUp(platform.stop);
    const empty = await startSeparatePlatform({
      directory: join(directory, 'empty'),
      selfService: true,
    });
    cleanUp(empty.stop);
    await timeBoth(platform, empty, quick ? 5 : 30);
    let parked = 0;
    let ended = 0;
    for (const count of quick ? [0, 20] : [0, 100, 1_000]) {
      await parkRuns(platform, count - parked, log);
      parked = count;
      await note('autoApproved', count);
    }
    if (!quick) {
      for (const count of [10_000, 100_000]) {
        log(`Seeding up to ${count} parked runs`);
        await seedRuns(platform.databases, 'parked', count - parked);
        await seedRuns(empty.databases, 'ended', count - ended);
        ended = count;
        parked = count;
        await note('seeded', count);
      }
    }
    figures[`naive.p95@${slots}`] = await timeNaively(context);
    return { samples, figures };
  },
};

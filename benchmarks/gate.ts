import { join } from 'node:path';
import type { Bench } from './lib/bench';
import { startSeparatePlatform } from './lib/separatePlatform';
import { median, percentile } from './lib/statistics';

/** Extra time that an auto-approved gate adds to a run. */
export const bench: Bench = {
  unit: 'ms',
  aims: [{ figure: 'added.p95', below: 50 }],
  async run({ quick, log, directory, cleanUp }) {
    log('Starting a backend with our plugins and one without');
    const gated = await startSeparatePlatform({
      directory: join(directory, 'with'),
      selfService: true,
    });
    cleanUp(gated.stop);
    // Our guard cancels runs without a gate, so they run where it isn't.
    const ungated = await startSeparatePlatform({
      directory: join(directory, 'without'),
      selfService: false,
    });
    cleanUp(ungated.stop);

    const samples = quick ? 100 : 500;
    const warmUp = quick ? 20 : 50;
    for (let turn = 0; turn < warmUp; turn++) {
      await gated.run();
      await ungated.run();
    }
    log(`Warm after ${warmUp} runs each`);
    const taken = { with: [] as number[], without: [] as number[] };
    const cpu = { with: [] as number[], without: [] as number[] };
    const timeRun = async (side: 'with' | 'without') => {
      const run = await (side === 'with' ? gated : ungated).run();
      taken[side].push(run.time);
      cpu[side].push(run.cpu);
    };
    for (let turn = 0; turn < samples; turn++) {
      await timeRun('with');
      await timeRun('without');
    }
    return {
      samples,
      figures: {
        // Each percentile less its own counterpart: what an ungated run shows
        // of itself is no work of the gate.
        'added.p50': median(taken.with) - median(taken.without),
        'added.p95': percentile(taken.with, 95) - percentile(taken.without, 95),
        'noise.p95': percentile(taken.without, 95) - median(taken.without),
        'with.p50': percentile(taken.with, 50),
        'with.p95': percentile(taken.with, 95),
        'without.p50': percentile(taken.without, 50),
        'without.p95': percentile(taken.without, 95),
        // What the machine's load changes little.
        'cpu.with.p50': median(cpu.with),
        'cpu.without.p50': median(cpu.without),
      },
    };
  },
};

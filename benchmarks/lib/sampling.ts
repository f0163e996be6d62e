/**
 * Times one call.
 *
 * @returns milliseconds
 */
export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Times calls, one after the other, after some that don't count.
 *
 * @param options - `samples` to take and `warmUp` calls before them;
 * `once` gets the number of the call
 * @returns milliseconds of each counted call
 */
export async function sample(options: {
  warmUp: number;
  samples: number;
  once: (turn: number) => Promise<unknown>;
}): Promise<number[]> {
  const { warmUp, samples, once } = options;
  for (let turn = 0; turn < warmUp; turn++) {
    await once(turn);
  }
  const taken: number[] = [];
  for (let turn = 0; turn < samples; turn++) {
    taken.push(await time(() => once(warmUp + turn)));
  }
  return taken;
}

/** As {@link sample}, for a call that never waits. */
export function sampleSync(options: {
  warmUp: number;
  samples: number;
  once: (turn: number) => unknown;
}): number[] {
  const { warmUp, samples, once } = options;
  for (let turn = 0; turn < warmUp; turn++) {
    once(turn);
  }
  const taken: number[] = [];
  for (let turn = 0; turn < samples; turn++) {
    const start = performance.now();
    once(warmUp + turn);
    taken.push(performance.now() - start);
  }
  return taken;
}

import { hasHit, readRun, SETTLED, type ShownRun, type Stack } from 'e2e';

/**
 * A run that has not settled by then is stuck. Where a vendor never answers,
 * four tries with three calls each give up after three minutes.
 */
const LIMIT_MS = 360_000;

/** A look costs the backends more than a run's step does. */
const LOOK_EVERY_MS = 500;

/** Waits so long. */
export const pause = (milliseconds: number) =>
  new Promise<void>(done => {
    setTimeout(done, milliseconds);
  });

/**
 * Waits until a run has come to the point at which a fault waits for it.
 *
 * @throws when it never does
 */
export async function untilHit(
  stack: Stack,
  fault: string,
  taskId: string,
): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (performance.now() < end) {
    if (await hasHit(stack, fault)) {
      return;
    }
    await pause(50);
  }
  throw new Error(`Run ${taskId} never came to its point`);
}

/**
 * Waits until nothing more happens to a run by itself, and it is known of all
 * that it began whether it exists. A look that fails is made again: a backend
 * may be starting.
 *
 * @throws when it is stuck, with what it looks like
 */
export async function untilSettled(
  stack: Stack,
  taskId: string,
): Promise<ShownRun> {
  const end = performance.now() + LIMIT_MS;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const run = await readRun(stack, taskId);
      last = run;
      // Of a task that has just ended, nobody has judged yet what remains.
      const isJudged = run.phase !== 'active' && SETTLED.includes(run.status);
      const isKnown =
        run.status !== 'completed' ||
        run.effects.every(({ status }) => status !== 'intended');
      if (isJudged && isKnown) {
        return run;
      }
    } catch (error) {
      last = String(error);
    }
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`Run ${taskId} is stuck: ${JSON.stringify(last)}`);
}

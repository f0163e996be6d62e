import {
  clearFaults,
  hasHit,
  press,
  SETTLED,
  setFault,
  startStack,
  startTemplate,
  traceOfRun,
  waitForStatus,
  type ShownRun,
  type Stack,
} from 'e2e';
import type { Bench } from './lib/bench';
import {
  listPoints,
  samplePoints,
  toFault,
  type Point,
} from './lib/chaos/points';
import { judge } from './lib/chaos/world';

/** A run that has not settled by then is stuck. */
const LIMIT_MS = 150_000;

const pause = (milliseconds: number) =>
  new Promise(done => {
    setTimeout(done, milliseconds);
  });

function describe({ subject, act, trouble, lasting }: Point): string {
  return `${subject.template} ${act.step} ${act.method} ${
    act.path
  }: ${trouble}${lasting ? ', lasting' : ''}`;
}

/** Waits until the run has come to the point; false where it never does. */
async function untilHit(
  stack: Stack,
  fault: string,
  taskId: string,
): Promise<boolean> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    if (await hasHit(stack, fault)) {
      return true;
    }
    await pause(20);
  }
  throw new Error(`Run ${taskId} never came to its point`);
}

/** Starts a run, and does to it what the point says. */
async function makeTrouble(
  stack: Stack,
  point: Point,
  name: string,
): Promise<string> {
  const { subject } = point;
  const fault = await setFault(stack, toFault(point, name));
  const taskId = await startTemplate(
    stack,
    'dana',
    subject.template,
    subject.values(name),
  );
  await untilHit(stack, fault, taskId);
  if (point.trouble === 'cancel') {
    await press(stack, taskId, 'cancel');
  } else if (point.trouble.startsWith('kill')) {
    await pause(point.trouble === 'kill-before' ? 0 : 100);
    await stack.backend.kill('SIGKILL');
    await clearFaults(stack);
    await stack.backend.start();
  }
  return taskId;
}

/** Lets the run settle, and helps as a person would where it needs one. */
async function settle(
  stack: Stack,
  { remedy }: Point,
  taskId: string,
): Promise<ShownRun> {
  let run = await waitForStatus(stack, taskId, SETTLED, LIMIT_MS);
  await clearFaults(stack);
  for (let turn = 0; turn < 3 && run.status === 'needs-attention'; turn++) {
    const button =
      remedy === 'retry' && run.options.retry.allowed ? 'retry' : 'rollback';
    await press(stack, taskId, button);
    // The status from before the click counts no more.
    await pause(1_500);
    run = await waitForStatus(stack, taskId, SETTLED, LIMIT_MS);
  }
  return run;
}

/**
 * Faults, cancellations and kills at every act of the runs; what is left is
 * counted in the stand-ins.
 */
export const bench: Bench = {
  unit: 's',
  aims: [
    { figure: 'orphans', below: 1 },
    { figure: 'duplicates', below: 1 },
    { figure: 'missing', below: 1 },
    { figure: 'stuck', below: 1 },
  ],
  async run({ quick, log, directory, cleanUp }) {
    log('Starting a portal of its own');
    const stack = await startStack({
      dataDir: directory,
      config: {
        scaffolder: { taskRecovery: { staleTimeout: { seconds: 3 } } },
        runs: { sweep: { frequency: { seconds: 2 } } },
      },
    });
    cleanUp(stack.stop);
    const points = quick ? samplePoints() : listPoints();
    const only = process.env.CHAOS_ONLY;
    const count = { orphans: 0, duplicates: 0, missing: 0, stuck: 0 };
    const endings: Record<string, number> = {};
    let kills = 0;
    let played = 0;
    for (const [index, point] of points.entries()) {
      if (only && !describe(point).includes(only)) {
        continue;
      }
      const name = `chaos-${index}x`;
      played += 1;
      kills += point.trouble.startsWith('kill') ? 1 : 0;
      try {
        const taskId = await makeTrouble(stack, point, name);
        const run = await settle(stack, point, taskId);
        const trace = await traceOfRun(stack, name);
        const found = judge(
          run,
          trace,
          point.subject.template === 'new-service',
        );
        endings[run.status] = (endings[run.status] ?? 0) + 1;
        count.stuck += run.status === 'needs-attention' ? 1 : 0;
        count.orphans += found.orphans.length;
        count.duplicates += found.duplicates.length;
        count.missing += found.missing.length;
        const wrong = Object.values(found).flat();
        log(
          `${describe(point)}: ${run.status}${
            wrong.length > 0 ? ` WRONG ${wrong.join('; ')}` : ''
          }`,
        );
      } catch (error) {
        count.stuck += 1;
        log(`${describe(point)}: STUCK ${error}`);
        await clearFaults(stack);
        await stack.backend.start();
      }
    }
    return {
      samples: played,
      figures: {
        points: played,
        kills,
        ...count,
        ...Object.fromEntries(
          Object.entries(endings).map(([status, times]) => [
            `ended.${status}`,
            times,
          ]),
        ),
      },
    };
  },
};

import {
  startStack,
  startTemplate,
  taskStatus,
  waitForCompletion,
  type Stack,
} from 'e2e';
import type { Bench } from './lib/bench';
import { median } from './lib/statistics';

type Vendors = 'github' | 'gitlab';

/** Requests by stand-in, as its control page counts them. */
type Requests = Record<string, { requests: number; throttled: number }>;

/**
 * The fewest requests with which a run's work could be done at each vendor: one
 * for each thing that is created, and one look at each that ends by itself.
 * docs/benchmarks.md has them one by one.
 */
const LEAST: Record<Vendors, Record<string, Record<string, number>>> = {
  github: {
    'postgresql-database-reviewed': { github: 8, terraform: 1, vault: 3 },
    'new-service': { github: 14, terraform: 1, vault: 3, grafana: 1 },
  },
  gitlab: {
    'postgresql-database-reviewed': { gitlab: 4, hcp: 8, aws: 2 },
    'new-service': { gitlab: 8, hcp: 8, aws: 2, datadog: 1 },
  },
};

/** Runs at once, when the vendors' limits are met. */
const CROWD = 200;
const CROWD_SECONDS = 20 * 60;
/** How many of them are sent off at a time. */
const SENDERS = 20;
/** Between looks at which have ended. */
const LOOK_MS = 5_000;

async function readRequests(stack: Stack): Promise<Requests> {
  const response = await fetch(`${stack.urls.control}/requests`);
  return (await response.json()) as Requests;
}

function parametersOf(template: string, name: string): object {
  return template === 'new-service'
    ? { name, environment: 'dev' }
    : { name, environment: 'dev', size: 'small' };
}

/** Requests that one run makes, by vendor. */
async function countRun(
  stack: Stack,
  template: string,
  name: string,
): Promise<Record<string, number>> {
  const before = await readRequests(stack);
  const taskId = await startTemplate(
    stack,
    'dana',
    template,
    parametersOf(template, name),
  );
  await waitForCompletion(stack, taskId, 180_000);
  const after = await readRequests(stack);
  return Object.fromEntries(
    Object.entries(after).map(([vendor, { requests }]) => [
      vendor,
      requests - (before[vendor]?.requests ?? 0),
    ]),
  );
}

/** Many runs at once: how long until all have ended, and what was refused. */
async function crowd(
  stack: Stack,
  log: (text: string) => void,
): Promise<{ seconds: number; refused: number }> {
  const before = await readRequests(stack);
  const started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  const names = [...Array(CROWD).keys()].map(index => `crowd-${index}`);
  const tasks: string[] = [];
  await Promise.all(
    [...Array(SENDERS).keys()].map(async () => {
      for (let name = names.pop(); name; name = names.pop()) {
        const template = 'postgresql-database-reviewed';
        const parameters = parametersOf(template, name);
        tasks.push(await startTemplate(stack, 'dana', template, parameters));
      }
    }),
  );
  log(`${CROWD} runs are started after ${since().toFixed(0)} s`);
  for (let left = tasks; left.length > 0; ) {
    if (since() > CROWD_SECONDS) {
      throw new Error(`${left.length} runs have not ended: ${left.join(', ')}`);
    }
    await new Promise(done => {
      setTimeout(done, LOOK_MS);
    });
    left = await listOpen(stack, left);
    log(`${CROWD - left.length} runs have completed`);
  }
  const seconds = since();
  const after = await readRequests(stack);
  const counts = Object.entries(after).map(([vendor, count]) => ({
    vendor,
    requests: count.requests - (before[vendor]?.requests ?? 0),
    throttled: count.throttled - (before[vendor]?.throttled ?? 0),
  }));
  counts.forEach(({ vendor, requests, throttled }) =>
    log(`${vendor}: ${requests} requests, ${throttled} of them refused`),
  );
  return {
    seconds,
    refused: counts.reduce((sum, { throttled }) => sum + throttled, 0),
  };
}

/** Those of some runs that have not completed. */
async function listOpen(stack: Stack, tasks: string[]): Promise<string[]> {
  const open: string[] = [];
  for (const taskId of tasks) {
    if ((await taskStatus(stack, taskId)) !== 'completed') {
      open.push(taskId);
    }
  }
  return open;
}

/** Requests that runs make at each vendor, and how they keep to its limits. */
export const bench: Bench = {
  unit: 's',
  aims: [{ figure: 'refused', below: 1 }],
  async run({ quick, log, directory, cleanUp }) {
    const figures: Record<string, number> = {};
    let samples = 0;
    let refused = 0;
    const only = process.env.PROVIDERS_ONLY;
    for (const vendors of Object.keys(LEAST) as Vendors[]) {
      if (only && only !== vendors) {
        continue;
      }
      log(`Starting a portal on ${vendors}`);
      const stack = await startStack({
        dataDir: `${directory}/${vendors}`,
        vendors,
      });
      cleanUp(stack.stop);
      for (const [template, least] of Object.entries(LEAST[vendors])) {
        const counts: Record<string, number>[] = [];
        // The first one signs in and looks up what the others remember.
        for (let turn = 0; turn <= (quick ? 1 : 5); turn += 1) {
          const count = await countRun(
            stack,
            template,
            `count-${template.slice(0, 3)}-${turn}`,
          );
          if (turn > 0) {
            counts.push(count);
          }
        }
        samples += counts.length;
        for (const [vendor, fewest] of Object.entries(least)) {
          const requests = median(counts.map(count => count[vendor] ?? 0));
          figures[`${template}.${vendor}`] = requests;
          figures[`${template}.${vendor}.least`] = fewest;
          log(
            `${template} at ${vendor}: ${requests} requests, at least ${fewest}`,
          );
        }
      }
      if (!quick) {
        const all = await crowd(stack, log);
        figures[`crowd.${vendors}.seconds`] = all.seconds;
        refused += all.refused;
        samples += CROWD;
      }
      await stack.stop();
    }
    return { samples, figures: quick ? figures : { ...figures, refused } };
  },
};

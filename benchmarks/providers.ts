import { startStack, startTemplate, waitForCompletion, type Stack } from 'e2e';
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
    'postgresql-database-reviewed': { github: 9, terraform: 1, vault: 1 },
    'new-service': { github: 15, terraform: 1, vault: 1, grafana: 1 },
  },
  gitlab: {
    'postgresql-database-reviewed': { gitlab: 4, hcp: 8, aws: 1 },
    'new-service': { gitlab: 8, hcp: 8, aws: 1, datadog: 1 },
  },
};

/** Runs at once, when the vendors' limits are met. */
const CROWD = 200;
const CROWD_MS = 20 * 60_000;

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
): Promise<{ seconds: number; refused: number }> {
  const before = await readRequests(stack);
  const started = performance.now();
  const tasks: string[] = [];
  for (let index = 0; index < CROWD; index += 1) {
    tasks.push(
      await startTemplate(
        stack,
        'dana',
        'postgresql-database-reviewed',
        parametersOf('postgresql-database-reviewed', `crowd-${index}`),
      ),
    );
  }
  for (const taskId of tasks) {
    await waitForCompletion(stack, taskId, CROWD_MS);
  }
  const after = await readRequests(stack);
  return {
    seconds: (performance.now() - started) / 1000,
    refused: Object.entries(after)
      .map(
        ([vendor, { throttled }]) =>
          throttled - (before[vendor]?.throttled ?? 0),
      )
      .reduce((sum, count) => sum + count, 0),
  };
}

/** Requests that runs make at each vendor, and how they keep to its limits. */
export const bench: Bench = {
  unit: 's',
  aims: [{ figure: 'refused', below: 1 }],
  async run({ quick, log, directory, cleanUp }) {
    const figures: Record<string, number> = {};
    let samples = 0;
    let refused = 0;
    for (const vendors of ['github', 'gitlab'] as const) {
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
        const all = await crowd(stack);
        figures[`crowd.${vendors}.seconds`] = all.seconds;
        refused += all.refused;
        samples += CROWD;
      }
      await stack.stop();
    }
    return { samples, figures: quick ? figures : { ...figures, refused } };
  },
};

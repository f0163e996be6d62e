import { join } from 'node:path';
import type { JsonObject } from '@backstage/types';
import type { Bench } from './lib/bench';
import { type Replica, startReplica } from './lib/replica';
import { sample } from './lib/sampling';
import { percentile } from './lib/statistics';

const requester = 'user:default/dana';
const sizes = { small: 50, medium: 150, large: 800 };

/** Answer of the route, as far as the bench looks at it. */
interface Preview {
  decision: { outcome: string };
  stages: { eligible: string[] }[];
  alternatives: unknown[];
}

/** A template with a preview that has something of everything to say. */
const template = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'database' },
  spec: {
    owner: 'group:default/payments',
    type: 'resource',
    selfService: {
      operation: 'database:create',
      environment: { parameter: 'environment' },
      cost: { parameter: 'size', monthly: sizes },
      creates: [
        { kind: 'Secret', name: 'databases/{name}', capability: 'secrets' },
      ],
      grants: ['read on databases/{name} to the owning team'],
    },
    parameters: {
      properties: {
        name: { type: 'string' },
        environment: { enum: ['dev', 'staging', 'production'] },
        size: { enum: Object.keys(sizes) },
      },
    },
    steps: [{ id: 'work', action: 'bench:work' }],
  },
};

const finance = [
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name: 'fiona' },
    spec: { memberOf: ['finance'] },
  },
  {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name: 'finance' },
    spec: { type: 'team', children: [] },
  },
];

/** What somebody types: the name letter by letter, in each combination. */
function parametersOf(turn: number): object {
  const environment = ['dev', 'staging', 'production'][turn % 3];
  const size = Object.keys(sizes)[Math.floor(turn / 3) % 3];
  return { name: 'orders'.slice(0, 1 + (turn % 6)), environment, size };
}

async function preview(replica: Replica, turn: number): Promise<Preview> {
  return replica.request('approvals/form-previews', requester, {
    templateRef: 'template:default/database',
    parameters: parametersOf(turn),
  });
}

/** Fails where the route would be quick because it has little to say. */
async function assertWhole(replica: Replica): Promise<void> {
  // The eighth combination: large, in production.
  const whole = await preview(replica, 8);
  const isWhole =
    whole.decision.outcome === 'require-approval' &&
    whole.stages.length === 2 &&
    whole.stages.every(({ eligible }) => eligible.length > 0) &&
    whole.alternatives.length > 0;
  if (!isWhole) {
    throw new Error(`This is no whole preview: ${JSON.stringify(whole)}`);
  }
}

/** One preview of a form over HTTP, with the catalog remembered and without. */
export const bench: Bench = {
  unit: 'ms',
  aims: [{ figure: 'server.p95', below: 30 }],
  async run({ quick, log, directory, cleanUp }) {
    const start = async (name: string, previews: JsonObject) => {
      const replica = await startReplica({
        directory: join(directory, name),
        workLog: join(directory, `${name}.log`),
        people: [requester],
        entities: [template, ...finance],
        approvals: { previews },
      });
      cleanUp(replica.kill);
      return replica;
    };
    log('Starting a backend that remembers the catalog and one that does not');
    const server = await start('remembering', {});
    const without = await start('asking', { memory: { seconds: 0 } });
    await untilWhole([server, without]);

    // In rounds, so that a busy moment of the machine hits both sides.
    const rounds = 10;
    const perRound = quick ? 20 : 100;
    const taken = {
      server: [] as number[],
      uncached: [] as number[],
      empty: [] as number[],
    };
    for (let round = 0; round < rounds; round++) {
      const counts = { warmUp: round === 0 ? 100 : 5, samples: perRound };
      taken.server.push(
        ...(await sample({ ...counts, once: turn => preview(server, turn) })),
      );
      taken.uncached.push(
        ...(await sample({ ...counts, once: turn => preview(without, turn) })),
      );
      // A route that does nothing but see who calls: the least that any takes
      // on this machine at this moment.
      taken.empty.push(
        ...(await sample({
          ...counts,
          once: () => server.request('runs/systems', requester),
        })),
      );
    }
    return {
      samples: taken.server.length,
      figures: Object.fromEntries(
        Object.entries(taken).flatMap(([side, times]) =>
          [50, 95, 99].map(share => [
            `${side}.p${share}`,
            percentile(times, share),
          ]),
        ),
      ),
    };
  },
};

/** The catalog reads one entity after the other. */
async function untilWhole(replicas: Replica[]): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (const replica of replicas) {
    for (;;) {
      try {
        await assertWhole(replica);
        break;
      } catch (error) {
        if (performance.now() > deadline) {
          throw error;
        }
        await new Promise(done => {
          setTimeout(done, 100);
        });
      }
    }
  }
}

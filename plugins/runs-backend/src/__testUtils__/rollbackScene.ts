import { Entity } from '@backstage/catalog-model';
import { RunPhase } from '@self-service/plugin-runs-common';
import { toRunKey } from '@self-service/plugin-runs-node';
import { Knex } from 'knex';
import { DatabaseEffectStore } from '../database/DatabaseEffectStore';
import { DatabaseRunStore } from '../database/DatabaseRunStore';
import { createReplica, TestClock } from './createReplica';
import { FakeOutside, Mortal } from './FakeOutside';
import { FakeScaffolderRuns } from './FakeScaffolderRuns';

/** Who starts the runs. */
export const REQUESTER = 'user:default/dev';
/** Of the input of each step. */
export const DIGEST = 'd'.repeat(64);

/** The clock that all share, as one process reads it. */
class MortalClock extends TestClock {
  readonly #shared: TestClock;
  readonly #mortal: Mortal;

  constructor(shared: TestClock, mortal: Mortal) {
    super();
    this.#shared = shared;
    this.#mortal = mortal;
  }

  async now(): Promise<Date> {
    this.#mortal.touch();
    return this.#shared.now();
  }

  advance(milliseconds: number): void {
    this.#shared.advance(milliseconds);
  }
}

/** What there is, whichever processes come and go. */
export function createRollbackScene(
  database: Knex,
  taskId = 'task-1',
  entities: Entity[] = [],
) {
  const outside = new FakeOutside();
  const clock = new TestClock();
  const scaffolderRuns = new FakeScaffolderRuns();
  const effects = DatabaseEffectStore.create(database);
  const runs = DatabaseRunStore.create(database);
  const keyOf = (stepId: string) => toRunKey(taskId, stepId, DIGEST);
  const steps: object[] = [];
  const events: object[] = [];

  /** A process, up to its death. */
  const start = (mortal = new Mortal()) => {
    const replica = createReplica({
      database,
      scaffolderRuns,
      clock: new MortalClock(clock, mortal),
      providers: outside.providers(mortal),
      entities,
    });
    replica.scaffolder.getTask.mockImplementation(async () => {
      mortal.touch();
      return { spec: { steps, parameters: { name: 'orders' } } } as never;
    });
    replica.scaffolder.getLogs.mockResolvedValue(events as never);
    return replica;
  };
  const register = (onFailure: 'hold' | 'rollback' = 'hold') =>
    clock.now().then(now =>
      runs.register(
        taskId,
        {
          requester: REQUESTER,
          authorised: true,
          secretNames: [],
          onFailure,
        },
        now,
      ),
    );
  return {
    taskId,
    outside,
    clock,
    scaffolderRuns,
    effects,
    runs,
    keyOf,
    steps,
    events,
    start,
    register,
    phase: async () => (await runs.find(taskId))?.phase,
    statuses: async () =>
      Object.fromEntries(
        (await effects.list(taskId)).map(({ stepId, status }) => [
          stepId,
          status,
        ]),
      ),
    moveTo: async (phase: RunPhase) => {
      const run = (await runs.find(taskId))!;
      await runs.movePhase(run, { phase }, await clock.now());
    },
    /** Records an effect, as an action does. */
    add: async (
      stepId: string,
      effect: { capability: string; kind: string; name: string },
      created?: { url?: string; reference?: Record<string, unknown> },
    ) => {
      clock.advance(1_000);
      const now = await clock.now();
      const provider = { git: 'github', infrastructure: 'atlantis' }[
        effect.capability
      ];
      const claim = await effects.claim(
        {
          taskId,
          stepId,
          inputDigest: DIGEST,
          attempt: 'a',
          provider: provider ?? 'vault',
          ...effect,
        },
        now,
        new Date(now.getTime() + 60_000),
      );
      if (created) {
        await effects.complete(
          claim.effect.id,
          { attempt: 'a', ...created },
          now,
        );
      } else {
        const release = { attempt: 'a', absent: false };
        await effects.release(claim.effect.id, release, now);
      }
    },
  };
}
/** See {@link createRollbackScene}. */
export type RollbackScene = ReturnType<typeof createRollbackScene>;

/** The name of a pull request in the ledger. */
export const pullRequestName = (branch: string) =>
  `git.example/myorg/infra#${branch}`;

/** Everything that a run of the service template makes. */
export async function makeEverything(scene: RollbackScene): Promise<void> {
  const { outside, add, keyOf, steps, events, scaffolderRuns, taskId } = scene;
  await scene.register();
  scaffolderRuns.start(taskId);
  scaffolderRuns.after = call => {
    if (call === 'cancel') {
      scaffolderRuns.end(taskId);
    }
  };
  const repository = 'git.example/myorg/orders';
  outside.repositories.set(repository, keyOf('repository'));
  await add(
    'repository',
    { capability: 'git', kind: 'repository', name: repository },
    { url: `https://${repository}` },
  );
  const { url } = outside.open(1, 'db', { openedBy: keyOf('pull-request') });
  await add(
    'pull-request',
    { capability: 'git', kind: 'pull request', name: pullRequestName('db') },
    { url, reference: { url, number: 1, headCommit: 'head-1', base: 'main' } },
  );
  outside.applies.set(url, 'applied');
  await add(
    'apply',
    { capability: 'infrastructure', kind: 'apply', name: url },
    { url, reference: { head: 'head-1', outputs: {} } },
  );
  outside.secrets.set('databases/orders', keyOf('secret'));
  await add(
    'secret',
    { capability: 'secrets', kind: 'secret', name: 'databases/orders' },
    { url: 'https://vault.example/orders', reference: { version: 1 } },
  );
  const target = `https://${repository}/blob/main/catalog-info.yaml`;
  outside.locations.set('location-1', target);
  await add(
    'register',
    { capability: 'catalog', kind: 'catalog entity', name: target },
    { url: target, reference: { locationId: 'location-1' } },
  );
  // Opened, and the process was killed before it could say so.
  outside.open(2, 'docs', { openedBy: keyOf('docs') });
  await add('docs', {
    capability: 'git',
    kind: 'pull request',
    name: pullRequestName('docs'),
  });
  // The branch was made, and no pull request of it.
  outside.branches.set('half', keyOf('half'));
  await add('half', {
    capability: 'git',
    kind: 'pull request',
    name: pullRequestName('half'),
  });
  // Never opened.
  await add('never', {
    capability: 'git',
    kind: 'pull request',
    name: pullRequestName('never'),
  });
  // By a stock action, of which the ledger knows nothing.
  outside.open(3, 'stock-orders');
  steps.push({
    id: 'stock',
    action: 'publish:github:pull-request',
    rollback: {
      operation: 'git:close-pull-request',
      input: {
        repoUrl: 'git.example?owner=myorg&repo=infra',
        branch: 'stock-{name}',
      },
    },
  });
  for (const [id, status] of ['processing', 'completed'].entries()) {
    events.push({
      id,
      type: 'log',
      createdAt: '2026-01-05T12:00:00Z',
      body: { stepId: 'stock', status },
    });
  }
}

/** One process. */
export type Replica = ReturnType<RollbackScene['start']>;

/** Goes on until the run has ended, or the process is dead. */
export async function finish(
  replica: Replica,
  scene: RollbackScene,
): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds++) {
    const delay = await replica.rollback.advance(scene.taskId);
    if (delay === undefined) {
      return;
    }
    scene.clock.advance(delay);
  }
  throw new Error('The rollback does not end');
}

/** Works until the process is dead, or done. */
export async function untilKilled(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!`${error}`.includes('was killed')) {
      throw error;
    }
  }
}

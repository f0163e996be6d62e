import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, startStack, type Stack, type StackService } from 'e2e';
import { PostgresServer } from 'sandbox/src/postgres/PostgresServer';
import type { BenchContext } from '../bench';
import { createSecondBackend } from './secondBackend';

/** Relative to the backend's folder, as in the sandbox's configuration. */
const TEMPLATES = [
  '../../packages/sandbox/catalog/org.yaml',
  '../../templates/*/template.yaml',
  '../../benchmarks/templates/*/template.yaml',
  '../../catalog-info.yaml',
];

/** For a busy machine, beyond what the stack waits. */
const START_LIMIT_MS = 300_000;

/** So that a run which was left alone is taken up soon. */
const CONFIG = {
  catalog: {
    locations: TEMPLATES.map(target => ({
      type: 'file',
      target,
      rules: [
        {
          allow: [
            'User',
            'Group',
            'Template',
            'Component',
            'System',
            'Location',
          ],
        },
      ],
    })),
  },
  scaffolder: { taskRecovery: { staleTimeout: { seconds: 3 } } },
  runs: { sweep: { frequency: { seconds: 2 } } },
};

/** A portal whose backends are killed. */
export interface ChaosPortal {
  /** Its requests go to backends that live, in turn. */
  stack: Stack;
  /** Kills the backend that runs a task, without a word to it. */
  killRunner(taskId: string): Promise<void>;
  /** Starts whatever is not running; resolves when all are ready. */
  revive(): Promise<void>;
}

/** A portal with one backend, on SQLite, as `npm start` has it. */
export async function startOneBackend({
  directory,
  cleanUp,
}: BenchContext): Promise<ChaosPortal> {
  const stack = await startStack({ dataDir: directory, config: CONFIG });
  cleanUp(stack.stop);
  return {
    stack,
    killRunner: () => stack.backend.kill('SIGKILL'),
    revive: () => startPatiently(stack.backend, stack.urls.backend),
  };
}

/** A portal with two backend processes on one PostgreSQL. */
export async function startTwoBackends({
  directory,
  cleanUp,
}: BenchContext): Promise<ChaosPortal> {
  const server = await PostgresServer.start({
    directory: join(directory, 'portal-postgres'),
    port: 0,
    host: 'localhost',
  });
  cleanUp(() => server.stop());
  const client = await server.connect(); // knows the password
  const { host, port, user, password } = client;
  await client.end();
  const config = {
    ...CONFIG,
    backend: {
      database: {
        client: 'pg',
        connection: { host, port, user, password },
        // Both have two dozen plugins, each with a pool of its own.
        knexConfig: { pool: { min: 0, max: 4 } },
      },
    },
  };
  const first = await startStack({ dataDir: directory, config });
  cleanUp(first.stop);
  const second = await createSecondBackend(first, config);
  cleanUp(() => second.service.stop());
  await second.service.start();
  const backends: Backend[] = [
    {
      url: first.urls.backend,
      service: first.backend,
      log: join(directory, 'logs/backend.log'),
    },
    second,
  ];
  return {
    stack: { ...first, request: spread(first, backends) },
    async killRunner(taskId) {
      const runner = await findRunner(backends, taskId);
      await runner.service.kill('SIGKILL');
    },
    async revive() {
      await Promise.all(
        backends.map(({ service, url }) => startPatiently(service, url)),
      );
    },
  };
}

/**
 * Starts a backend unless it runs. On a busy machine that takes longer than
 * the stack waits; what is measured is what the runs do then.
 */
async function startPatiently(
  service: StackService,
  url: string,
): Promise<void> {
  try {
    await service.start();
  } catch (error) {
    await eventually(
      `the backend is ready after ${error}`,
      async () => {
        const health = await fetch(`${url}/.backstage/health/v1/readiness`);
        await health.body?.cancel();
        return health.ok || undefined;
      },
      START_LIMIT_MS,
    );
  }
}

/** One of the two. */
export interface Backend {
  url: string;
  service: StackService;
  /** File with what it has logged. */
  log: string;
}

/** Sends requests to those that run, in turn. */
function spread(stack: Stack, backends: Backend[]): Stack['request'] {
  let turn = 0;
  return async (person, path, init = {}) => {
    const living = backends.filter(({ service }) => service.running);
    const { url } = living[turn++ % living.length];
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...init.headers,
        authorization: `Bearer ${await stack.token(person)}`,
      },
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(
        `${init.method ?? 'GET'} ${path} answered ${response.status}: ${text}`,
      );
    }
    return text ? JSON.parse(text) : undefined;
  };
}

/** Who has begun the newest attempt of a task, as the audit log says. */
async function findRunner(
  backends: Backend[],
  taskId: string,
): Promise<Backend> {
  const attempts = await Promise.all(
    backends.map(async backend => ({
      backend,
      at: lastAttempt(await readFile(backend.log, 'utf8'), taskId),
    })),
  );
  const [{ backend, at }] = attempts.sort((a, b) => b.at - a.at);
  if (at === 0) {
    throw new Error(`No backend says that it runs ${taskId}`);
  }
  return backend;
}

/**
 * When the newest attempt began: lines of the audit log have no time, those of
 * the requests around them do.
 *
 * @returns milliseconds since 1970; 0 for a task that it has never run
 */
function lastAttempt(log: string, taskId: string): number {
  const lines = log.split('\n');
  const index = lines.findLastIndex(
    line =>
      line.includes(`"taskId":"${taskId}"`) &&
      line.includes('"actionType":"execution"') &&
      line.includes('"status":"initiated"'),
  );
  const dated = lines.slice(0, index + 1).reverse();
  const date = dated
    .map(line => /"date":"([^"]+)"/.exec(line)?.[1])
    .find(Boolean);
  return date ? Date.parse(date) : 0;
}

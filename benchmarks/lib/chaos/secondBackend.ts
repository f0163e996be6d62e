import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Stack } from 'e2e';
import { ManagedProcess, waitFor } from '../../../scripts/lib/process.mjs';
import { freePort } from '../opa';
import type { Backend } from './portal';

const root = resolve(__dirname, '../../..');

/**
 * Another backend for a portal that runs, on the same database and the same
 * outside systems, at a port of its own. It is not started yet.
 *
 * @param config - as the first one has it
 */
export async function createSecondBackend(
  stack: Stack,
  config: object,
): Promise<Backend> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const overlay = join(stack.dataDir, 'app-config.second.json');
  await writeFile(
    overlay,
    JSON.stringify({
      app: { baseUrl: url },
      backend: { baseUrl: url, listen: { port } },
    }),
  );
  const common = join(stack.dataDir, 'app-config.common.json');
  await writeFile(common, JSON.stringify(config));
  const log = join(stack.dataDir, 'logs/backend-2.log');
  const options = {
    name: 'The second backend',
    command: [
      process.execPath,
      '--require',
      join(root, 'scripts/lib/endWithParent.cjs'),
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'src/index.ts',
      ...[
        join(root, 'app-config.yaml'),
        join(root, 'packages/sandbox/app-config.yaml'),
        common,
        overlay,
      ].flatMap(path => ['--config', path]),
    ],
    cwd: join(root, 'packages/backend'),
    env: { ...process.env, ...outside(stack), NODE_ENV: 'production' },
    logFile: log,
  };
  let child: ManagedProcess | undefined;
  return {
    url,
    log,
    service: {
      get running() {
        return child?.running ?? false;
      },
      async start() {
        if (child?.running) {
          return;
        }
        child = new ManagedProcess(options);
        await waitFor({
          what: 'The second backend getting ready',
          timeoutMs: 300_000,
          process: child,
          until: async () => {
            const health = await fetch(`${url}/.backstage/health/v1/readiness`);
            await health.body?.cancel();
            return health.ok;
          },
        });
      },
      async stop() {
        await child?.stop();
      },
      async kill(signal = 'SIGKILL') {
        await child?.kill(signal);
      },
      logTail: lines => child?.logTail(lines) ?? '',
    },
  };
}

/** Where the outside systems are, as the configuration of the demo reads it. */
function outside({ urls }: Stack): Record<string, string> {
  return Object.fromEntries(
    Object.entries(urls).map(([name, url]) => [
      `SANDBOX_${name.toUpperCase()}_URL`,
      url,
    ]),
  );
}

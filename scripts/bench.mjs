/**
 * `npm run bench`: lists the benches, or runs one.
 *
 *   npm run bench                      lists them
 *   npm run bench -- <name> [--quick]  runs one; its last line is the result
 *
 * How to read and write them: docs/benchmarks.md.
 */
import { ensureFrontend } from './lib/frontend.mjs';
import { run } from './lib/report.mjs';
import {
  ensureInstalled,
  ensureToolchain,
  runCommand,
} from './lib/toolchain.mjs';

/** Benches that start a whole portal, which serves the frontend. */
const withPortal = ['main-job', 'chaos', 'resume', 'providers'];

await run(async () => {
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  if (process.argv.some(word => withPortal.includes(word))) {
    await ensureFrontend(toolchain);
  }
  return runCommand(
    [
      toolchain.node,
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'benchmarks/run.ts',
      ...process.argv.slice(2),
    ],
    { env: { NODE_ENV: 'production', ...toolchain.env } },
  );
});

/**
 * `npm run template:check`: checks template files. What it takes is in the
 * README of plugins/catalog-backend-module-self-service.
 */
import { join } from 'node:path';
import { run } from './lib/report.mjs';
import {
  ensureInstalled,
  ensureToolchain,
  root,
  runCommand,
} from './lib/toolchain.mjs';

await run(async () => {
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  return runCommand(
    [
      toolchain.node,
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'plugins/catalog-backend-module-self-service/src/cli/main.ts'),
      ...process.argv.slice(2),
    ],
    { env: toolchain.env },
  );
});

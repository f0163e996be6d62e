/**
 * `npm run docs:pictures`: takes the pictures of docs/images anew, from a
 * portal of its own.
 */
import { ensureFrontend } from './lib/frontend.mjs';
import { run } from './lib/report.mjs';
import {
  ensureInstalled,
  ensureToolchain,
  runCommand,
} from './lib/toolchain.mjs';

await run(async () => {
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  await ensureFrontend(toolchain);
  return runCommand(
    [
      toolchain.node,
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      'packages/e2e/src/takePictures.ts',
    ],
    { env: toolchain.env },
  );
});

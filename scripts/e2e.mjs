/**
 * `npm run test:e2e`: the tests in a browser and with killed processes. They
 * start their own portal on free ports. Arguments are handed to Jest.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFrontend } from './lib/frontend.mjs';
import { printCounts, runJest } from './lib/jest.mjs';
import { progress, run } from './lib/report.mjs';
import { ensureInstalled, ensureToolchain, root } from './lib/toolchain.mjs';

await run(async () => {
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  await ensureFrontend(toolchain);
  progress('Tests in the browser');
  const reports = join(root, '.tools/reports');
  mkdirSync(reports, { recursive: true });
  const counts = await runJest({
    command: [
      ...toolchain.yarn,
      'workspace',
      'e2e',
      'test:e2e',
      ...process.argv.slice(2),
    ],
    env: toolchain.env,
    reportFile: join(reports, 'e2e.json'),
  });
  progress('Done');
  if (counts.failed > 0) {
    progress('Pictures of the pages that failed are in e2e-results/');
  }
  printCounts(counts);
  return counts.failed > 0 ? 1 : 0;
});

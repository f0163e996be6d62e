/**
 * `npm run dev`: the sandbox, and backend and frontend rebuilt on change by
 * Backstage's own tools, the frontend at http://localhost:3000.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { progress, run } from './lib/report.mjs';
import { createSandbox, defaultPorts } from './lib/stack.mjs';
import {
  ensureInstalled,
  ensureToolchain,
  root,
  runCommand,
} from './lib/toolchain.mjs';

const dataDir = join(root, '.sandbox');
const frontend = 'http://localhost:3000';

await run(async () => {
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  mkdirSync(dataDir, { recursive: true });
  const configFile = join(dataDir, 'app-config.dev.json');
  writeFileSync(
    configFile,
    JSON.stringify({
      app: { baseUrl: frontend },
      backend: { cors: { origin: frontend, credentials: true } },
    }),
  );
  const sandbox = createSandbox({
    root,
    node: toolchain.node,
    dataDir,
    ports: defaultPorts,
    env: toolchain.env,
  });
  // Ctrl-C reaches Backstage's tools too; the sandbox is stopped after them.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  try {
    progress('Starting the sandbox');
    await sandbox.start();
    return await runCommand(
      [
        ...toolchain.yarn,
        'backstage-cli',
        'repo',
        'start',
        ...[
          join(root, 'app-config.yaml'),
          join(root, 'packages/sandbox/app-config.yaml'),
          configFile,
        ].flatMap(path => ['--config', path]),
      ],
      { env: toolchain.env },
    );
  } finally {
    await sandbox.stop();
  }
});

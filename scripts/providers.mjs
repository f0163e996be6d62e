/**
 * `npm run providers:check`: tests a configuration against its vendors without
 * creating anything.
 *
 *   npm run providers:check                           app-config.yaml, and app-config.local.yaml where it is
 *   npm run providers:check -- --config <file> …      these files instead, the last one wins
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandError, run } from './lib/report.mjs';
import {
  ensureInstalled,
  ensureToolchain,
  root,
  runCommand,
} from './lib/toolchain.mjs';

function readConfigs() {
  let given;
  try {
    given = parseArgs({
      options: { config: { type: 'string', multiple: true, default: [] } },
    }).values.config;
  } catch (error) {
    throw new CommandError(
      error.message,
      'Usage: npm run providers:check [-- --config <file> …]',
    );
  }
  return given.length > 0
    ? given.map(path => resolve(path))
    : ['app-config.yaml', 'app-config.local.yaml']
        .map(name => join(root, name))
        .filter(path => existsSync(path));
}

await run(async () => {
  const configs = readConfigs();
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  return runCommand(
    [
      toolchain.node,
      '--require',
      '@backstage/cli/config/nodeTransform.cjs',
      join(root, 'packages/backend/src/checkProviders.ts'),
      ...configs.flatMap(path => ['--config', path]),
    ],
    {
      cwd: join(root, 'packages/backend'),
      env: { NODE_ENV: 'production', LOG_LEVEL: 'warn', ...toolchain.env },
    },
  );
});

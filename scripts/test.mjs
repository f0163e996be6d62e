/**
 * `npm test`: installs what is missing, checks, and runs every test but those
 * in a browser. The last line says how many passed and failed; a check that
 * fails counts as one.
 */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesWithoutPostgres, printCounts, runJest } from './lib/jest.mjs';
import { findOpa } from './lib/opa.mjs';
import { withPostgres } from './lib/postgres.mjs';
import { hasPromtool } from './lib/promtool.mjs';
import { progress, run } from './lib/report.mjs';
import {
  ensureInstalled,
  ensureToolchain,
  root,
  runCommand,
} from './lib/toolchain.mjs';

/** Everything that is not a Jest test: name and command. */
function checks({ node, yarn }) {
  const opa = findOpa();
  if (!opa) {
    progress(
      'opa is not installed: the policy is tested through its compiled form only',
    );
  }
  if (!hasPromtool()) {
    progress(
      `promtool is not installed (Debian: prometheus): the queries of Prometheus rules are not checked, only their shape${
        process.env.PROMTOOL_REQUIRED ? ', which fails here' : ''
      }`,
    );
  }
  return [
    ...(opa ? [['Policy tests', [node, 'scripts/policies.mjs', 'test']]] : []),
    ['Formatting', [...yarn, 'prettier', '--check', '.']],
    ['Types', [...yarn, 'tsc']],
    ['Lint', [...yarn, 'backstage-cli', 'repo', 'lint']],
  ];
}

async function runTests(toolchain) {
  const { yarn, env } = toolchain;
  const reports = join(root, '.tools/reports');
  mkdirSync(reports, { recursive: true });
  return withPostgres(toolchain, async connection => {
    progress('Tests');
    return runJest({
      command: [...yarn, 'backstage-cli', 'repo', 'test', '--watchAll=false'],
      env: {
        ...env,
        CI: env.CI ?? '1',
        // Who can't install it is told; .ci/run, which installs it, fails.
        ...(!env.PROMTOOL_REQUIRED && { PROMTOOL_OPTIONAL: '1' }),
        BACKSTAGE_TEST_DISABLE_DOCKER: '1',
        BACKSTAGE_TEST_DATABASE_POSTGRES18_CONNECTION_STRING: connection,
      },
      reportFile: join(reports, 'tests.json'),
    });
  });
}

await run(async () => {
  const toolchain = await ensureToolchain();
  await ensureInstalled(toolchain);
  const failed = [];
  let passed = 0;
  for (const [name, command] of checks(toolchain)) {
    progress(name);
    if ((await runCommand(command, { env: toolchain.env })) === 0) {
      passed += 1;
    } else {
      failed.push(name);
    }
  }
  const tests = await runTests(toolchain);
  const dropped = filesWithoutPostgres(tests.testResults);
  if (dropped.length > 0) {
    failed.push('PostgreSQL');
    process.stderr.write(
      `These must run on PostgreSQL too, and did not:\n${dropped
        .map(path => `  ${relative(root, path)}\n`)
        .join('')}`,
    );
  }
  progress('Done');
  if (failed.length > 0) {
    process.stderr.write(`Failed: ${failed.join(', ')}\n`);
  }
  const counts = {
    passed: passed + tests.passed,
    failed: failed.length + tests.failed,
  };
  printCounts(counts);
  return counts.failed > 0 ? 1 : 0;
});

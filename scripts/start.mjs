/**
 * `npm start`: everything on this machine, from a fresh clone on.
 *
 *   npm start              starts, or goes on where the last start left off
 *   npm start -- --reset   forgets what the sandbox and the backend have kept
 *   npm start -- --vendors gitlab   the same portal of a company on GitLab, HCP
 *                          Terraform, AWS Secrets Manager, Datadog and Slack
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureFrontend } from './lib/frontend.mjs';
import { CommandError, progress, run } from './lib/report.mjs';
import {
  defaultPorts,
  refuseBusyPorts,
  startStack,
  waitForTemplates,
} from './lib/stack.mjs';
import { ensureInstalled, ensureToolchain, root } from './lib/toolchain.mjs';

const dataDir = join(root, '.sandbox');

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        reset: { type: 'boolean' },
        vendors: { type: 'string', default: 'github' },
      },
    });
    if (!['github', 'gitlab'].includes(values.vendors)) {
      throw new Error(`There are no vendors '${values.vendors}'.`);
    }
    return values;
  } catch (error) {
    throw new CommandError(
      error.message,
      'Usage: npm start [-- [--reset] [--vendors github|gitlab]]',
    );
  }
}

function templateNames() {
  return readdirSync(join(root, 'templates')).filter(name =>
    existsSync(join(root, 'templates', name, 'template.yaml')),
  );
}

function printWelcome({ urls }) {
  process.stdout.write(`
  Self-Service runs at ${urls.backend}

  Sign in as one of the demo people (no password is asked for):
    Dana   developer in Payments        Leo    lead of Payments
    Sam    developer in Search          Lena   lead of Search
    Erin   head of Engineering          Finn   Finance
    Sara   Security                     Chloe  Change Managers
    Petra  Platform Team

  What to try:
    1. As Dana: Create → PostgreSQL database → environment dev. Watch it come
       into being and open the secret's link (sign in there as dana / demo).
    2. The same with environment production: the run waits for Leo.
       Sign in as Leo (another browser profile, or sign out), open Approvals,
       or press the button in his chat: ${urls.slack}/as/leo
    3. Everybody's mail: ${urls.mail}

  The outside world on this machine: ${urls.control}
  Logs: ${join('.sandbox', 'logs')}

  Ctrl-C stops everything; what you made is there again at the next start.
`);
}

await run(async () => {
  const { reset, vendors } = readOptions();
  let stack;
  const stopped = new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => resolve(signal));
    }
  });
  const started = (async () => {
    const toolchain = await ensureToolchain();
    await ensureInstalled(toolchain);
    await ensureFrontend(toolchain);
    // Before the reset: an earlier start may still be using the state.
    await refuseBusyPorts(defaultPorts);
    if (reset) {
      progress('Forgetting the state of earlier starts');
      rmSync(dataDir, { recursive: true, force: true });
    }
    await startStack({
      root,
      node: toolchain.node,
      env: toolchain.env,
      dataDir,
      vendors,
      log: progress,
      onCreated: created => {
        stack = created;
      },
    });
    progress('Waiting for the catalog');
    await waitForTemplates(stack, templateNames());
    progress('Ready');
    printWelcome(stack);
    const [name, how] = await Promise.race(
      [stack.sandbox, stack.backend].map(async ({ process: child }) => [
        child,
        await child.unexpectedExit(),
      ]),
    );
    throw new CommandError(
      `${name.name} has ended (${how}). The end of ${
        name.logFile
      }:\n\n${name.logTail()}`,
    );
  })();
  try {
    const ended = await Promise.race([started, stopped]);
    if (ended) {
      started.catch(() => {}); // what was under way fails as its parts stop
      process.stdout.write('\n');
      progress('Stopping');
    }
  } finally {
    await stack?.stop();
  }
  // Commands that were under way (an install, a build) got the signal themselves.
  process.exit(0);
});

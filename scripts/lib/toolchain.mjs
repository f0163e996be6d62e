/**
 * Gets Node and Yarn where they are missing, and installs the dependencies.
 * Works on Node 20 and newer with nothing installed but npm and git.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CommandError, progress } from './report.mjs';

/** Root folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(
  /[\\/]$/,
  '',
);

const tools = join(root, '.tools');
const yarnVersion = '4.18.1';
/** Major versions of Node that this Backstage release supports. */
const supportedNodes = [22, 24];
const nodeToGet = 24;

/**
 * What the other scripts run things with.
 *
 * @typedef {object} Toolchain
 * @property {string} node - path of a supported Node
 * @property {string[]} yarn - command line that starts Yarn
 * @property {NodeJS.ProcessEnv} env - environment for child processes
 */

function isSupported(version) {
  return supportedNodes.includes(
    Number(version.replace('v', '').split('.')[0]),
  );
}

/** Installs packages below `.tools`, all at once: npm removes what a call does not name. */
function getTools(dependencies) {
  mkdirSync(tools, { recursive: true });
  writeFileSync(
    join(tools, 'package.json'),
    JSON.stringify({ private: true, dependencies }, undefined, 2),
  );
  const result = spawnSync(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { cwd: tools, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (result.error) {
    throw new CommandError(
      'npm was not found.',
      'Install Node 20 or newer together with npm, for example from https://nodejs.org.',
    );
  }
  if (result.status !== 0) {
    throw new CommandError(
      `npm could not fetch ${Object.keys(dependencies).join(' and ')}.`,
      'npm has printed the reason above; mostly the registry cannot be reached.',
    );
  }
}

function findYarn(env) {
  const own = join(tools, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js');
  if (existsSync(own)) {
    return { script: own };
  }
  // Corepack must not ask questions here.
  const probe = spawnSync('yarn', ['--version'], {
    cwd: root,
    env: { ...env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
    encoding: 'utf8',
  });
  return probe.status === 0 && probe.stdout.startsWith('4.')
    ? { command: 'yarn' }
    : undefined;
}

/**
 * Finds a supported Node and Yarn 4, and fetches from the npm registry what is
 * missing, into `.tools`.
 *
 * @returns {Promise<Toolchain>}
 */
export async function ensureToolchain() {
  if (spawnSync('git', ['--version']).status !== 0) {
    throw new CommandError(
      'git was not found.',
      'Install git and put it on the PATH; the sandbox keeps its repositories with it.',
    );
  }
  const nodePackage = `node-${
    process.platform === 'win32' ? 'win' : process.platform
  }-${process.arch}`;
  const ownNode = join(tools, 'node_modules', nodePackage, 'bin/node');
  const needsNode = !isSupported(process.version);
  const environment = node => ({
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  });
  const node = needsNode ? ownNode : process.execPath;
  const missing = {
    ...(needsNode &&
      !existsSync(ownNode) && { [nodePackage]: `^${nodeToGet}` }),
    ...(!findYarn(environment(node)) && { '@yarnpkg/cli-dist': yarnVersion }),
  };
  if (Object.keys(missing).length > 0) {
    progress(`Getting ${Object.keys(missing).join(' and ')} from npm`);
    getTools({
      ...(existsSync(ownNode) && { [nodePackage]: `^${nodeToGet}` }),
      ...missing,
    });
  }
  const env = environment(node);
  // Packages that compile find the headers that came with this Node.
  const home = dirname(dirname(node));
  if (existsSync(join(home, 'include/node/node.h'))) {
    env.npm_config_nodedir = home;
  }
  const yarn = findYarn(env);
  return {
    node,
    yarn: yarn.script ? [node, yarn.script] : [yarn.command],
    env,
  };
}

/** Every workspace's package.json. */
function manifests() {
  return ['packages', 'plugins'].flatMap(folder =>
    readdirSync(join(root, folder))
      .sort()
      .map(name => join(root, folder, name, 'package.json'))
      .filter(path => existsSync(path)),
  );
}

/**
 * Installs the dependencies from the lockfile, unless nothing has changed
 * since the last time.
 *
 * @param {Toolchain} toolchain
 */
export async function ensureInstalled({ node, yarn, env }) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
  const hash = createHash('sha256').update(version.split('.')[0]);
  for (const path of [
    join(root, 'package.json'),
    join(root, 'yarn.lock'),
    join(root, '.yarnrc.yml'),
    ...manifests(),
  ]) {
    hash.update(`\0${path.slice(root.length)}\0`).update(readFileSync(path));
  }
  const digest = hash.digest('hex');
  const stamp = join(root, 'node_modules/.self-service-install');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    return;
  }
  progress('Installing dependencies (a first time takes some minutes)');
  await runQuietly([...yarn, 'install', '--immutable'], {
    env,
    logFile: join(tools, 'install.log'),
    // "➤ YN0000: ┌ Fetch step": what Yarn is at
    onLine: line => {
      const [, step] = line.match(/┌ (.+)$/) ?? [];
      if (step) {
        progress(`  ${step}`);
      }
    },
    failure: 'Installing the dependencies has failed.',
    remedy:
      'Mostly the registry cannot be reached. If the lockfile is out of date, run `yarn install` and commit it.',
  });
  writeFileSync(stamp, digest);
}

/**
 * Runs a command in the repository's root with its output passed through.
 *
 * @param {string[]} command
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} exit status; 1 where a signal ended it
 */
export function runCommand([file, ...args], { env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', code => resolve(code ?? 1));
  });
}

/**
 * Runs a command in the repository's root whose output matters only when it
 * fails: then its end is part of the error.
 *
 * @param {string[]} command
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.logFile - absolute path; overwritten
 * @param {(line: string) => void} [options.onLine]
 * @param {string} options.failure - what to say when it fails
 * @param {string} [options.remedy]
 */
export async function runQuietly(
  [file, ...args],
  { env, logFile, onLine = () => {}, failure, remedy },
) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const child = spawn(file, args, {
    cwd: root,
    env: { ...env, FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const last = [];
  await Promise.all(
    [child.stdout, child.stderr].map(async stream => {
      for await (const line of createInterface({ input: stream })) {
        log.write(`${line}\n`);
        onLine(line);
        last.push(line);
        last.splice(0, last.length - 25);
      }
    }),
  );
  log.end();
  if ((await exited) !== 0) {
    throw new CommandError(
      `${last.join('\n')}\n\n${failure} All of the output: ${logFile}`,
      remedy,
    );
  }
}

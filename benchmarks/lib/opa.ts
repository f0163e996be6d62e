import { spawn, spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const opaPackage = 'github.com/open-policy-agent/opa@v1.22.2';
const startTimeoutMs = 20_000;

/** A running `opa` server. */
export interface OpaServer {
  /** Asks a rule, given by its path (`a/b/c`), over one kept connection. */
  ask(rule: string, input: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * Starts `opa run --server` on loopback.
 *
 * @param paths - Rego and data to load
 * @throws when there is no `opa` and none can be installed
 */
export async function startOpa(
  paths: string[],
  log: (text: string) => void,
): Promise<OpaServer> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server = spawn(
    findOpa(log),
    ['run', '--server', '--log-level', 'error', '--addr', address, ...paths],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  server.stderr.on('data', chunk => {
    complaint += chunk;
  });
  const gone = new Promise<void>(resolve => {
    server.once('exit', () => resolve());
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const stop = async () => {
    agent.destroy();
    server.kill();
    await gone;
  };
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const healthy = await call(agent, port, 'GET', '/health').then(
      ({ status }) => status === 200,
      () => false,
    );
    if (healthy) {
      break;
    }
    if (server.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`The opa server did not start: ${complaint}`);
    }
    await delay(50);
  }
  return {
    stop,
    async ask(rule, input) {
      const { status, text } = await call(
        agent,
        port,
        'POST',
        `/v1/data/${rule}`,
        JSON.stringify({ input }),
      );
      if (status !== 200) {
        throw new Error(`The opa server answered ${status}: ${text}`);
      }
      return JSON.parse(text).result;
    },
  };
}

function findOpa(log: (text: string) => void): string {
  const own = join(homedir(), 'go', 'bin', 'opa');
  const find = () =>
    [process.env.OPA_PATH, 'opa', own].find(
      candidate => candidate && spawnSync(candidate, ['version']).status === 0,
    );
  const found = find();
  if (found) {
    return found;
  }
  if (spawnSync('go', ['version']).status === 0) {
    log(`Installing ${opaPackage}`);
    spawnSync('go', ['install', opaPackage], { stdio: ['ignore', 2, 2] });
  }
  const installed = find();
  if (!installed) {
    throw new Error(
      `opa was not found. Install it from https://www.openpolicyagent.org/docs/#1-download-opa or, with Go, by 'go install ${opaPackage}', and put it on the PATH or name it in OPA_PATH.`,
    );
  }
  return installed;
}

function call(
  agent: Agent,
  port: number,
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body
      ? {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }
      : {};
    const outgoing = request(
      { host: '127.0.0.1', port, path, method, agent, headers },
      response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => {
    server.close(resolve);
  });
  return port;
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import {
  connectStack as connectToProcesses,
  freePorts,
  startStack as startProcesses,
  waitForTemplates,
} from '../../../scripts/lib/stack.mjs';

/** One of the two processes of a stack. */
export interface StackService {
  readonly running: boolean;
  /** Starts it (again) and waits until it is ready. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL unless told otherwise); resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** The end of its log. */
  logTail(lines?: number): string;
}

/** Names of what listens in a stack. */
export type StackPart =
  | 'backend'
  | 'control'
  | 'github'
  | 'terraform'
  | 'vault'
  | 'identity'
  | 'postgres'
  | 'gitlab'
  | 'hcp'
  | 'aws'
  | 'grafana'
  | 'datadog'
  | 'mail'
  | 'smtp'
  | 'slack';

/** What tests need of a stack that is not theirs to stop. */
export interface ConnectedStack {
  ports: Record<StackPart, number>;
  /** Base addresses, without a slash at the end. */
  urls: Record<StackPart, string>;
  /** Holds databases, repositories, secrets and `logs/*.log`. */
  dataDir: string;
  /** Signs a demo person (`dana`) in and gives their Backstage token. */
  token(person: string): Promise<string>;
  /**
   * Calls the backend as a person; the parsed body of the answer.
   *
   * @throws for an error status, with the body in the message
   */
  request<T = any>(
    person: string,
    path: string,
    init?: RequestInit,
  ): Promise<T>;
}

/** Sandbox and backend with the built frontend, as processes of their own. */
export interface Stack extends ConnectedStack {
  backend: StackService;
  sandbox: StackService;
  /** Stops both processes. */
  stop(): Promise<void>;
}

/** How to start a stack. */
export interface StackOptions {
  /** Where state is kept; default a new directory, removed when it stops. */
  dataDir?: string;
  /** Default free ports. A stack that is started anew needs its old ones. */
  ports?: Stack['ports'];
  /** Added to the processes' environment. */
  env?: Record<string, string>;
  /** Which outside systems; default those of `npm start`. */
  vendors?: 'github' | 'gitlab';
  /** Configuration laid over everything else. */
  config?: object;
  /** Names of templates to wait for; default those of databases. */
  templates?: string[];
}

/** Asks the system for free ports, for a stack that is to start on them. */
export async function findFreePorts(): Promise<Stack['ports']> {
  return (await freePorts()) as Stack['ports'];
}

/** Talks to a stack that somebody else has started. */
export function connectStack(
  where: Pick<ConnectedStack, 'ports' | 'dataDir'>,
): ConnectedStack {
  return connectToProcesses(where);
}

/**
 * Starts a whole portal and waits until the templates are in its catalog.
 * The frontend must have been built (`npm run test:e2e` does).
 *
 * @param options - see {@link StackOptions}
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dataDir =
    options.dataDir ?? mkdtempSync(join(tmpdir(), 'self-service-'));
  const remove = () => {
    if (!options.dataDir) {
      rmSync(dataDir, { recursive: true, force: true });
    }
  };
  const configFile = options.config && join(dataDir, 'app-config.test.json');
  if (configFile) {
    writeFileSync(configFile, JSON.stringify(options.config));
  }
  let stack: Stack | undefined;
  try {
    stack = (await startProcesses({
      root: resolvePackagePath('e2e', '../..'),
      node: process.execPath,
      dataDir,
      ports: options.ports ?? (await findFreePorts()),
      env: { ...process.env, ...options.env },
      vendors: options.vendors,
      configFile,
    })) as unknown as Stack;
    await waitForTemplates(
      stack as any,
      options.templates ?? [
        'postgresql-database',
        'postgresql-database-reviewed',
      ],
    );
  } catch (error) {
    await stack?.stop();
    remove();
    throw error;
  }
  const stop = stack.stop;
  return Object.assign(stack, {
    stop: async () => {
      await stop();
      remove();
    },
  });
}

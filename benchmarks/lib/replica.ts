import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { type PlatformOptions, startPlatform } from './platform';

/** Everything that the process of a replica is told, as JSON. */
export interface ReplicaOptions
  extends Omit<PlatformOptions, 'work' | 'steps'> {
  /** Where its catalog file is; the same for every replica. */
  directory: string;
  /** Gets a line with the task's id each time the action `bench:work` runs. */
  workLog: string;
  /** Whose tokens are wanted. */
  people: string[];
}

interface Ready {
  baseUrl: string;
  tokens: Record<string, string>;
}

/** A backend in a process of its own, to be killed at any moment. */
export interface Replica extends Ready {
  /**
   * Calls it as a person, or with another token.
   *
   * @throws for an error status, and when it has been killed
   */
  request<T>(path: string, as: string, body?: object): Promise<T>;
  /** Ends the process at once, without a word to it. */
  kill(): Promise<void>;
}

/**
 * Starts a backend with our plugins in a process of its own.
 *
 * @throws Error when it does not start
 */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const child = fork(__filename, { serialization: 'json' });
  const gone = once(child, 'exit');
  const ready = new Promise<Ready>((resolve, reject) => {
    gone.then(() => reject(new Error('The process of a backend has ended')));
    // A backend under a parent process also sends messages of its own.
    child.on(
      'message',
      ({ bench }: { bench?: Ready | { failure: string } }) => {
        if (bench && 'failure' in bench) {
          reject(new Error(bench.failure));
        } else if (bench) {
          resolve(bench);
        }
      },
    );
  });
  child.send(options);
  const { baseUrl, tokens } = await ready;
  return {
    baseUrl,
    tokens,
    async request(path, as, body) {
      const response = await fetch(`${baseUrl}/api/${path}`, {
        method: body ? 'POST' : 'GET',
        headers: {
          authorization: `Bearer ${tokens[as] ?? as}`,
          'content-type': 'application/json',
        },
        body: body && JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`${path} answered ${response.status}: ${text}`);
      }
      return text ? JSON.parse(text) : undefined;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function serve(options: ReplicaOptions): Promise<void> {
  const { workLog, people, ...rest } = options;
  const platform = await startPlatform({
    ...rest,
    selfService: true,
    work: (_input, _signal, taskId) => appendFile(workLog, `${taskId}\n`),
  });
  const tokens = await Promise.all(
    people.map(async ref => [ref, await platform.issueToken(ref)]),
  );
  const bench: Ready = {
    baseUrl: platform.baseUrl,
    tokens: Object.fromEntries(tokens),
  };
  process.send?.({ bench });
}

if (require.main === module) {
  process.on('disconnect', () => process.exit(0));
  process.once('message', (options: ReplicaOptions) => {
    serve(options).catch(error => {
      process.send?.({ bench: { failure: String(error.stack) } });
      process.exitCode = 1;
    });
  });
}

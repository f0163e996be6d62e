import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startPlatform } from './platform';

/** A backend in a process of its own. */
export interface SeparatePlatform {
  /**
   * Runs the template once, which nobody has to approve.
   *
   * @returns milliseconds from submit to finish, and of the process's
   * processors meanwhile
   */
  run(): Promise<{ time: number; cpu: number }>;
  /** Folder of its SQLite files. */
  databases: string;
  stop(): Promise<void>;
}

type Answer =
  | { databases: string }
  | { time: number; cpu: number }
  | { failure: string };

/**
 * Starts a backend: what a measured one is compared with at each moment,
 * however busy the machine is, without doing each other's work.
 *
 * @param options - as for `startPlatform`
 */
export async function startSeparatePlatform(options: {
  directory: string;
  selfService: boolean;
}): Promise<SeparatePlatform> {
  const child = fork(__filename, [JSON.stringify(options)]);
  const gone = once(child, 'exit');
  const answer = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(reason));
      gone.then(() => fail('The process of the other backend has ended'));
      // A backend under a parent process also sends messages of its own.
      child.on('message', function take({ bench }: { bench?: Answer }) {
        if (bench) {
          child.off('message', take);
          if ('failure' in bench) {
            fail(bench.failure);
          } else {
            resolve(bench);
          }
        }
      });
    });
  const { databases } = (await answer()) as { databases: string };
  return {
    databases,
    async run() {
      child.send('run');
      return (await answer()) as { time: number; cpu: number };
    },
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function serve(
  options: Parameters<typeof startSeparatePlatform>[0],
): Promise<void> {
  const tell = (bench: Answer) => process.send?.({ bench });
  const platform = await startPlatform(options);
  process.on('message', () => {
    const before = process.cpuUsage();
    platform.run('dev').then(
      time => {
        const { user, system } = process.cpuUsage(before);
        tell({ time, cpu: (user + system) / 1000 });
      },
      error => tell({ failure: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  tell({ databases: platform.databases });
}

if (require.main === module) {
  serve(JSON.parse(process.argv[2])).catch(error => {
    process.send?.({ bench: { failure: String(error) } });
    process.exitCode = 1;
  });
}

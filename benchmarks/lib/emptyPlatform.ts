import { fork } from 'node:child_process';
import { once } from 'node:events';
import { startPlatform } from './platform';

/** A backend like the measured one, in a process of its own. */
export interface EmptyPlatform {
  /**
   * Runs the template once.
   *
   * @returns milliseconds from submit to finish
   */
  run(): Promise<number>;
  /** Folder of its SQLite files. */
  databases: string;
  stop(): Promise<void>;
}

type Answer = { databases: string } | { time: number } | { failure: string };

/**
 * Starts a backend with our plugins in which nothing ever waits: what the
 * measured one is compared with at each moment, however busy the machine is.
 */
export async function startEmptyPlatform(
  directory: string,
): Promise<EmptyPlatform> {
  const child = fork(__filename, [directory]);
  const gone = once(child, 'exit');
  const answer = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(reason));
      gone.then(() => fail('The process of the empty backend has ended'));
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
      const { time } = (await answer()) as { time: number };
      return time;
    },
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function serve(directory: string): Promise<void> {
  const tell = (bench: Answer) => process.send?.({ bench });
  const platform = await startPlatform({ directory, selfService: true });
  process.on('message', () => {
    platform.run('dev').then(
      time => tell({ time }),
      error => tell({ failure: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  tell({ databases: platform.databases });
}

if (require.main === module) {
  serve(process.argv[2]).catch(error => {
    process.send?.({ bench: { failure: String(error) } });
    process.exitCode = 1;
  });
}

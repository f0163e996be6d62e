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
  stop(): Promise<void>;
}

type Answer = { ready: true } | { time: number } | { failure: string };

/**
 * Starts a backend with our plugins in which nothing ever waits: what the
 * measured one is compared with at each moment, however busy the machine is.
 */
export async function startEmptyPlatform(
  directory: string,
): Promise<EmptyPlatform> {
  const child = fork(__filename, [directory]);
  const gone = once(child, 'exit');
  const answer = async (): Promise<Answer> => {
    const answered = once(child, 'message');
    const ended = gone.then((): [Answer] => [
      { failure: 'The process of the empty backend has ended' },
    ]);
    const [message] = await Promise.race([answered, ended]);
    if ('failure' in message) {
      throw new Error(message.failure);
    }
    return message;
  };
  await answer();
  return {
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
  const tell = (answer: Answer) => process.send?.(answer);
  const platform = await startPlatform({ directory, selfService: true });
  process.on('message', () => {
    platform.run('dev').then(
      time => tell({ time }),
      error => tell({ failure: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  tell({ ready: true });
}

if (require.main === module) {
  serve(process.argv[2]).catch(error => {
    process.send?.({ failure: String(error) });
    process.exitCode = 1;
  });
}

/**
 * What the commands print: progress with the time since the start, and errors
 * that say what to do.
 */
const start = performance.now();

/** An error whose message is meant for people; no stack is printed with it. */
export class CommandError extends Error {
  /**
   * @param {string} message - what went wrong
   * @param {string} [remedy] - what to do about it
   */
  constructor(message, remedy) {
    super(remedy ? `${message}\n  ${remedy}` : message);
    this.name = 'CommandError';
  }
}

/**
 * Prints a line of progress, with the seconds since the command started.
 *
 * @param {string} text
 */
export function progress(text) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${`${seconds} s`.padStart(8)}  ${text}\n`);
}

/**
 * Runs a command's main function; an error ends the process with status 1.
 *
 * @param {() => Promise<number | void>} main - may return the exit status
 */
export async function run(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(
      `\n${error instanceof CommandError ? error.message : error.stack}\n`,
    );
    process.exitCode = 1;
  }
}

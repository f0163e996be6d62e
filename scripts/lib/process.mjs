/** Child processes with a log file, and what waiting for them takes. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createConnection } from 'node:net';
import { CommandError } from './report.mjs';

/**
 * @param {number} milliseconds
 * @returns {Promise<void>}
 */
export function pause(milliseconds) {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds);
  });
}

/**
 * A process in a process group of its own, so that a Ctrl-C in the terminal
 * reaches only the script that then stops its children in order.
 */
export class ManagedProcess {
  #child;
  #exited;
  #stopping = false;

  /**
   * @param {object} options
   * @param {string} options.name - for messages
   * @param {string[]} options.command
   * @param {string} options.cwd
   * @param {NodeJS.ProcessEnv} options.env
   * @param {string} options.logFile - output is appended to it
   */
  constructor({ name, command, cwd, env, logFile }) {
    this.name = name;
    this.logFile = logFile;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    const [file, ...args] = command;
    this.#child = spawn(file, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#exited = new Promise(resolve => {
      this.#child.on('error', error => resolve(error.message));
      this.#child.on('exit', (code, signal) =>
        resolve(signal ? `signal ${signal}` : `status ${code}`),
      );
    });
  }

  /** Process id. */
  get pid() {
    return this.#child.pid;
  }

  /** Whether it still runs. */
  get running() {
    return (
      this.#child.pid !== undefined &&
      this.#child.exitCode === null &&
      this.#child.signalCode === null
    );
  }

  /** Resolves when it ends without having been told to, to a text saying how. */
  async unexpectedExit() {
    const how = await this.#exited;
    return this.#stopping ? new Promise(() => {}) : how;
  }

  /**
   * Sends a signal to the whole group and waits until the process is gone.
   *
   * @param {NodeJS.Signals} [signal]
   */
  async kill(signal = 'SIGKILL') {
    this.#stopping = true;
    if (this.running) {
      process.kill(-this.#child.pid, signal);
    }
    await this.#exited;
  }

  /**
   * Asks it to end, and makes it end when it has not within the time.
   *
   * @param {number} [graceMs]
   */
  async stop(graceMs = 15_000) {
    this.#stopping = true;
    if (!this.running) {
      return;
    }
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await this.#exited;
    clearTimeout(force);
  }

  /**
   * @param {number} [lines]
   * @returns {string} the end of the log
   */
  logTail(lines = 25) {
    const text = readFileSync(this.logFile, 'utf8').trimEnd();
    return text.split('\n').slice(-lines).join('\n');
  }
}

/**
 * Asks again and again until the answer is true.
 *
 * @param {object} options
 * @param {() => Promise<boolean>} options.until - an error counts as not yet
 * @param {string} options.what - for the message when time is over
 * @param {number} options.timeoutMs
 * @param {ManagedProcess} [options.process] - gives up when it ends
 */
export async function waitFor({ until, what, timeoutMs, process: child }) {
  const end = performance.now() + timeoutMs;
  let lastError;
  for (;;) {
    try {
      if (await until()) {
        return;
      }
    } catch (error) {
      lastError = error;
    }
    if (child && !child.running) {
      throw new CommandError(
        `${child.name} has ended while starting. The end of ${
          child.logFile
        }:\n\n${child.logTail()}`,
      );
    }
    if (performance.now() > end) {
      throw new CommandError(
        `${what} did not happen within ${timeoutMs / 1000} s${
          lastError ? `: ${lastError.message}` : ''
        }.` +
          (child ? ` The end of ${child.logFile}:\n\n${child.logTail()}` : ''),
      );
    }
    await pause(100);
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} whether something listens there on this machine
 */
export async function isPortBusy(port) {
  const answers = await Promise.all(
    ['127.0.0.1', '::1'].map(
      host =>
        new Promise(resolve => {
          const socket = createConnection({ host, port });
          socket.on('connect', () => {
            socket.destroy();
            resolve(true);
          });
          socket.on('error', () => resolve(false));
        }),
    ),
  );
  return answers.includes(true);
}

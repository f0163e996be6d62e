import { spawn } from 'node:child_process';
import { CustomErrorBase } from '@backstage/errors';

/** A git command that ended with an error; the message is git's own. */
export class GitError extends CustomErrorBase {
  name = 'GitError' as const;
}

/** What a git command is given besides its arguments. */
export interface GitOptions {
  input?: string | Buffer;
  env?: Record<string, string>;
}

/**
 * Runs the system's git without the user's and the machine's configuration.
 *
 * @returns its standard output
 * @throws GitError when it ends with another code than 0
 */
export function runGit(
  args: string[],
  options: GitOptions = {},
): Promise<Buffer> {
  return new Promise((done, reject) => {
    const child = spawn('git', args, {
      env: {
        ...process.env,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_TERMINAL_PROMPT: '0',
        TZ: 'UTC',
        LC_ALL: 'C',
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let problem = '';
    child.stdout.on('data', chunk => output.push(chunk));
    child.stderr.on('data', chunk => (problem += chunk));
    child.once('error', reject);
    child.once('close', code =>
      code === 0
        ? done(Buffer.concat(output))
        : reject(new GitError(problem.trim() || `git ended with code ${code}`)),
    );
    child.stdin.on('error', () => undefined); // git may end before reading all
    child.stdin.end(options.input);
  });
}

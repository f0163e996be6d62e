import { Request, Response } from 'express';
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

let backend: string | undefined;

function findBackend(): string {
  backend ??= join(
    execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
    'git-http-backend',
  );
  return backend;
}

/**
 * Answers a request of git's smart HTTP protocol through `git http-backend`.
 *
 * @remarks
 * Source: `git-http-backend(1)`, which is a CGI program. Who may do what is the
 * caller's to check.
 */
export function serveGitHttp(options: {
  /** On disk: the bare repository, and behind it `info/refs` or the service. */
  path: string;
  /** Who asks; empty for anybody. */
  user: string;
  /** What must be done before the client learns that the command has ended. */
  beforeEnd?: () => Promise<void>;
  request: Request;
  response: Response;
}): Promise<void> {
  const { request, response } = options;
  const protocol = request.headers['git-protocol'];
  const encoding = request.headers['content-encoding'];
  const child = spawn(findBackend(), [], {
    env: {
      PATH: process.env.PATH,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_TRANSLATED: options.path,
      REMOTE_USER: options.user,
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method,
      QUERY_STRING: request.originalUrl.split('?')[1] ?? '',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
      ...(encoding ? { HTTP_CONTENT_ENCODING: encoding } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined); // it may end before reading all
  request.pipe(child.stdin);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (!head) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) {
      writeHead(response, head.subarray(0, end).toString('latin1'));
      response.write(head.subarray(end + 4));
      head = undefined;
    }
  });
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      (options.beforeEnd?.() ?? Promise.resolve()).then(() => {
        response.end();
        done();
      }, reject);
    });
  });
}

function writeHead(response: Response, head: string): void {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') {
      response.status(Number.parseInt(value, 10));
    } else {
      response.setHeader(name, value);
    }
  }
}

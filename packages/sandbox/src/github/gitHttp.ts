import { Request, Response, Router } from 'express';
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { tokenOf } from './authentication';
import { TOKENS } from './model';
import { RouteContext } from './routes/context';

const SMART_PATHS = [
  '/:owner/:repo/info/refs',
  '/:owner/:repo/git-upload-pack',
  '/:owner/:repo/git-receive-pack',
];

/**
 * Git's smart HTTP protocol through `git http-backend`: anybody may clone, a
 * push needs a token with write rights as the password.
 *
 * @remarks
 * Source: `git-http-backend(1)`, which is a CGI program.
 */
export function gitHttpRoutes(context: RouteContext): Router {
  const router = Router();
  const backend = join(
    execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
    'git-http-backend',
  );

  router.all(SMART_PATHS, (request, response, next) => {
    const name = request.params.repo.replace(/\.git$/, '');
    const repository = context.host.repository(request.params.owner, name);
    const isPush =
      request.path.endsWith('git-receive-pack') ||
      request.query.service === 'git-receive-pack';
    const account = TOKENS[tokenOf(request.headers.authorization) ?? ''];
    if (isPush && account?.permission !== 'admin') {
      response.set('WWW-Authenticate', 'Basic realm="GitHub"');
      response.status(401).type('text').send('Authentication required');
      return;
    }
    const action = request.path.split('/').slice(3).join('/');
    const serve = (beforeEnd?: () => Promise<void>) =>
      runCgi({
        beforeEnd,
        backend,
        path: `${repository.git.directory}/${action}`,
        user: account?.login ?? '',
        request,
        response,
      });
    if (!isPush) {
      serve().catch(next);
      return;
    }
    context.host.mutex
      .run(() =>
        serve(() => context.pulls.synchronise(repository, account.login)),
      )
      .catch(next);
  });
  return router;
}

function runCgi(options: {
  backend: string;
  path: string;
  user: string;
  /** What must be done before the client learns that the command has ended. */
  beforeEnd?: () => Promise<void>;
  request: Request;
  response: Response;
}): Promise<void> {
  const { request, response } = options;
  const protocol = request.headers['git-protocol'];
  const encoding = request.headers['content-encoding'];
  const child = spawn(options.backend, [], {
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

import { RequestHandler } from 'express';
import { serveGitHttp } from '../git/httpBackend';
import { tokenOf } from './authentication';
import { TOKENS } from './model';
import { RouteContext } from './routes/context';

const SMART_PATH =
  /^\/(.+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * Git's smart HTTP protocol: anybody may clone, a push needs a token with the
 * scope `api` as the password.
 */
export function gitHttp({ host, requests }: RouteContext): RequestHandler {
  return (request, response, next) => {
    const [, path, action] =
      decodeURIComponent(request.path).match(SMART_PATH) ?? [];
    const project = path ? host.findProject(path) : undefined;
    if (!project?.record.ready) {
      next();
      return;
    }
    const isPush =
      action === 'git-receive-pack' ||
      request.query.service === 'git-receive-pack';
    const account = TOKENS[tokenOf(request.headers) ?? ''];
    if (isPush && !account?.scopes.includes('api')) {
      response.set('WWW-Authenticate', 'Basic realm="GitLab"');
      response.status(401).type('text').send('HTTP Basic: Access denied.');
      return;
    }
    const serve = (beforeEnd?: () => Promise<void>) =>
      serveGitHttp({
        beforeEnd,
        path: `${project.git.directory}/${action}`,
        user: account?.username ?? '',
        request,
        response,
      });
    if (!isPush) {
      serve().catch(next);
      return;
    }
    host.mutex
      .run(() => serve(() => requests.synchronise(project, account.username)))
      .catch(next);
  };
}

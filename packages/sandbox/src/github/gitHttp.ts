import { Router } from 'express';
import { serveGitHttp } from '../git/httpBackend';
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
 */
export function gitHttpRoutes(context: RouteContext): Router {
  const router = Router();

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
      serveGitHttp({
        beforeEnd,
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

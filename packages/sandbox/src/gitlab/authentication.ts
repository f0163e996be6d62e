import { RequestHandler } from 'express';
import { IncomingHttpHeaders } from 'node:http';
import { GitLabError } from './errors';
import { accountOf } from './routes/context';
import { TOKENS } from './model';

/** The token of a request, in each of the forms that GitLab takes. */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['private-token'];
  if (typeof own === 'string') {
    return own;
  }
  const [scheme, value] = (headers.authorization ?? '').split(' ');
  if (/^bearer$/i.test(scheme)) {
    return value;
  }
  if (/^basic$/i.test(scheme) && value) {
    return Buffer.from(value, 'base64').toString('utf8').split(':')[1];
  }
  return undefined;
}

/** Lets through who has a token, and to write who has the scope `api`. */
export const authenticate: RequestHandler = (request, response, next) => {
  const account = TOKENS[tokenOf(request.headers) ?? ''];
  if (!account) {
    throw new GitLabError(401, { message: '401 Unauthorized' });
  }
  response.locals.account = account;
  const reads = ['GET', 'HEAD'].includes(request.method);
  if (!reads && !accountOf(response).scopes.includes('api')) {
    throw new GitLabError(403, {
      error: 'insufficient_scope',
      error_description:
        'The request requires higher privileges than provided by the access token.',
      scope: 'api',
    });
  }
  next();
};

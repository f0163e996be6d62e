import { RequestHandler, Response } from 'express';
import { RateLimiter } from '../common/RateLimiter';
import { accountOf } from './routes/context';

/**
 * What one account may ask for: requests an hour of each API, points a minute,
 * and requests that create what people are told of.
 *
 * @remarks
 * Source: GitHub "Rate limits for the REST API" and "Rate limits and query
 * limits for the GraphQL API". The limits on processor time and on requests at
 * a time are left out.
 */
export const GITHUB_LIMITS = {
  core: { most: 5_000, seconds: 3_600 },
  graphql: { most: 5_000, seconds: 3_600 },
  'core points': { most: 900, seconds: 60 },
  'graphql points': { most: 2_000, seconds: 60 },
  content: { most: 80, seconds: 60 },
  'content of an hour': { most: 500, seconds: 3_600 },
};

/** Counts the requests of GitHub's accounts. */
export type GitHubLimiter = RateLimiter<keyof typeof GITHUB_LIMITS>;

const DOCUMENTATION =
  'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api';

/**
 * Tells every request of its limit, and refuses what exceeds one.
 *
 * @param exempt - logins that are not counted: other stand-ins
 */
export function limitRequests(
  limiter: GitHubLimiter,
  exempt: readonly string[],
): RequestHandler {
  return (request, response, next) => {
    const { login } = accountOf(response);
    // Asking for one's limits costs nothing.
    if (exempt.includes(login) || request.path.endsWith('/rate_limit')) {
      next();
      return;
    }
    const resource = request.path.endsWith('/graphql') ? 'graphql' : 'core';
    const primary = limiter.take(login, resource);
    response.set({
      'x-ratelimit-limit': String(primary.limit),
      'x-ratelimit-remaining': String(primary.remaining),
      'x-ratelimit-used': String(primary.used),
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000 + primary.reset)),
      'x-ratelimit-resource': resource,
    });
    if (!primary.allowed) {
      answerPrimaryLimit(response.status(403), accountOf(response).id);
      return;
    }
    const isRead =
      resource === 'graphql' ||
      ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    // Git's objects and refs are data; who watches is told of the rest.
    const isContent =
      request.method === 'POST' && !isRead && !/\/git\//.test(request.path);
    const secondary = [
      limiter.take(login, `${resource} points`, isRead ? 1 : 5),
      ...(isContent
        ? [
            limiter.take(login, 'content'),
            limiter.take(login, 'content of an hour'),
          ]
        : []),
    ].find(({ allowed }) => !allowed);
    if (secondary) {
      answerSecondaryLimit(response.status(403), Math.ceil(secondary.reset));
      return;
    }
    next();
  };
}

/** The body of an answer that refuses for the limit of the hour. */
export function answerPrimaryLimit(response: Response, userId: number): void {
  response.json({
    message: `API rate limit exceeded for user ID ${userId}.`,
    documentation_url: DOCUMENTATION,
  });
}

/**
 * Headers and body of an answer that refuses for a secondary limit.
 *
 * @param retryAfter - seconds
 */
export function answerSecondaryLimit(
  response: Response,
  retryAfter: number,
): void {
  response.set('retry-after', String(retryAfter));
  response.json({
    message:
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    documentation_url: `${DOCUMENTATION}#about-secondary-rate-limits`,
  });
}

import { RequestLimit } from '@self-service/plugin-providers-node';

const MINUTE = 60_000;

const isGraphql = (path: string) => path.endsWith('/graphql');

/**
 * GitHub's secondary limits, less a tenth for others with the same account:
 * 900 points a minute, five for what changes something, and 80 requests a
 * minute that create what people are told of, which Git's objects and refs are
 * not. Source: GitHub, "Rate limits for the REST API".
 */
export const REQUEST_LIMITS: readonly RequestLimit[] = [
  {
    most: 810,
    window: MINUTE,
    weigh: ({ method, path }) =>
      ['GET', 'HEAD'].includes(method) || isGraphql(path) ? 1 : 5,
  },
  {
    most: 72,
    window: MINUTE,
    weigh: ({ method, path }) =>
      method === 'POST' && !path.includes('/git/') && !isGraphql(path) ? 1 : 0,
  },
];

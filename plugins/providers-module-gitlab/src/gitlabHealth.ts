import {
  AuthenticationError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import {
  askHealth,
  CallOptions,
  HttpClient,
  ProviderHealth,
  RateLimitBudget,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { GitlabClient } from './GitlabClient';

const userAnswer = z.object({ username: z.string() });
const tokenAnswer = z.object({
  scopes: z.array(z.string()),
  expires_at: z.string().nullish(),
});

const NEEDED_SCOPE = 'api';
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const WARNING_DAYS = 14;

/**
 * Asks GitLab who we are, what the token may do and until when.
 *
 * @remarks
 * https://docs.gitlab.com/api/personal_access_tokens/#self-inform, which
 * answers for tokens of groups and projects too, and not for those of OAuth.
 */
export async function checkGitlabHealth(
  client: GitlabClient,
  http: Pick<HttpClient, 'now'>,
  options: CallOptions,
): Promise<ProviderHealth> {
  return askHealth(options, async () => {
    const { answer, headers } = await client.read({
      action: 'say whose token it is',
      path: ['user'],
      answer: userAnswer,
      ...options,
    });
    return {
      ...(await checkToken(client, http, answer.username, options)),
      rateLimit: readBudget(headers),
    };
  });
}

async function checkToken(
  client: GitlabClient,
  http: Pick<HttpClient, 'now'>,
  username: string,
  options: CallOptions,
): Promise<ProviderHealth> {
  const token = await findToken(client, options);
  const signedIn = `Signed in as ${username}`;
  if (!token) {
    return { status: 'ok', description: `${signedIn}.` };
  }
  if (!token.scopes.includes(NEEDED_SCOPE)) {
    return withProblem(
      'failing',
      `GitLab's token of ${username} lacks the scope ${NEEDED_SCOPE}.`,
    );
  }
  const { expires_at: expiry } = token;
  const left = expiry ? Date.parse(expiry) - http.now() : Infinity;
  return left < WARNING_DAYS * DAY_MILLISECONDS
    ? withProblem(
        'degraded',
        `GitLab's token of ${username} ends on ${expiry}.`,
      )
    : { status: 'ok', description: `${signedIn}.` };
}

async function findToken(client: GitlabClient, options: CallOptions) {
  try {
    return await client.find({
      action: 'say what the token may do',
      path: ['personal_access_tokens', 'self'],
      answer: tokenAnswer,
      ...options,
    });
  } catch (error) {
    // It is good for its user, and no access token.
    const isOther = [AuthenticationError, NotAllowedError, NotFoundError].some(
      type => error instanceof type,
    );
    if (isOther) {
      return undefined;
    }
    throw error;
  }
}

/** https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers */
function readBudget(headers: Headers): RateLimitBudget | undefined {
  const read = (name: string) => {
    const value = Number(headers.get(`ratelimit-${name}`) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const limit = read('limit');
  const remaining = read('remaining');
  const reset = read('reset');
  if (limit === undefined || remaining === undefined) {
    return undefined; // servers of one's own need not have any
  }
  return {
    limit,
    remaining,
    resetsAt:
      reset === undefined ? undefined : new Date(reset * 1000).toISOString(),
  };
}

function withProblem(
  status: 'degraded' | 'failing',
  what: string,
): ProviderHealth {
  return {
    status,
    description: what,
    problem: {
      what,
      whose: 'platform',
      canPass: false,
      remedy:
        'Ask the platform team to make a token that has what the README names, and to put it into integrations.gitlab.',
      vendor: 'GitLab',
    },
  };
}

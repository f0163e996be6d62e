import { GithubIntegrationConfig } from '@backstage/integration';
import { NotAllowedError } from '@backstage/errors';
import {
  askHealth,
  CallOptions,
  ProviderHealth,
  RateLimitBudget,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { GithubClient } from './GithubClient';

const rateLimitAnswer = z.object({
  rate: z.object({
    limit: z.number(),
    remaining: z.number(),
    reset: z.number(),
  }),
});
const userAnswer = z.object({ login: z.string() });
const installationAnswer = z.object({
  account: z.object({ login: z.string().optional() }).nullish(),
  permissions: z.record(z.string(), z.string()),
});

/** What an installation has to be allowed; more is enough too. */
const NEEDED = { contents: 'write', pull_requests: 'write', statuses: 'read' };
const LEVELS = ['read', 'write', 'admin'];

/** Of classic tokens; fine-grained ones do not say what they may. */
const NEEDED_SCOPE = 'repo';

/**
 * Asks GitHub who we are and how much of the rate limit is left, which counts
 * against nothing.
 *
 * @remarks
 * https://docs.github.com/en/rest/rate-limit, and for an app
 * https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app.
 */
export async function checkGithubHealth(
  client: GithubClient,
  { host, apps }: GithubIntegrationConfig,
  options: CallOptions,
): Promise<ProviderHealth> {
  return askHealth(options, async () => {
    return apps && apps.length > 0
      ? checkApp(client, host, options)
      : checkToken(client, host, options);
  });
}

async function checkToken(
  client: GithubClient,
  host: string,
  options: CallOptions,
): Promise<ProviderHealth> {
  const limit = await client.read(host, {
    action: 'say how much of the rate limit is left',
    route: 'GET /rate_limit',
    answer: rateLimitAnswer,
    ...options,
  });
  const rateLimit = toBudget(limit.answer);
  const scopes = limit.headers['x-oauth-scopes'];
  const account = await findLogin(client, host, options);
  const description = account
    ? `Signed in as ${account}.`
    : 'Signed in with a token that may not say whose it is.';
  const isLacking =
    typeof scopes === 'string' && !scopes.split(/, */).includes(NEEDED_SCOPE);
  return isLacking
    ? {
        ...lacking(`GitHub's token lacks the scope ${NEEDED_SCOPE}.`),
        rateLimit,
      }
    : { status: 'ok', description, rateLimit };
}

/** The token of an installation may not ask for its user. */
async function findLogin(
  client: GithubClient,
  host: string,
  options: CallOptions,
): Promise<string | undefined> {
  try {
    const { answer } = await client.read(host, {
      action: 'say whose token it is',
      route: 'GET /user',
      answer: userAnswer,
      ...options,
    });
    return answer.login;
  } catch (error) {
    if (error instanceof NotAllowedError) {
      return undefined;
    }
    throw error;
  }
}

async function checkApp(
  client: GithubClient,
  host: string,
  options: CallOptions,
): Promise<ProviderHealth> {
  const { answer } = await client.read(host, {
    action: 'list the installations of the app',
    route: 'GET /app/installations',
    parameters: { per_page: 100 },
    answer: z.array(installationAnswer),
    ...options,
  });
  const names = answer.map(({ account }) => account?.login ?? 'an enterprise');
  if (names.length === 0) {
    return lacking("GitHub's app is installed in no organisation.");
  }
  const gaps = answer.flatMap(({ permissions }, index) =>
    Object.entries(NEEDED)
      .filter(
        ([name, level]) =>
          LEVELS.indexOf(permissions[name]) < LEVELS.indexOf(level),
      )
      .map(([name, level]) => `${name}: ${level} in ${names[index]}`),
  );
  return gaps.length > 0
    ? lacking(`GitHub's app lacks ${gaps.join(', ')}.`)
    : {
        status: 'ok',
        description: `An app that is installed in ${names.join(', ')}.`,
      };
}

function toBudget({ rate }: z.infer<typeof rateLimitAnswer>): RateLimitBudget {
  return {
    limit: rate.limit,
    remaining: rate.remaining,
    resetsAt: new Date(rate.reset * 1000).toISOString(),
  };
}

function lacking(what: string): ProviderHealth {
  return {
    status: 'failing',
    description: what,
    problem: {
      what,
      whose: 'platform',
      canPass: false,
      remedy: 'Ask the platform team to give it what the README names.',
      vendor: 'GitHub',
    },
  };
}

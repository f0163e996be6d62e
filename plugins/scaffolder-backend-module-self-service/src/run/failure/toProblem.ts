import {
  AuthenticationError,
  ConflictError,
  InputError,
  isError,
  NotAllowedError,
  NotFoundError,
  ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { problemOf, redact } from '@self-service/plugin-providers-node';
import { Problem } from '@self-service/plugin-runs-common';
import { RefusedError } from '../RefusedError';

/** Codes of connections that did not come about, or broke. */
const NETWORK_CODES = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

type Verdict = Pick<Problem, 'whose' | 'canPass' | 'remedy'>;

const YOURS: Verdict = {
  whose: 'yours',
  canPass: false,
  remedy:
    'Change what it names, then edit and resubmit. Trying again without a change gives the same answer.',
};
const PLATFORM: Verdict = {
  whose: 'platform',
  canPass: false,
  remedy: 'Tell the platform team, with the address of this page.',
};
const PASSING: Verdict = {
  whose: 'platform',
  canPass: true,
  remedy:
    'Try again in a few minutes. If it stays like this, tell the platform team.',
};
const UNKNOWN: Verdict = {
  whose: 'unknown',
  canPass: false,
  remedy:
    'Nobody has described this error yet, so it is not known whether trying again helps. If it does not, show it to the platform team.',
};

/**
 * Says of any failure what people can do about it: what the provider said, or
 * what its class tells, or honestly that it is unknown.
 *
 * @param error - as it was thrown
 * @param secrets - values that must not appear
 */
export function toProblem(
  error: unknown,
  secrets: readonly string[] = [],
): Problem {
  const chain = causes(error);
  const described = chain.map(problemOf).find(Boolean);
  if (described) {
    return described;
  }
  const message = isError(error) ? error.message : String(error);
  const what = redact(message, secrets) || 'The step failed without a reason.';
  const verdict = chain.map(judge).find(Boolean) ?? UNKNOWN;
  return {
    what,
    ...verdict,
    ...(verdict === UNKNOWN && {
      raw: redact(String(error), secrets) || undefined,
    }),
  };
}

function judge(error: unknown): Verdict | undefined {
  if (
    error instanceof RefusedError ||
    error instanceof InputError ||
    error instanceof ConflictError ||
    error instanceof NotFoundError
  ) {
    return YOURS;
  }
  if (
    error instanceof AuthenticationError ||
    error instanceof NotAllowedError
  ) {
    return PLATFORM;
  }
  if (error instanceof ServiceUnavailableError || isPassing(error)) {
    return PASSING;
  }
  return error instanceof ResponseError ? PLATFORM : undefined;
}

function isPassing(error: unknown): boolean {
  if (error instanceof ResponseError) {
    return error.statusCode >= 500 || error.statusCode === 429;
  }
  if (!isError(error)) {
    return false;
  }
  return (
    error.name === 'TimeoutError' ||
    (typeof error.code === 'string' && NETWORK_CODES.has(error.code))
  );
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let current = error;
  while (current !== undefined && !chain.includes(current)) {
    chain.push(current);
    current = isError(current) ? current.cause : undefined;
  }
  return chain;
}

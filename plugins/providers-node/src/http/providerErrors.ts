import {
  AuthenticationError,
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { Problem } from '@self-service/plugin-runs-common';
import { withProblem } from '../problems';
import { readRateLimit, readRetryAfter } from './rateLimit';
import { redact } from './redact';

/** A vendor's answer that says no. @public */
export interface ProviderFailure {
  /** For people, for example `GitHub`. */
  vendor: string;
  /** What was asked for, in the infinitive: `open a pull request in a/b`. */
  action: string;
  status: number;
  headers: Headers;
  /** The vendor's own words. */
  message?: string;
  /** What to do about it, by status; replaces the general advice. */
  remedies?: Partial<Record<number, string>>;
  /** Values that must not appear in the error. */
  secrets?: readonly (string | undefined)[];
  /** Milliseconds since the epoch, to say when a limit ends. */
  now: number;
}

const REQUEST_ID_HEADERS = ['x-github-request-id', 'x-request-id'];
const LATER = 'Try again in a few minutes.';

const REMEDIES: Partial<Record<number, string>> = {
  401: 'Ask the platform team to check its credentials in app-config.',
  403: "Ask the platform team to give the portal's account this right.",
  404: "Check the name, and that the portal's account may see it.",
  410: 'It is gone for good: name another one.',
  409: 'Look at what is there: somebody else has made or changed it.',
  412: 'Look at what is there: somebody else has made or changed it.',
};
const CHANGE_INPUT = 'Change the input, then try again.';
const CHECK_ADDRESS =
  'Ask the platform team to check its address in app-config: it answers from elsewhere.';

function errorClass(status: number) {
  switch (status) {
    case 401:
      return AuthenticationError;
    case 403:
      return NotAllowedError;
    case 404:
    case 410:
      return NotFoundError;
    case 409:
    case 412:
      return ConflictError;
    default:
      return status >= 400 && status < 500 && status !== 408
        ? InputError
        : ServiceUnavailableError;
  }
}

/** What is known from the status alone; see `toProviderError`. */
function judge(
  status: number,
): Pick<Problem, 'whose' | 'canPass'> & { remedy: string } {
  if (status >= 500 || status === 408) {
    return { whose: 'vendor', canPass: true, remedy: LATER };
  }
  if (status < 400) {
    // A redirect, or a success where none was described.
    return { whose: 'platform', canPass: false, remedy: CHECK_ADDRESS };
  }
  return {
    whose: status === 401 || status === 403 ? 'platform' : 'yours',
    canPass: false,
    remedy: REMEDIES[status] ?? CHANGE_INPUT,
  };
}

/**
 * Turns a vendor's refusal into the error that the ports promise, with its
 * problem.
 *
 * @remarks
 * 401 `AuthenticationError`, 403 `NotAllowedError` (both the platform's
 * problem), 404 and 410 `NotFoundError`, 409 and 412 `ConflictError`, other 4xx
 * `InputError` (the requester's); throttling (403 or 429), 408 and 5xx
 * `ServiceUnavailableError` (the vendor's, and they can pass); redirects
 * `ServiceUnavailableError` (the platform's). The message has the vendor's
 * words, the status, the vendor's request id and a remedy; the problem has each
 * of them apart.
 *
 * @public
 */
export function toProviderError(failure: ProviderFailure): Error {
  const { vendor, action, status, headers, now, remedies = {} } = failure;
  const requestId =
    REQUEST_ID_HEADERS.map(name => headers.get(name)).find(Boolean) ??
    undefined;
  const words = redact(failure.message ?? '', failure.secrets);
  const details = [
    `status ${status}`,
    ...(requestId ? [`request ${requestId}`] : []),
  ].join(', ');
  const said = `${words ? `: ${words}` : ''} (${details}).`;
  const facts = { vendor, status, requestId, raw: words || undefined };

  const wait = readRateLimit({ status, headers }, now);
  if (wait !== undefined) {
    const retryAt = new Date(now + wait).toISOString();
    const what = `${vendor} asks for fewer requests and did not ${action}`;
    const remedy = `Try again after ${retryAt}.`;
    return withProblem(
      new ServiceUnavailableError(`${what}${said} ${remedy}`),
      {
        what: `${what}.`,
        remedy,
        retryAt,
        whose: 'vendor',
        canPass: true,
        ...facts,
      },
    );
  }
  const judgement = judge(status);
  const remedy = remedies[status] ?? judgement.remedy;
  const what = `${vendor} ${
    judgement.canPass ? 'could not' : 'refused to'
  } ${action}`;
  const ErrorClass = errorClass(status);
  const retryAfter = judgement.canPass
    ? readRetryAfter(headers, now)
    : undefined;
  return withProblem(new ErrorClass(`${what}${said} ${remedy}`), {
    ...judgement,
    what: `${what}.`,
    remedy,
    ...(retryAfter !== undefined && {
      retryAt: new Date(now + retryAfter).toISOString(),
    }),
    ...facts,
  });
}

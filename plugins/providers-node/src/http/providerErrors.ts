import {
  AuthenticationError,
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { readRateLimit } from './rateLimit';
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

const REMEDIES: Partial<Record<number, string>> = {
  401: 'Ask the platform team to check its credentials in app-config.',
  403: "Ask the platform team to give the portal's account this right.",
  404: "Check the name, and that the portal's account may see it.",
};

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

/**
 * Turns a vendor's refusal into the error that the ports promise.
 *
 * @remarks
 * 401 `AuthenticationError`, 403 `NotAllowedError`, 404 and 410
 * `NotFoundError`, 409 and 412 `ConflictError`, other 4xx `InputError`;
 * throttling (403 or 429), 408, 5xx and redirects `ServiceUnavailableError`.
 * The message has the vendor's words, the status, the vendor's request id and
 * a remedy.
 *
 * @public
 */
export function toProviderError(failure: ProviderFailure): Error {
  const { vendor, action, status, headers, now, remedies = {} } = failure;
  const requestId = REQUEST_ID_HEADERS.map(name => headers.get(name)).find(
    Boolean,
  );
  const words = redact(failure.message ?? '', failure.secrets);
  const details = [
    `status ${status}`,
    ...(requestId ? [`request ${requestId}`] : []),
  ].join(', ');
  const said = `${words ? `: ${words}` : ''} (${details}).`;

  const wait = readRateLimit({ status, headers }, now);
  if (wait !== undefined) {
    const time = new Date(now + wait).toISOString();
    return new ServiceUnavailableError(
      `${vendor} asks for fewer requests and did not ${action}${said} Try again after ${time}.`,
    );
  }
  const unavailable = status >= 500 || status === 408;
  const remedy =
    remedies[status] ??
    REMEDIES[status] ??
    (unavailable ? 'Try again in a few minutes.' : '');
  const verb = unavailable ? 'could not' : 'refused to';
  const ErrorClass = errorClass(status);
  return new ErrorClass(`${vendor} ${verb} ${action}${said} ${remedy}`.trim());
}

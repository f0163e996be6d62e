import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import {
  createProblemError,
  malformedAnswer,
  toProviderError,
} from '@self-service/plugin-providers-node';

export const VENDOR = 'AWS Secrets Manager';

/** A secret that is marked for deletion, where one that stands was asked for. */
export class MarkedForDeletionError extends NotFoundError {}

/**
 * What AWS's names mean in HTTP's words: it answers every fault of a client
 * with 400.
 *
 * @remarks
 * Sources: "Common error types" and the operations' errors in the Secrets
 * Manager API reference.
 */
const STATUSES: Record<string, number> = {
  AccessDeniedException: 403,
  CredentialsProviderError: 401,
  DecryptionFailure: 403,
  EncryptionFailure: 403,
  ExpiredTokenException: 401,
  IncompleteSignatureException: 401,
  InternalFailure: 500,
  InternalServiceError: 500,
  InvalidClientTokenId: 401,
  InvalidSignatureException: 401,
  LimitExceededException: 403,
  MissingAuthenticationTokenException: 401,
  NotAuthorized: 403,
  PreconditionNotMetException: 409,
  RequestExpired: 401,
  ResourceExistsException: 409,
  ResourceNotFoundException: 404,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
  SignatureDoesNotMatch: 401,
  Throttling: 429,
  ThrottlingException: 429,
  TooManyRequestsException: 429,
  UnrecognizedClientException: 401,
};

const REMEDIES = {
  403: "Ask the platform team to give the portal's role what it lacks for this; the README of the provider lists it.",
};

/** AWS limits requests by the second and says nothing of when to come back. */
const THROTTLED_SECONDS = '2';

const MARKED = /(marked|scheduled) for deletion/i;

interface SdkError extends Error {
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: { headers?: Record<string, string> };
}

/** What the SDK threw, as far as is needed here. */
export function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error;
}

/** The status that an error of the SDK stands for; `undefined`: no answer. */
export function statusOf({ name, $metadata }: SdkError): number | undefined {
  return STATUSES[name] ?? $metadata?.httpStatusCode;
}

/** No answer came, or one that can't be read; it may have been carried out. */
export function createNoAnswerError(
  how: string,
  endpoint: string,
): ServiceUnavailableError {
  return createProblemError(ServiceUnavailableError, {
    what: `${VENDOR} at ${new URL(endpoint).origin} ${how}.`,
    whose: 'vendor',
    canPass: true,
    remedy: 'Try again in a few minutes.',
    vendor: VENDOR,
  });
}

/** An answer that is none of this operation. */
export function createNonsenseError(action: string): ServiceUnavailableError {
  return malformedAnswer({
    vendor: VENDOR,
    action,
    check: 'region and endpoint of providers.aws',
  });
}

/**
 * Turns a refusal of AWS into the errors of the secrets port.
 *
 * @param context.secrets - values that must not appear in the error
 * @param context.now - milliseconds since the epoch
 */
export function toAwsError(
  error: SdkError,
  context: {
    action: string;
    status: number;
    secrets: readonly (string | undefined)[];
    now: number;
  },
): Error {
  const { action, status } = context;
  if (error.name === 'InvalidRequestException' && MARKED.test(error.message)) {
    return createProblemError(MarkedForDeletionError, {
      what: `${VENDOR} did not ${action}: the secret is marked for deletion.`,
      remedy: 'Restore it in the console of AWS, or choose another path.',
      vendor: VENDOR,
      status,
    });
  }
  const headers = new Headers();
  const { requestId } = error.$metadata ?? {};
  if (requestId) {
    headers.set('x-request-id', requestId);
  }
  const retryAfter = error.$response?.headers?.['retry-after'];
  if (retryAfter ?? status === 429) {
    headers.set('retry-after', retryAfter ?? THROTTLED_SECONDS);
  }
  return toProviderError({
    ...context,
    vendor: VENDOR,
    headers,
    message: `${error.name}: ${error.message}`,
    remedies: REMEDIES,
  });
}

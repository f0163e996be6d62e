import { toProviderError } from '@self-service/plugin-providers-node';

interface RequestError extends Error {
  status: number;
  response?: {
    headers: Record<string, string | number | undefined>;
    data?: unknown;
  };
}

const EMPTY_REPOSITORY = /git repository is empty/i;
const SECONDARY_LIMIT = /secondary rate limit|abuse detection/i;
/** What GitHub asks callers to wait where it names no time. */
const SECONDARY_LIMIT_SECONDS = '60';

/** Whether Octokit threw it: by name, since its classes come in many versions. */
export function isRequestError(error: unknown): error is RequestError {
  return (
    error instanceof Error && error.name === 'HttpError' && 'status' in error
  );
}

function describe(item: unknown): string | undefined {
  if (typeof item === 'string') {
    return item;
  }
  if (typeof item !== 'object' || item === null) {
    return undefined;
  }
  const { message, resource, field, code } = item as Record<string, unknown>;
  return typeof message === 'string'
    ? message
    : [resource, field, code].filter(Boolean).join(' ');
}

/** GitHub's own words: `message` and those of each of `errors`. */
export function readGithubMessage(data: unknown): string {
  if (typeof data !== 'object' || data === null) {
    return '';
  }
  const { message, errors } = data as Record<string, unknown>;
  const details = Array.isArray(errors) ? errors.map(describe) : [];
  return [message, ...details].filter(Boolean).join('; ');
}

/**
 * Turns what Octokit throws into the errors of the git port, in this one
 * place.
 *
 * @remarks
 * Error bodies: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
 */
export function toGithubError(
  error: RequestError,
  context: {
    action: string;
    remedies?: Partial<Record<number, string>>;
    secrets: string[];
    now: number;
  },
): Error {
  if (!error.response) {
    // Our own client found that no answer came, and said so already.
    return error.cause instanceof Error ? error.cause : error;
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(error.response.headers)) {
    if (value !== undefined) {
      headers.set(name, String(value));
    }
  }
  const message = readGithubMessage(error.response.data);
  if (SECONDARY_LIMIT.test(message) && !headers.has('retry-after')) {
    headers.set('retry-after', SECONDARY_LIMIT_SECONDS);
  }
  const remedies = EMPTY_REPOSITORY.test(message)
    ? { 409: 'Push a first commit to it, then try again.' }
    : context.remedies;
  return toProviderError({
    vendor: 'GitHub',
    status: error.status,
    headers,
    message,
    ...context,
    remedies,
  });
}

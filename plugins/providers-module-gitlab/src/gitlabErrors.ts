import { toProviderError } from '@self-service/plugin-providers-node';

function flatten(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap(flatten);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(
      ([field, reasons]) => `${field} ${flatten(reasons).join(', ')}`,
    );
  }
  return [];
}

/**
 * GitLab's own words: `message` (a text, a list, or lists by field), `error` and
 * `error_description`, or plain text, which throttles and proxies give.
 *
 * @param text - the body of an answer
 */
export function readGitlabMessage(text: string): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof body !== 'object' || body === null) {
    return '';
  }
  const {
    message,
    error,
    error_description: description,
  } = body as Record<string, unknown>;
  return [message, error, description].flatMap(flatten).join('; ');
}

/**
 * Turns an answer that is no success into the errors of the git port, in this
 * one place.
 *
 * @remarks
 * Error bodies: https://docs.gitlab.com/api/rest/troubleshooting/.
 */
export async function toGitlabError(
  response: Response,
  context: {
    action: string;
    remedies?: Partial<Record<number, string>>;
    secrets: readonly string[];
    now: number;
  },
): Promise<Error> {
  return toProviderError({
    vendor: 'GitLab',
    status: response.status,
    headers: response.headers,
    message: readGitlabMessage(await response.text()),
    ...context,
  });
}

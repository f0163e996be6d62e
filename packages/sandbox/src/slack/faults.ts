import { Response } from 'express';

/** What Slack says where others have a status: it answers 200 with a code. */
const CODES: Record<number, object> = {
  401: { error: 'invalid_auth' },
  403: { error: 'missing_scope', needed: 'chat:write', provided: 'none' },
  404: { error: 'channel_not_found' },
  409: { error: 'is_archived' },
  422: { error: 'invalid_blocks' },
};

/**
 * Answers as Slack refuses, throttles or fails.
 *
 * @remarks
 * Sources: https://docs.slack.dev/apis/web-api ("Evaluating responses") and
 * https://docs.slack.dev/apis/web-api/rate-limits.
 *
 * @param status - what it stands for; set on the response already
 * @param retryAfterSeconds - of throttling
 */
export function answerAsSlack(
  response: Response,
  status: number,
  retryAfterSeconds: number | undefined,
): void {
  if (retryAfterSeconds !== undefined) {
    response.set('Retry-After', String(retryAfterSeconds));
    response.json({ ok: false, error: 'ratelimited' });
    return;
  }
  const refusal = CODES[status];
  response
    .status(refusal ? 200 : status)
    .json({ ok: false, error: 'internal_error', ...refusal });
}

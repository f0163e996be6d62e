import { Response } from 'express';
import { answerAsAws } from '../aws/faults';
import { answerAsSlack } from '../slack/faults';
import { answerPrimaryLimit, answerSecondaryLimit } from '../github/rateLimits';
import { ApiError, errorBody, JSON_API } from '../hcp/errors';
import { FaultRule, FaultService } from './FaultSwitch';

/** What HCP Terraform calls its refusals. */
const HCP_TITLES: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not found',
  409: 'conflict',
  422: 'invalid attribute',
};

/**
 * Answers a `status` or `rate-limit` fault in the shape that the vendor uses.
 *
 * @remarks
 * Sources: GitHub "Rate limits for the REST API" (primary limit: 403 or 429 with
 * `x-ratelimit-remaining: 0`; secondary: `retry-after`), Vault API "Error
 * response" and "Rate limit quotas", RFC 6749 section 5.2 for the identity
 * provider. Terraform's http backend only knows status codes.
 */
export function answerAsVendor(
  service: FaultService,
  rule: FaultRule,
  response: Response,
): void {
  const throttled = rule.kind === 'rate-limit';
  const retryAfter = rule.retryAfterSeconds ?? 1;
  const status = rule.status ?? defaultStatus(service, throttled);
  response.status(status);
  switch (service) {
    case 'github':
      if (throttled) {
        answerGitHubLimit(response, status, retryAfter);
      } else {
        response.json({ message: 'Server Error' });
      }
      return;
    case 'gitlab':
      answerAsGitLab(response, status, throttled, retryAfter);
      return;
    case 'vault':
      if (throttled) {
        response.set('Retry-After', String(retryAfter));
        response.json({
          errors: [
            `request path "${response.req.path.replace(
              /^\/v1\//,
              '',
            )}": rate limit quota exceeded`,
          ],
        });
      } else {
        response.json({
          errors: [status === 503 ? 'Vault is sealed' : 'internal error'],
        });
      }
      return;
    case 'hcp':
      if (throttled) {
        response.set({
          'x-ratelimit-limit': '30',
          'x-ratelimit-remaining': '0',
          // Seconds from now, not since the epoch.
          'x-ratelimit-reset': String(retryAfter),
        });
      }
      response
        .type(JSON_API)
        .send(
          errorBody(
            throttled
              ? new ApiError(
                  status,
                  'Too many requests',
                  "You have exceeded the API's rate limit.",
                )
              : new ApiError(status, HCP_TITLES[status] ?? 'internal error'),
          ),
        );
      return;
    case 'identity':
      if (throttled) {
        response.set('Retry-After', String(retryAfter));
      }
      response.json({
        error: throttled ? 'temporarily_unavailable' : 'server_error',
        error_description: 'the fault switch is on',
      });
      return;
    case 'grafana':
      answerGrafana(response, throttled ? retryAfter : undefined);
      return;
    case 'slack':
      answerAsSlack(response, status, throttled ? retryAfter : undefined);
      return;
    case 'aws':
      answerAsAws(response, status);
      return;
    case 'datadog':
      answerDatadog(response, throttled ? retryAfter : undefined);
      return;
    default:
      if (throttled) {
        response.set('Retry-After', String(retryAfter));
      }
      response.type('text').send(throttled ? 'Too many requests' : 'error');
  }
}

function defaultStatus(service: FaultService, throttled: boolean): number {
  if (!throttled) {
    return 500;
  }
  return service === 'github' ? 403 : 429;
}

function answerGitHubLimit(
  response: Response,
  status: number,
  retryAfter: number,
): void {
  if (status === 429) {
    answerSecondaryLimit(response, retryAfter);
    return;
  }
  const reset = Math.ceil(Date.now() / 1000) + retryAfter;
  response.set('x-ratelimit-limit', '5000');
  response.set('x-ratelimit-remaining', '0');
  response.set('x-ratelimit-used', '5000');
  response.set('x-ratelimit-reset', String(reset));
  answerPrimaryLimit(response, 101);
}

/** Grafana says `{ message }`; the ruler beside it says plain words. */
function answerGrafana(response: Response, retryAfter?: number): void {
  if (retryAfter !== undefined) {
    response.set('Retry-After', String(retryAfter));
  }
  const words = retryAfter === undefined ? 'Refused' : 'Too many requests';
  if (response.req.originalUrl.startsWith('/api/')) {
    response.json({ message: words });
  } else {
    response.type('text').send(words);
  }
}

/**
 * Datadog says `{ errors }`, and when a limit ends in seconds from now
 * (https://docs.datadoghq.com/api/latest/rate-limits/).
 */
function answerDatadog(response: Response, retryAfter?: number): void {
  if (retryAfter !== undefined) {
    response.set('X-RateLimit-Limit', '100');
    response.set('X-RateLimit-Period', '60');
    response.set('X-RateLimit-Remaining', '0');
    response.set('X-RateLimit-Reset', String(retryAfter));
    response.set('X-RateLimit-Name', 'sandbox');
  }
  const words = retryAfter === undefined ? 'Refused' : 'Too many requests';
  response.json({ errors: [words] });
}

/**
 * Sources: GitLab "Rate limits: Response headers" (the body is plain text) and
 * "REST API troubleshooting: Status codes".
 */
function answerAsGitLab(
  response: Response,
  status: number,
  throttled: boolean,
  retryAfter: number,
): void {
  if (throttled) {
    response.set({
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(Math.ceil(Date.now() / 1000) + retryAfter),
      'retry-after': String(retryAfter),
    });
    response.type('text').send('Retry later\n');
    return;
  }
  const texts: Record<number, string> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    409: 'Conflict',
    422: 'Unprocessable Entity',
    500: 'Internal Server Error',
  };
  const text = texts[status];
  if (text) {
    response.json({ message: `${status} ${text}` });
  } else {
    // What the proxy in front of it says.
    response.type('html').send('<h1>Whoops, GitLab is not responding.</h1>');
  }
}

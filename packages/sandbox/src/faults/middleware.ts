import { RequestHandler, Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultRule, FaultService, FaultSwitch } from './FaultSwitch';
import { peekBody } from './peekBody';
import { answerAsVendor } from './vendorErrors';

const DEFAULT_DELAY = 3000;

/**
 * Puts the faults of one service in front of its API, and counts what it is
 * asked.
 *
 * @param options - `exempt` tells requests that no fault may hit (the Terraform
 * runner's own calls, so that `times` counts the product's calls only);
 * `describe` says what a path is about where it names but a number, for faults
 * that match a text
 */
export function faultMiddleware(options: {
  faults: FaultSwitch;
  service: FaultService;
  exempt?: (authorization: string | undefined) => boolean;
  describe?: (path: string) => string;
}): RequestHandler {
  const { faults, service, exempt, describe } = options;
  return async (request, response, next) => {
    if (exempt?.(request.headers.authorization)) {
      next();
      return;
    }
    response.on('close', () => faults.count(service, isThrottling(response)));
    const { method, originalUrl } = request;
    let text = '';
    if (faults.readsText(service)) {
      const body = await peekBody(request);
      if (body === undefined) {
        return;
      }
      text = `${describe?.(originalUrl) ?? ''}\n${body}`;
    }
    for (const rule of faults.take(service, method, originalUrl, text)) {
      if (rule.kind === 'slow') {
        await sleep(rule.delayMs ?? DEFAULT_DELAY);
        if (request.socket.destroyed) {
          return;
        }
      } else if (applyFault(service, rule, response)) {
        return;
      }
    }
    next();
  };
}

/** GitHub says it with a 403 too. */
function isThrottling(response: Response): boolean {
  return (
    response.statusCode === 429 ||
    (response.statusCode === 403 &&
      (response.getHeader('x-ratelimit-remaining') === '0' ||
        response.hasHeader('retry-after')))
  );
}

/** Headers of the answer that was to be, which would not fit another one. */
const OWN_HEADERS = ['content-length', 'content-type', 'etag', 'location'];

/** Answers or arms the fault; true when the request is over. */
function applyFault(
  service: FaultService,
  rule: FaultRule,
  response: Response,
): boolean {
  switch (rule.kind) {
    case 'reset':
      response.req.socket.destroy();
      return true;
    case 'reset-after':
      insteadOfAnswering(response, () => response.req.socket.destroy());
      return false;
    case 'reset-midway':
      cutMidway(response);
      return false;
    case 'slow-after':
      delayAnswer(response, rule.delayMs ?? DEFAULT_DELAY);
      return false;
    case 'status-after':
      insteadOfAnswering(response, answer =>
        answerAsVendor(service, { ...rule, kind: 'status' }, answer),
      );
      return false;
    case 'wrong':
      answerNonsense(rule, response);
      return true;
    case 'wrong-after':
      insteadOfAnswering(response, answer => answerNonsense(rule, answer));
      return false;
    default:
      answerAsVendor(service, rule, response);
      return true;
  }
}

function answerNonsense({ body }: FaultRule, response: Response): void {
  response.status(200);
  if (body === 'html') {
    response
      .type('html')
      .send('<html><body>Down for maintenance</body></html>');
  } else {
    response.json({ unexpected: ['this', 'is', 'not', 'it'] });
  }
}

type Answering = Pick<Response, 'write' | 'end'>;

/** Lets the handler act, and takes its answer's place. */
function insteadOfAnswering(
  response: Response,
  act: (response: Response) => void,
): void {
  const { write, end }: Answering = response;
  response.write = () => true;
  response.end = () => {
    Object.assign(response, { write, end });
    for (const name of OWN_HEADERS) {
      response.removeHeader(name);
    }
    act(response);
    return response;
  };
}

/** Sends the head and half of the body, then cuts. */
function cutMidway(response: Response): void {
  const { socket } = response.req;
  const { write }: Answering = response;
  response.end = ((chunk?: unknown) => {
    const body = Buffer.from(
      typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk : '',
    );
    // So that the client expects more than it gets, also of an empty answer.
    response.removeHeader('etag');
    response.setHeader('content-length', String(Math.max(body.length, 2)));
    Reflect.apply(write, response, [
      body.subarray(0, Math.max(Math.floor(body.length / 2), 1)),
      () => socket.destroy(),
    ]);
    return response;
  }) as Response['end'];
}

function delayAnswer(response: Response, milliseconds: number): void {
  const { end }: Answering = response;
  response.end = ((...rest: unknown[]) => {
    setTimeout(() => {
      if (!response.req.socket.destroyed) {
        Reflect.apply(end, response, rest);
      }
    }, milliseconds);
    return response;
  }) as Response['end'];
}

import { RequestHandler, Response } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultRule, FaultService, FaultSwitch } from './FaultSwitch';
import { answerAsVendor } from './vendorErrors';

/**
 * Puts the faults of one service in front of its API.
 *
 * @param options - `exempt` tells requests that no fault may hit (the Terraform
 * runner's own calls, so that `times` counts the product's calls only)
 */
export function faultMiddleware(options: {
  faults: FaultSwitch;
  service: FaultService;
  exempt?: (authorization: string | undefined) => boolean;
}): RequestHandler {
  const { faults, service, exempt } = options;
  return async (request, response, next) => {
    if (exempt?.(request.headers.authorization)) {
      next();
      return;
    }
    for (const rule of faults.take(
      service,
      request.method,
      request.originalUrl,
    )) {
      if (rule.kind === 'slow') {
        await sleep(rule.delayMs ?? 3000);
      } else if (applyFault(service, rule, response)) {
        return;
      }
    }
    next();
  };
}

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
      cutInsteadOfAnswering(response);
      return false;
    case 'wrong':
      response.status(200).json({ unexpected: ['this', 'is', 'not', 'it'] });
      return true;
    default:
      answerAsVendor(service, rule, response);
      return true;
  }
}

function cutInsteadOfAnswering(response: Response): void {
  const { socket } = response.req;
  response.write = () => true;
  response.end = () => {
    socket.destroy();
    return response;
  };
}

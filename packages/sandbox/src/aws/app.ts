import { randomUUID } from 'node:crypto';
import express, { ErrorRequestHandler, RequestHandler } from 'express';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { AccessKey } from './credentials';
import { AwsError } from './errors';
import { operate } from './operations';
import { SecretsManager } from './SecretsManager';
import { requireSignature } from './signature';

const CONTENT_TYPE = 'application/x-amz-json-1.1';
const TARGET = /^secretsmanager\.(\w+)$/;

/** Refusals that any AWS service may give. */
const COMMON = new Set([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'UnrecognizedClientException',
  'ValidationException',
]);

/** An answer of the AWS JSON 1.1 protocol, success or refusal. */
function send(
  response: Parameters<RequestHandler>[1],
  status: number,
  body: object,
): void {
  response
    .status(status)
    .set('x-amzn-RequestId', randomUUID())
    .set('content-type', CONTENT_TYPE)
    .send(Buffer.from(JSON.stringify(body)));
}

const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  const refusal =
    error instanceof AwsError
      ? error
      : new AwsError('InternalServiceError', 'internal error', 500);
  send(response, refusal.status, {
    __type: refusal.type,
    // What stands in front of Secrets Manager spells it otherwise.
    [COMMON.has(refusal.type) ? 'message' : 'Message']: refusal.message,
  });
};

/** Secrets Manager over HTTP; what is no call goes to `pages`. */
export function awsApp(options: {
  manager: SecretsManager;
  keys: readonly AccessKey[];
  faults: FaultSwitch;
  pages: express.Router;
  now: () => Date;
}): express.Express {
  const { manager, keys, faults, pages, now } = options;
  const app = express();
  app.disable('x-powered-by');
  const principals = keys.map(({ principal }) => principal.arn);
  app.post(
    '/',
    faultMiddleware({ faults, service: 'aws' }),
    express.raw({ type: () => true, limit: '1mb' }),
    (request, response) => {
      const body = Buffer.isBuffer(request.body)
        ? request.body
        : Buffer.alloc(0);
      const { principal } = requireSignature(
        {
          method: request.method,
          url: request.originalUrl,
          headers: request.headers,
          body,
        },
        keys,
        now().getTime(),
      );
      const name = TARGET.exec(String(request.headers['x-amz-target']))?.[1];
      if (!name || request.headers['content-type'] !== CONTENT_TYPE) {
        throw new AwsError('UnknownOperationException', '');
      }
      const input = parse(body);
      const context = { manager, caller: principal, principals };
      send(response, 200, operate(name, context, input));
    },
  );
  app.use(pages);
  app.use(errorHandler);
  return app;
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'Start of structure expected');
  }
}

import { InputError } from '@backstage/errors';
import express, { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { Webhooks } from '../services/Webhooks';

/** GitHub caps payloads at 25 MB; what we read is far smaller. */
const MAX_BODY = '5mb';

/**
 * `POST /webhooks/:receiver`: calls from outside. They carry no token of
 * Backstage's; the receiver verifies their signature over the raw body.
 */
export function createWebhookRouter(webhooks: Webhooks): Router {
  const router = createPromiseRouter();
  router.post(
    '/webhooks/:receiver',
    express.raw({ type: () => true, limit: MAX_BODY }),
    async (request, response) => {
      if (!Buffer.isBuffer(request.body)) {
        throw new InputError('The webhook has no body.');
      }
      await webhooks.receive(request.params.receiver, {
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value[0] : value,
          ]),
        ),
        body: request.body,
      });
      response.status(204).end();
    },
  );
  return router;
}

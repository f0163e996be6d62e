import { InputError } from '@backstage/errors';
import express, { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { Answers } from '../services/messages/Answers';

/** Where messengers send what people answer, below the plugin's address. */
export const ANSWERS_PATH = '/answers';

/** Many times what a click is. */
const MAXIMUM_BODY = '1mb';

/**
 * `POST /answers/:provider`: calls of messengers. They carry no token of
 * Backstage's; the provider verifies their signature over the raw body.
 */
export function createAnswerRouter(answers: Pick<Answers, 'receive'>): Router {
  const router = createPromiseRouter();
  router.post(
    `${ANSWERS_PATH}/:provider`,
    // As it came: what was packed would be signed as it was before.
    express.raw({ type: () => true, limit: MAXIMUM_BODY, inflate: false }),
    async (request, response) => {
      if (!Buffer.isBuffer(request.body)) {
        throw new InputError('The answer has no body.');
      }
      await answers.receive(request.params.provider, {
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value[0] : value,
          ]),
        ),
        body: request.body,
      });
      response.status(200).end();
    },
  );
  return router;
}

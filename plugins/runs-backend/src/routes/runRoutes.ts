import { HttpAuthService } from '@backstage/backend-plugin-api';
import {
  answerSchema,
  endRunSchema,
  replaceRunSchema,
  runFilterSchema,
} from '@self-service/plugin-runs-common';
import { Request, Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { parse } from '../parse';
import { RunOperations } from '../services/RunOperations';
import { RetryService } from '../services/retry/RetryService';
import { RollbackRequests } from '../services/rollback/RollbackRequests';
import { RunReader } from '../services/RunReader';
import { StepService } from '../services/StepService';

/** Most runs that one list may ask for. */
const MAX_LISTED = 100;

const listQuerySchema = z.object({
  taskIds: z
    .string()
    .transform(value => [...new Set(value.split(',').filter(Boolean))])
    .refine(ids => ids.length <= MAX_LISTED, {
      message: `at most ${MAX_LISTED} ids`,
    }),
});

/** What people see of runs and do with them; see `api.ts` of runs-common. */
export function createRunRouter(services: {
  httpAuth: HttpAuthService;
  reader: RunReader;
  operations: RunOperations;
  stepService: StepService;
  retries: RetryService;
  rollbackRequests: RollbackRequests;
}): Router {
  const { httpAuth, reader, operations, stepService } = services;
  const { retries, rollbackRequests } = services;
  const requireUser = (request: Request) =>
    httpAuth.credentials(request, { allow: ['user'] });
  const router = createPromiseRouter();

  router.get('/runs', async (request, response) => {
    const credentials = await requireUser(request);
    const { taskIds } = parse(listQuerySchema, request.query);
    response.json(await reader.list(taskIds, credentials));
  });
  router.get('/runs/page', async (request, response) => {
    const credentials = await requireUser(request);
    const filter = parse(runFilterSchema, request.query);
    response.json(await reader.page(filter, credentials));
  });
  router.get('/runs/:taskId', async (request, response) => {
    const credentials = await requireUser(request);
    response.json(await reader.read(request.params.taskId, credentials));
  });
  router.post('/runs/:taskId/cancel', async (request, response) => {
    const credentials = await requireUser(request);
    const body = parse(endRunSchema, request.body ?? {});
    await operations.cancel(request.params.taskId, body, credentials);
    response.status(202).end();
  });
  router.get('/runs/:taskId/retry', async (request, response) => {
    const credentials = await requireUser(request);
    response.json(await retries.preview(request.params.taskId, credentials));
  });
  router.post('/runs/:taskId/retry', async (request, response) => {
    const credentials = await requireUser(request);
    const preview = await retries.retry(request.params.taskId, credentials);
    response.status(202).json(preview);
  });
  router.post('/runs/:taskId/rollback', async (request, response) => {
    const credentials = await requireUser(request);
    const body = parse(endRunSchema, request.body ?? {});
    await rollbackRequests.request(request.params.taskId, body, credentials);
    response.status(202).end();
  });
  router.put('/runs/:taskId/replaces', async (request, response) => {
    const credentials = await requireUser(request);
    const { taskId } = parse(replaceRunSchema, request.body);
    await operations.replace(request.params.taskId, taskId, credentials);
    response.status(204).end();
  });
  router.post('/interventions/:id/answer', async (request, response) => {
    const credentials = await requireUser(request);
    const answer = parse(answerSchema, request.body);
    const { id } = request.params;
    response.json(await stepService.answer(id, answer, credentials));
  });
  return router;
}

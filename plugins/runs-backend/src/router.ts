import { HttpAuthService } from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import {
  claimEffectSchema,
  completeEffectSchema,
  registerRunSchema,
  releaseEffectSchema,
  settleSchema,
  signalSchema,
  suspendSchema,
} from '@self-service/plugin-runs-common';
import express, { Request, Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { EffectService } from './services/EffectService';
import { RunReader } from './services/RunReader';
import { RunRegister } from './services/RunRegister';
import { SuspensionService } from './services/SuspensionService';

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

/** Serves the HTTP contract of runs-common. */
export function createRouter(services: {
  httpAuth: HttpAuthService;
  register: RunRegister;
  suspensions: SuspensionService;
  effects: EffectService;
  reader: RunReader;
}): Router {
  const { httpAuth, reader } = services;
  const router = createPromiseRouter();
  router.use(express.json({ limit: '1mb' }));
  addPluginRoutes(router, services);

  router.get('/runs', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const { taskIds } = parse(listQuerySchema, request.query);
    response.json(await reader.list(taskIds, credentials));
  });
  router.get('/runs/:taskId', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    response.json(await reader.read(request.params.taskId, credentials));
  });
  return router;
}

function addPluginRoutes(
  router: Router,
  services: Parameters<typeof createRouter>[0],
): void {
  const { httpAuth, register, suspensions, effects } = services;
  const requirePlugin = (request: Request) =>
    httpAuth.credentials(request, { allow: ['service'] });

  router.put('/runs/:taskId', async (request, response) => {
    await requirePlugin(request);
    const run = parse(registerRunSchema, request.body);
    response.json(await register.register(request.params.taskId, run));
  });
  router.get('/runs/:taskId/record', async (request, response) => {
    await requirePlugin(request);
    const { taskId } = request.params;
    const record = await register.find(taskId);
    if (!record) {
      throw new NotFoundError(`Nothing was recorded of run ${taskId}`);
    }
    response.json(record);
  });
  router.get('/runs/:taskId/effects', async (request, response) => {
    await requirePlugin(request);
    response.json({ items: await effects.list(request.params.taskId) });
  });
  router.post('/suspensions', async (request, response) => {
    await requirePlugin(request);
    const suspension = parse(suspendSchema, request.body);
    response.json(await suspensions.suspend(suspension));
  });
  router.post('/suspensions/settle', async (request, response) => {
    await requirePlugin(request);
    await suspensions.settle(parse(settleSchema, request.body));
    response.status(204).end();
  });
  router.post('/signals', async (request, response) => {
    await requirePlugin(request);
    await suspensions.signal(parse(signalSchema, request.body));
    response.status(202).end();
  });
  router.post('/effects/claim', async (request, response) => {
    await requirePlugin(request);
    response.json(await effects.claim(parse(claimEffectSchema, request.body)));
  });
  router.post('/effects/:id/complete', async (request, response) => {
    await requirePlugin(request);
    const result = parse(completeEffectSchema, request.body);
    response.json(await effects.complete(request.params.id, result));
  });
  router.post('/effects/:id/release', async (request, response) => {
    await requirePlugin(request);
    const result = parse(releaseEffectSchema, request.body);
    await effects.release(request.params.id, result);
    response.status(204).end();
  });
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    // Paths and reasons only: the value may hold what nobody should read.
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'request'}: ${message}`,
    );
    throw new InputError(`Malformed request: ${problems.join('; ')}`);
  }
  return result.data;
}

import { HttpAuthService } from '@backstage/backend-plugin-api';
import { PluginOperation } from '@self-service/plugin-runs-node';
import express, { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { z } from 'zod';
import { parse } from './parse';
import { RunReader } from './services/RunReader';

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
  pluginOperations: readonly PluginOperation[];
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
  const { httpAuth, pluginOperations } = services;
  const verbs = { GET: 'get', POST: 'post', PUT: 'put' } as const;
  for (const { method, route, emptyStatus = 204, run } of pluginOperations) {
    router[verbs[method]](route, async (request, response) => {
      const { principal } = await httpAuth.credentials(request, {
        allow: ['service'],
      });
      const { params, body } = request;
      const answer = await run({ params, body, caller: principal.subject });
      if (answer === undefined) {
        response.status(emptyStatus).end();
      } else {
        response.json(answer);
      }
    });
  }
}

import { HttpAuthService } from '@backstage/backend-plugin-api';
import { resourceFilterSchema } from '@self-service/plugin-runs-common';
import { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { parse } from '../parse';
import { ResourceReader } from '../services/resources/ResourceReader';

/** What people see of resources; see `resources.ts` of runs-common. */
export function createResourceRouter(services: {
  httpAuth: HttpAuthService;
  resourceReader: ResourceReader;
}): Router {
  const { httpAuth, resourceReader } = services;
  const router = createPromiseRouter();

  router.get('/resources', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const filter = parse(resourceFilterSchema, request.query);
    response.json(await resourceReader.page(filter, credentials));
  });
  router.get('/resources/:id', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    response.json(await resourceReader.read(request.params.id, credentials));
  });
  return router;
}

import { HttpAuthService } from '@backstage/backend-plugin-api';
import { checkProviderSchema } from '@self-service/plugin-runs-common';
import { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { parse } from '../parse';
import { ProviderChecks } from '../services/providers/ProviderChecks';

/** How the providers are, for the platform team; see `api.ts` of runs-common. */
export function createProviderRouter(services: {
  httpAuth: HttpAuthService;
  providerChecks: ProviderChecks;
}): Router {
  const { httpAuth, providerChecks } = services;
  const router = createPromiseRouter();

  router.get('/providers', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    response.json({ providers: await providerChecks.list(credentials) });
  });
  router.post('/providers/check', async (request, response) => {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const key = parse(checkProviderSchema, request.body);
    response.json(await providerChecks.check(key, credentials));
  });
  return router;
}

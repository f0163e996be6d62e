import { HttpAuthService } from '@backstage/backend-plugin-api';
import { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { createRunsDocument } from '../openapi/document';

/** The description of the API, for whoever may call any of it. */
export function createDocumentRouter(services: {
  httpAuth: HttpAuthService;
}): Router {
  const document = createRunsDocument();
  const router = createPromiseRouter();
  router.get('/openapi.json', async (request, response) => {
    await services.httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    response.json(document);
  });
  return router;
}

import { HttpAuthService } from '@backstage/backend-plugin-api';
import { Router } from 'express';
import { createApprovalsDocument } from '../openapi/document';

/** The description of the API, for whoever may call any of it. */
export function addDocumentRoutes(
  router: Router,
  { httpAuth }: { httpAuth: HttpAuthService },
): void {
  const document = createApprovalsDocument();

  router.get('/openapi.json', async (req, res) => {
    await httpAuth.credentials(req, { allow: ['user', 'service'] });
    res.json(document);
  });
}

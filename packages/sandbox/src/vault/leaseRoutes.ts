import { RequestHandler, Router } from 'express';
import { asyncHandler } from '../common/express';
import { DatabaseEngine } from './DatabaseEngine';
import { VaultError } from './errors';
import { answer, requireCapability, spaceOf } from './http';

/** The database engine at `database/`, and the end of its leases. */
export function leaseRoutes(database: DatabaseEngine): Router {
  const router = Router();

  router.get(
    '/database/creds/:role',
    asyncHandler(async (request, response) => {
      requireCapability(request, response, 'read');
      const { lease, username, password } = await database.create(
        request.params.role,
        spaceOf(response).namespace,
      );
      answer(response, { lease, data: { username, password } });
    }),
  );

  const revoke: RequestHandler = asyncHandler(async (request, response) => {
    requireCapability(request, response, 'update');
    const { lease_id: id } = request.body;
    if (typeof id !== 'string' || id === '') {
      throw new VaultError(400, ['lease_id must be specified']);
    }
    await database.revoke(id, spaceOf(response).namespace);
    response.status(204).end();
  });
  router.post('/sys/leases/revoke', revoke);
  router.put('/sys/leases/revoke', revoke);
  return router;
}

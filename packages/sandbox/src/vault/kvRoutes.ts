import { Request, RequestHandler, Response, Router } from 'express';
import { VaultError } from './errors';
import { answer, requireCapability, spaceOf } from './http';
import { SecretRecord, SecretVersion } from './model';
import { SecretStore } from './SecretStore';

/** The key-value store, version 2, as mounted at `secret/`. */
export function kvRoutes(): Router {
  const router = Router();
  addDataRoutes(router);
  addVersionRoutes(router);
  addMetadataRoutes(router);
  return router;
}

function addDataRoutes(router: Router): void {
  router.get('/config', (request, response) => {
    requireCapability(request, response, 'read');
    answer(response, {
      data: {
        cas_required: false,
        delete_version_after: '0s',
        max_versions: 0,
      },
    });
  });

  router.get('/data/*', (request, response) => {
    requireCapability(request, response, 'read');
    const secret = spaceOf(response).secrets.require(pathOf(request));
    const wanted = Number(request.query.version ?? 0) || secret.currentVersion;
    const version = secret.versions.find(one => one.version === wanted);
    if (!version) {
      throw VaultError.notFound();
    }
    const gone = version.destroyed || version.deletionTime !== '';
    if (gone) {
      response.status(404);
    }
    answer(response, {
      data: {
        data: gone ? null : version.data,
        metadata: versionJson(secret, version),
      },
    });
  });

  const write: RequestHandler = (request, response) => {
    const { secrets } = spaceOf(response);
    const path = pathOf(request);
    const exists = Boolean(secrets.get(path));
    requireCapability(request, response, exists ? 'update' : 'create');
    const { data, options } = request.body;
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new VaultError(400, ['no data provided']);
    }
    const cas = options?.cas === undefined ? undefined : Number(options.cas);
    const version = secrets.write(path, data, cas);
    answer(response, { data: versionJson(secrets.require(path), version) });
  };
  router.post('/data/*', write);
  router.put('/data/*', write);

  router.delete('/data/*', (request, response) => {
    requireCapability(request, response, 'delete');
    spaceOf(response).secrets.delete(pathOf(request));
    response.status(204).end();
  });
}

function addVersionRoutes(router: Router): void {
  const handle =
    (
      act: (secrets: SecretStore, path: string, versions: number[]) => void,
    ): RequestHandler =>
    (request, response) => {
      requireCapability(request, response, 'update');
      const { versions } = request.body;
      if (!Array.isArray(versions) || versions.length === 0) {
        throw new VaultError(400, ['No version number provided']);
      }
      act(spaceOf(response).secrets, pathOf(request), versions.map(Number));
      response.status(204).end();
    };
  const routes = {
    '/delete/*': handle((secrets, ...call) => secrets.delete(...call)),
    '/undelete/*': handle((secrets, ...call) => secrets.undelete(...call)),
    '/destroy/*': handle((secrets, ...call) => secrets.destroy(...call)),
  };
  for (const [path, handler] of Object.entries(routes)) {
    router.post(path, handler);
    router.put(path, handler);
  }
}

function addMetadataRoutes(router: Router): void {
  const list = (request: Request, response: Response) => {
    requireCapability(request, response, 'list');
    const { secrets } = spaceOf(response);
    answer(response, { data: { keys: secrets.list(pathOf(request)) } });
  };

  // the verb LIST arrives here as this query, see listVerb.ts
  router.get(['/metadata', '/metadata/*'], (request, response, next) => {
    if (request.query.list === 'true') {
      list(request, response);
    } else {
      next();
    }
  });

  router.get('/metadata/*', (request, response) => {
    requireCapability(request, response, 'read');
    const secret = spaceOf(response).secrets.require(pathOf(request));
    answer(response, {
      data: {
        cas_required: secret.casRequired,
        created_time: secret.createdTime,
        current_version: secret.currentVersion,
        custom_metadata: secret.customMetadata ?? null,
        delete_version_after: secret.deleteVersionAfter,
        max_versions: secret.maxVersions,
        oldest_version: secret.oldestVersion,
        updated_time: secret.updatedTime,
        versions: Object.fromEntries(
          secret.versions.map(version => [
            version.version,
            {
              created_time: version.createdTime,
              deletion_time: version.deletionTime,
              destroyed: version.destroyed,
            },
          ]),
        ),
      },
    });
  });

  const write: RequestHandler = (request, response) => {
    requireCapability(request, response, 'update');
    const { body } = request;
    spaceOf(response).secrets.writeMetadata(pathOf(request), {
      ...(body.cas_required === undefined
        ? {}
        : { casRequired: Boolean(body.cas_required) }),
      ...(body.max_versions === undefined
        ? {}
        : { maxVersions: Number(body.max_versions) }),
      ...(body.delete_version_after === undefined
        ? {}
        : { deleteVersionAfter: String(body.delete_version_after) }),
      ...(body.custom_metadata === undefined
        ? {}
        : { customMetadata: body.custom_metadata }),
    });
    response.status(204).end();
  };
  router.post('/metadata/*', write);
  router.put('/metadata/*', write);

  router.delete('/metadata/*', (request, response) => {
    requireCapability(request, response, 'delete');
    spaceOf(response).secrets.deleteMetadata(pathOf(request));
    response.status(204).end();
  });
}

function pathOf(request: Request): string {
  return (request.params[0] ?? '').replace(/^\/+|\/+$/g, '');
}

function versionJson(
  secret: SecretRecord,
  version: SecretVersion,
): Record<string, unknown> {
  return {
    created_time: version.createdTime,
    custom_metadata: secret.customMetadata ?? null,
    deletion_time: version.deletionTime,
    destroyed: version.destroyed,
    version: version.version,
  };
}

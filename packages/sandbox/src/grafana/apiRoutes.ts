import { createHash } from 'node:crypto';
import express, { RequestHandler, Response } from 'express';
import { GrafanaError } from './errors';
import { GrafanaStore, SERVICES_FOLDER, titleOf } from './GrafanaStore';
import { DashboardModel, DashboardRecord, GrafanaRole } from './model';

/** Service account tokens of the sandbox. */
export const GRAFANA_TOKENS: Record<string, GrafanaRole> = {
  'sandbox-grafana-token': 'Editor',
  'sandbox-grafana-viewer-token': 'Viewer',
};

const READ = ['dashboards:read', 'folders:read'];
const WRITE = ['dashboards:create', 'dashboards:write', 'dashboards:delete'];

function slugOf(record: DashboardRecord): string {
  return titleOf(record)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Path of a dashboard's page. */
export function pathOf(record: DashboardRecord): string {
  return `/d/${record.uid}/${slugOf(record)}`;
}

function roleOf(response: Response): GrafanaRole {
  return response.locals.role;
}

function requirePermission(response: Response, permission: string): void {
  if (roleOf(response) !== 'Editor' && !READ.includes(permission)) {
    throw new GrafanaError(
      403,
      `You'll need additional permissions to perform this action. Permissions needed: ${permission}`,
      { title: 'Access denied', accessErrorId: 'ACE0000000000' },
    );
  }
}

const authenticate: RequestHandler = (request, response, next) => {
  const token = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1];
  const role = token ? GRAFANA_TOKENS[token] : undefined;
  if (!role) {
    throw token
      ? new GrafanaError(401, 'Invalid API key', {
          messageId: 'api-key.invalid',
          statusCode: 401,
          traceID: '',
        })
      : new GrafanaError(401, 'Unauthorized');
  }
  response.locals.role = role;
  next();
};

/** Grafana's HTTP API, the part that dashboards need; below `/api`. */
export function apiRoutes(store: GrafanaStore): express.Router {
  const router = express.Router();
  router.get('/health', (_request, response) => {
    response.json({ database: 'ok', version: '12.0.0', commit: 'sandbox' });
  });
  router.use(authenticate);

  router.get('/access-control/user/permissions', (_request, response) => {
    const actions = roleOf(response) === 'Editor' ? [...READ, ...WRITE] : READ;
    response.json(
      Object.fromEntries(actions.map(action => [action, ['folders:*']])),
    );
  });

  router.get('/folders/:uid', (request, response) => {
    if (request.params.uid !== SERVICES_FOLDER.uid) {
      throw new GrafanaError(404, 'folder not found', {
        status: 'not-found',
      });
    }
    response.json({
      ...SERVICES_FOLDER,
      id: 1,
      url: `/dashboards/f/${SERVICES_FOLDER.uid}/services`,
      version: 1,
    });
  });

  router.get('/search', (request, response) => {
    requirePermission(response, 'dashboards:read');
    const tags = [request.query.tag ?? []].flat();
    const { limit = '1000', page = '1' } = request.query;
    const from = (Number(page) - 1) * Number(limit);
    const found = store
      .dashboards()
      .filter(({ model }) =>
        tags.every(tag => model.tags?.includes(String(tag))),
      );
    response.json(
      found.slice(from, from + Number(limit)).map(record => ({
        id: record.id,
        uid: record.uid,
        title: titleOf(record),
        url: pathOf(record),
        type: 'dash-db',
        tags: record.model.tags ?? [],
        isStarred: false,
        folderUid: record.folderUid,
      })),
    );
  });

  router.post('/dashboards/db', (request, response) => {
    requirePermission(response, 'dashboards:create');
    const { dashboard, folderUid, overwrite } = request.body;
    if (typeof dashboard !== 'object' || dashboard === null) {
      throw new GrafanaError(400, 'bad request data');
    }
    const record = store.save(dashboard as DashboardModel, {
      folderUid: folderUid || undefined,
      overwrite: Boolean(overwrite),
    });
    response.json({
      id: record.id,
      uid: record.uid,
      url: pathOf(record),
      status: 'success',
      version: record.version,
      slug: slugOf(record),
      folderUid: record.folderUid ?? '',
    });
  });

  router.get('/dashboards/uid/:uid', (request, response) => {
    requirePermission(response, 'dashboards:read');
    const record = store.dashboard(request.params.uid);
    response.json({ meta: metaOf(record), dashboard: record.model });
  });

  router.delete('/dashboards/uid/:uid', (request, response) => {
    requirePermission(response, 'dashboards:delete');
    const record = store.remove(request.params.uid);
    const title = titleOf(record);
    response.json({
      id: record.id,
      title,
      message: `Dashboard ${title} deleted`,
    });
  });

  router.use(() => {
    throw new GrafanaError(404, 'Not found');
  });
  return router;
}

function metaOf(record: DashboardRecord) {
  const { folderUid = '', version, created, updated } = record;
  const hash = createHash('sha256').update(record.uid).digest('hex');
  return {
    type: 'db',
    canSave: true,
    canEdit: true,
    canAdmin: false,
    canStar: false,
    canDelete: true,
    slug: slugOf(record),
    url: pathOf(record),
    expires: '0001-01-01T00:00:00Z',
    created,
    updated,
    updatedBy: `sa-${hash.slice(0, 8)}`,
    createdBy: `sa-${hash.slice(0, 8)}`,
    version,
    hasAcl: false,
    isFolder: false,
    folderId: folderUid ? 1 : 0,
    folderUid,
    folderTitle: folderUid ? SERVICES_FOLDER.title : 'Dashboards',
    folderUrl: '',
    provisioned: false,
    provisionedExternalId: '',
  };
}

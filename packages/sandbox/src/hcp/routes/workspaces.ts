import { Router } from 'express';
import { asyncHandler } from '../../common/express';
import { ApiError, notFound } from '../errors';
import { HcpTerraform } from '../HcpTerraform';
import { newId, NotificationRecord, VcsRepo, WorkspaceRecord } from '../model';

const NAME = /^[A-Za-z0-9_-]{1,90}$/;
const TAG = /^[a-z0-9]([a-z0-9:_-]*[a-z0-9])?$/i;

/** The organisation's workspaces, their outputs and notifications. */
export function workspaceRoutes(hcp: HcpTerraform): Router {
  const { store, show } = hcp;
  const router = Router();

  router.post(
    '/organizations/:organization/workspaces',
    asyncHandler(async (request, response) => {
      hcp.requireOrganization(request.params.organization);
      const workspace = await createWorkspace(hcp, request.body?.data ?? {});
      response.status(201).send({ data: show.workspace(workspace) });
    }),
  );

  router.get(
    '/organizations/:organization/workspaces/:name',
    (request, response) => {
      hcp.requireOrganization(request.params.organization);
      const workspace = store.workspaceNamed(request.params.name);
      if (!workspace) {
        throw notFound();
      }
      response.send({ data: show.workspace(workspace) });
    },
  );

  router.get('/workspaces/:id', (request, response) => {
    const workspace = hcp.requireWorkspace(request.params.id);
    response.send({ data: show.workspace(workspace) });
  });

  router.post('/workspaces/:id/actions/safe-delete', (request, response) => {
    const workspace = hcp.requireWorkspace(request.params.id);
    const state = store.currentState(workspace.id);
    const reason = [
      store.currentRun(workspace.id) &&
        'Workspace cannot be safely deleted because it is locked',
      state &&
        !state.processed &&
        'Latest workspace state is being processed to discover resources, please try again later',
      (state?.resources ?? 0) > 0 &&
        'Workspace cannot be safely deleted because it is still managing resources',
    ].find(Boolean);
    if (reason) {
      throw new ApiError(409, 'conflict', reason);
    }
    store.removeWorkspace(workspace.id);
    response.status(204).end();
  });

  router.get('/workspaces/:id/current-state-version', (request, response) => {
    const workspace = hcp.requireWorkspace(request.params.id);
    const version = store.currentState(workspace.id);
    if (!version) {
      throw notFound();
    }
    response.send({
      data: show.stateVersion(version),
      ...(request.query.include === 'outputs' && {
        included: (version.processed ? version.outputs : []).map(output =>
          show.output(output, false),
        ),
      }),
    });
  });

  router.get(
    '/workspaces/:id/current-state-version-outputs',
    (request, response) => {
      const workspace = hcp.requireWorkspace(request.params.id);
      const version = store.currentState(workspace.id);
      if (version && !version.processed) {
        throw new ApiError(
          503,
          'service unavailable',
          'State version outputs are being processed and are not yet ready. Retry the request.',
        );
      }
      response.send({
        data: (version?.outputs ?? []).map(output =>
          show.output(output, false),
        ),
      });
    },
  );

  router.get('/state-version-outputs/:id', (request, response) => {
    const output = store.stateVersions
      .values()
      .flatMap(({ outputs }) => outputs)
      .find(({ id }) => id === request.params.id);
    if (!output) {
      throw notFound();
    }
    response.send({ data: show.output(output, true) });
  });

  router.post(
    '/workspaces/:id/notification-configurations',
    asyncHandler(async (request, response) => {
      const workspace = hcp.requireWorkspace(request.params.id);
      const record = await createNotification(hcp, workspace, request.body);
      response.status(201).send({ data: show.notification(record) });
    }),
  );
  router.get(
    '/workspaces/:id/notification-configurations',
    (request, response) => {
      const { id } = hcp.requireWorkspace(request.params.id);
      const found = store.notifications
        .values()
        .filter(({ workspaceId }) => workspaceId === id);
      response.send({ data: found.map(record => show.notification(record)) });
    },
  );
  return router;
}

interface Posted {
  attributes?: Record<string, unknown>;
  relationships?: Record<string, { data?: unknown }>;
}

function invalid(detail: string): ApiError {
  return new ApiError(422, 'invalid attribute', detail);
}

async function createWorkspace(
  hcp: HcpTerraform,
  { attributes = {}, relationships = {} }: Posted,
): Promise<WorkspaceRecord> {
  const { store, watcher, now } = hcp;
  const name = String(attributes.name ?? '');
  if (!NAME.test(name)) {
    throw invalid(
      'Name can only include letters, numbers, -, and _, and must be at most 90 characters.',
    );
  }
  const tags = (relationships.tags?.data ?? []) as {
    attributes?: { name?: string };
  }[];
  const names = tags.map(tag => String(tag.attributes?.name ?? ''));
  if (names.some(tag => !TAG.test(tag) || tag.length > 255)) {
    throw invalid('Tag name is invalid');
  }
  const vcsRepo = readVcsRepo(attributes['vcs-repo']);
  const seen = vcsRepo && (await watcher.listStanding(vcsRepo));
  if (vcsRepo && !seen) {
    throw invalid(
      `VCS repo '${vcsRepo.identifier}' is not accessible with this OAuth token`,
    );
  }
  // Looked for after the last wait, so that no two get one name.
  if (store.workspaceNamed(name)) {
    throw invalid('Name has already been taken');
  }
  const project = relationships.project?.data as { id?: string } | undefined;
  const workspace: WorkspaceRecord = {
    id: newId('ws'),
    name,
    description: attributes.description as string | undefined,
    workingDirectory: String(attributes['working-directory'] ?? ''),
    vcsRepo,
    autoApply: attributes['auto-apply'] === true,
    allowDestroyPlan: attributes['allow-destroy-plan'] !== false,
    queueAllRuns: attributes['queue-all-runs'] === true,
    speculativeEnabled: attributes['speculative-enabled'] !== false,
    tags: names.map(tag => tag.toLowerCase()),
    projectId: project?.id ?? 'prj-sandboxDefault01',
    locked: false,
    createdAt: now().toISOString(),
    seen: seen ?? [],
  };
  store.workspaces.set(workspace.id, workspace);
  if (vcsRepo && workspace.queueAllRuns) {
    await watcher.runDefaultBranch(workspace);
  }
  return workspace;
}

function readVcsRepo(posted: unknown): VcsRepo | undefined {
  if (!posted) {
    return undefined;
  }
  const {
    identifier,
    branch = '',
    'oauth-token-id': oauthTokenId,
  } = posted as Record<string, string>;
  return { identifier, branch, oauthTokenId };
}

async function createNotification(
  { store, notifier, now }: HcpTerraform,
  workspace: WorkspaceRecord,
  body: { data?: Posted },
): Promise<NotificationRecord> {
  const attributes = body?.data?.attributes ?? {};
  const record: NotificationRecord = {
    id: newId('nc'),
    workspaceId: workspace.id,
    name: String(attributes.name ?? ''),
    enabled: attributes.enabled === true,
    url: String(attributes.url ?? ''),
    token: attributes.token as string | undefined,
    triggers: (attributes.triggers as string[] | undefined) ?? [],
    createdAt: now().toISOString(),
  };
  if (!record.name || !URL.canParse(record.url)) {
    throw invalid('Name and URL are needed');
  }
  if (record.enabled && !(await notifier.verify(record))) {
    throw invalid('Url verification failed');
  }
  store.notifications.set(record.id, record);
  return record;
}

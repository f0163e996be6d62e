import { Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitLabError } from '../errors';
import { fullPathOf } from '../GitLabHost';
import { ProjectRecord, Visibility } from '../model';
import {
  accountOf,
  optionalText,
  paginate,
  projectJson,
  projectOf,
  requiredText,
  RouteContext,
} from './context';

const VISIBILITIES: Visibility[] = ['private', 'internal', 'public'];

/** The account, groups, and projects: create, read, change, archive, delete. */
export function projectRoutes(context: RouteContext): Router {
  const router = Router();
  addAccountRoutes(router, context);
  addProjectRoutes(router, context);
  addHookRoutes(router, context);
  return router;
}

function addAccountRoutes(router: Router, { host, show }: RouteContext): void {
  router.get('/user', (_request, response) => {
    const { username } = accountOf(response);
    response.json({
      ...show.user(username),
      created_at: '2026-01-01T00:00:00.000Z',
      bot: true,
      email: `${username}@example.com`,
      can_create_group: false,
      can_create_project: true,
      two_factor_enabled: false,
      external: false,
    });
  });

  router.get('/personal_access_tokens/self', (_request, response) => {
    const { id, scopes } = accountOf(response);
    response.json({
      id,
      name: 'portal',
      revoked: false,
      created_at: '2026-01-01T00:00:00.000Z',
      description: null,
      scopes,
      user_id: id,
      last_used_at: host.timestamp(),
      active: true,
      expires_at: '2027-01-01',
    });
  });

  router.get('/namespaces/:id', (request, response) => {
    const group = host.findGroup(request.params.id);
    if (!group) {
      throw GitLabError.notFound('Namespace');
    }
    response.json(show.namespace(group));
  });
}

function addProjectRoutes(router: Router, context: RouteContext): void {
  const { host } = context;

  router.get(
    '/projects',
    asyncHandler(async (request, response) => {
      const all = host.projects().sort((one, other) => other.id - one.id);
      response.json(
        await Promise.all(
          paginate(request, response, all).map(record =>
            projectJson(context, record),
          ),
        ),
      );
    }),
  );

  router.post(
    '/projects',
    asyncHandler(async (request, response) => {
      const { body } = request;
      const path = optionalText(body, 'path') ?? requiredText(body, 'name');
      const { username: creator } = accountOf(response);
      const group = host.findGroup(String(body.namespace_id));
      const visibility = optionalText(body, 'visibility') ?? 'private';
      if (!group) {
        throw GitLabError.bad({ namespace: ['is not valid'] });
      }
      if (!VISIBILITIES.includes(visibility as Visibility)) {
        throw GitLabError.parameter('visibility does not have a valid value');
      }
      const record = host.createProject({
        namespace: group.fullPath,
        path,
        name: optionalText(body, 'name') ?? path,
        description: optionalText(body, 'description') ?? '',
        visibility: visibility as Visibility,
        withReadme: body.initialize_with_readme === true,
        creator,
      });
      response.status(201).json(await changedJson(context, record));
    }),
  );

  router.get(
    '/projects/:id',
    asyncHandler(async (request, response) => {
      const { record } = projectOf(context, request);
      response.json(await projectJson(context, record));
    }),
  );

  router.put(
    '/projects/:id',
    asyncHandler(async (request, response) => {
      const { record } = projectOf(context, request);
      const { body } = request;
      const changed = {
        ...record,
        description: optionalText(body, 'description') ?? record.description,
        visibility:
          (optionalText(body, 'visibility') as Visibility) ?? record.visibility,
      };
      host.saveProject(changed);
      response.json(await changedJson(context, changed));
    }),
  );

  for (const [verb, archived] of [
    ['archive', true],
    ['unarchive', false],
  ] as const) {
    router.post(
      `/projects/:id/${verb}`,
      asyncHandler(async (request, response) => {
        const { record } = projectOf(context, request);
        host.saveProject({ ...record, archived });
        response
          .status(201)
          .json(await changedJson(context, { ...record, archived }));
      }),
    );
  }

  router.delete('/projects/:id', (request, response) => {
    const { record } = projectOf(context, request);
    const marked = record.markedForDeletionOn !== undefined;
    if (request.query.permanently_remove === 'true') {
      if (!marked) {
        throw GitLabError.bad('Project must be marked for deletion first.');
      }
      if (request.query.full_path !== fullPathOf(record)) {
        throw GitLabError.bad(
          '`full_path` is incorrect. You must enter the complete path for the project.',
        );
      }
      host.deleteProject(record);
    } else if (marked) {
      throw GitLabError.bad('Project has been already marked for deletion');
    } else {
      host.markForDeletion(record);
    }
    response.status(202).json({ message: '202 Accepted' });
  });
}

function addHookRoutes(router: Router, context: RouteContext): void {
  const { hooks, show } = context;

  router.get('/projects/:id/hooks', (request, response) => {
    const { record } = projectOf(context, request);
    response.json(
      paginate(request, response, hooks.ofProject(record.id)).map(hook =>
        show.hook(hook),
      ),
    );
  });

  router.post('/projects/:id/hooks', (request, response) => {
    const { record } = projectOf(context, request);
    const { body } = request;
    const hook = hooks.add({
      owner: { projectId: record.id },
      url: requiredText(body, 'url'),
      token: optionalText(body, 'token'),
      signingToken: optionalText(body, 'signing_token'),
      pushEvents: body.push_events ?? true,
      mergeRequestsEvents: body.merge_requests_events ?? false,
      pipelineEvents: body.pipeline_events ?? false,
      noteEvents: body.note_events ?? false,
    });
    response.status(201).json(show.hook(hook));
  });

  router.delete('/projects/:id/hooks/:hook(\\d+)', (request, response) => {
    const { record } = projectOf(context, request);
    if (!hooks.remove(record.id, Number(request.params.hook))) {
      throw GitLabError.notFound();
    }
    response.status(204).end();
  });
}

/** A project that was just changed: what the caller may do is not repeated. */
async function changedJson(context: RouteContext, record: ProjectRecord) {
  const { permissions, ...project } = await projectJson(context, record);
  return project;
}

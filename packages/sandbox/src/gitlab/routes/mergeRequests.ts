import { Request, Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitLabError } from '../errors';
import { OpenProject } from '../GitLabHost';
import { MergeRequestRecord } from '../model';
import {
  accountOf,
  optionalText,
  paginate,
  projectOf,
  repositoryOf,
  requiredText,
  requireLive,
  RouteContext,
} from './context';
import { commitNamed } from './repository';

const REQUESTS = '/projects/:id/merge_requests';

/** Merge requests: open, read, list, change, merge; their diffs and notes. */
export function mergeRequestRoutes(context: RouteContext): Router {
  const router = Router();
  addListRoutes(router, context);
  addSingleRoutes(router, context);
  addPartRoutes(router, context);
  return router;
}

function addListRoutes(router: Router, context: RouteContext): void {
  const { requests, show } = context;

  router.post(
    REQUESTS,
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      requireLive(project);
      const { body } = request;
      const created = await requests.create(project, {
        title: requiredText(body, 'title'),
        description: optionalText(body, 'description') ?? '',
        sourceBranch: requiredText(body, 'source_branch'),
        targetBranch: requiredText(body, 'target_branch'),
        author: accountOf(response).username,
      });
      response.status(201).json(await requestJson(context, project, created));
    }),
  );

  // Lists say less: no pipeline, no differences, nothing that needs a trial.
  const listJson = (
    { record: project }: OpenProject,
    items: MergeRequestRecord[],
  ) =>
    items.map(item => {
      const {
        diff_refs,
        first_contribution,
        first_deployed_to_production_at,
        head_pipeline,
        latest_build_finished_at,
        latest_build_started_at,
        merge_error,
        pipeline,
        subscribed,
        user,
        ...rest
      } = show.mergeRequest(item, project, {
        status: requests.uncheckedStatus(item),
        base: item.baseSha,
      });
      return rest;
    });

  router.get(
    REQUESTS,
    asyncHandler(async (request, response) => {
      const project = projectOf(context, request);
      const found = filter(requests.list(project.record.id), request);
      response.json(listJson(project, paginate(request, response, found)));
    }),
  );

  // Source: GitLab "List merge requests associated with a commit".
  router.get(
    '/projects/:id/repository/commits/:sha/merge_requests',
    asyncHandler(async (request, response) => {
      const project = repositoryOf(context, request);
      const { git, record } = project;
      const sha = await commitNamed(git, request);
      const found: MergeRequestRecord[] = [];
      for (const item of requests.list(record.id)) {
        const has =
          item.mergeCommitSha === sha ||
          ((await git.isAncestor(sha, item.sha)) &&
            !(await git.isAncestor(sha, await requests.comparisonBase(item))));
        found.push(...(has ? [item] : []));
      }
      response.json(listJson(project, paginate(request, response, found)));
    }),
  );
}

function addSingleRoutes(router: Router, context: RouteContext): void {
  const { requests } = context;

  router.get(
    `${REQUESTS}/:iid`,
    asyncHandler(async (request, response) => {
      const { project, record } = requestOf(context, request);
      response.json(await requestJson(context, project, record));
    }),
  );

  router.put(
    `${REQUESTS}/:iid`,
    asyncHandler(async (request, response) => {
      const { project, record } = requestOf(context, request);
      requireLive(project);
      const { body } = request;
      const event = optionalText(body, 'state_event');
      if (event && event !== 'close' && event !== 'reopen') {
        throw GitLabError.parameter('state_event does not have a valid value');
      }
      const updated = await requests.update(
        record,
        {
          title: optionalText(body, 'title'),
          description: optionalText(body, 'description'),
          stateEvent: event as 'close' | 'reopen' | undefined,
        },
        accountOf(response).username,
      );
      response.json(await requestJson(context, project, updated));
    }),
  );

  router.put(
    `${REQUESTS}/:iid/merge`,
    asyncHandler(async (request, response) => {
      const { project, record } = requestOf(context, request);
      requireLive(project);
      const { body } = request;
      const merged = await requests.merge(record, {
        sha: optionalText(body, 'sha'),
        message: optionalText(body, 'merge_commit_message'),
        removeSourceBranch: body.should_remove_source_branch === true,
        account: accountOf(response),
      });
      response.json(await requestJson(context, project, merged));
    }),
  );
}

function addPartRoutes(router: Router, context: RouteContext): void {
  const { host, requests, show } = context;

  router.get(
    `${REQUESTS}/:iid/diffs`,
    asyncHandler(async (request, response) => {
      const { record } = requestOf(context, request);
      const { git } = host.project(record.projectId);
      const base = await requests.comparisonBase(record);
      const changes = await git.changes(base, record.sha);
      response.json(
        paginate(request, response, changes).map(change => show.diff(change)),
      );
    }),
  );

  router.get(
    `${REQUESTS}/:iid/commits`,
    asyncHandler(async (request, response) => {
      const { project, record } = requestOf(context, request);
      const base = await requests.comparisonBase(record);
      const commits = await project.git.log(`${base}..${record.sha}`);
      response.json(
        paginate(request, response, commits).map(commit =>
          show.commit(project.record, commit),
        ),
      );
    }),
  );

  router.get(`${REQUESTS}/:iid/notes`, (request, response) => {
    const { record } = requestOf(context, request);
    const field =
      request.query.order_by === 'updated_at' ? 'updatedAt' : 'createdAt';
    const notes = [...record.notes].sort(
      (one, other) =>
        one[field].localeCompare(other[field]) || one.id - other.id,
    );
    const sorted = request.query.sort === 'asc' ? notes : notes.reverse();
    response.json(
      paginate(request, response, sorted).map(note => show.note(note, record)),
    );
  });

  router.post(`${REQUESTS}/:iid/notes`, (request, response) => {
    const { project, record } = requestOf(context, request);
    requireLive(project);
    const body = requiredText(request.body, 'body');
    const note = requests.addNote(record, accountOf(response).username, body);
    response.status(201).json(show.note(note, record));
  });
}

function requestOf(context: RouteContext, request: Request) {
  const project = projectOf(context, request);
  const record = context.requests.get(
    project.record.id,
    Number(request.params.iid),
  );
  return { project, record };
}

/** A merge request as the API shows it alone. */
export async function requestJson(
  { requests, pipelines, show }: RouteContext,
  { record: project }: OpenProject,
  request: MergeRequestRecord,
) {
  return show.mergeRequest(request, project, {
    status: await requests.mergeStatus(request),
    base: await requests.comparisonBase(request),
    pipeline: pipelines.find(project, request.sha),
  });
}

function filter(
  all: MergeRequestRecord[],
  { query }: Request,
): MergeRequestRecord[] {
  const { state = 'all', source_branch: source, target_branch: target } = query;
  const iids = query.iids ? [query.iids].flat().map(Number) : undefined;
  const found = all.filter(
    request =>
      (state === 'all' || request.state === state) &&
      (!source || request.sourceBranch === source) &&
      (!target || request.targetBranch === target) &&
      (!iids || iids.includes(request.iid)),
  );
  return query.sort === 'asc' ? found.reverse() : found;
}

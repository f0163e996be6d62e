import { Router } from 'express';
import { asyncHandler } from '../../common/express';
import { GitLabError } from '../errors';
import { STATUS_STATES, StatusState } from '../model';
import {
  accountOf,
  optionalText,
  paginate,
  repositoryOf,
  requiredText,
  RouteContext,
} from './context';
import { commitNamed } from './repository';

/** Reports on commits. Source: GitLab "Commits API". */
export function statusRoutes(context: RouteContext): Router {
  const router = Router();
  const { pipelines, show } = context;

  router.post(
    '/projects/:id/statuses/:sha',
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const sha = await commitNamed(git, request);
      const input = { ...request.query, ...request.body };
      const state = requiredText(input, 'state') as StatusState;
      if (!STATUS_STATES.includes(state)) {
        throw GitLabError.parameter('state does not have a valid value');
      }
      const status = pipelines.report(record, sha, {
        state,
        name:
          optionalText(input, 'name') ??
          optionalText(input, 'context') ??
          'default',
        ref:
          optionalText(input, 'ref') ??
          pipelines.find(record, sha)?.statuses[0].ref ??
          (await git.branches()).find(branch => branch.sha === sha)?.name ??
          record.defaultBranch,
        description: optionalText(input, 'description'),
        targetUrl: optionalText(input, 'target_url'),
        author: accountOf(response).username,
      });
      response
        .status(201)
        .json(show.status(status, pipelines.find(record, sha)!));
    }),
  );

  router.get(
    '/projects/:id/repository/commits/:sha/statuses',
    asyncHandler(async (request, response) => {
      const { record, git } = repositoryOf(context, request);
      const sha = await commitNamed(git, request);
      const all = request.query.all === 'true';
      const statuses = [...pipelines.list(record, sha, all)];
      if (request.query.sort === 'desc') {
        statuses.reverse();
      }
      const pipeline = pipelines.find(record, sha);
      response.json(
        paginate(request, response, statuses).map(status =>
          show.status(status, pipeline!),
        ),
      );
    }),
  );
  return router;
}

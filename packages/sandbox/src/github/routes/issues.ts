import { Router } from 'express';
import { asyncHandler } from '../../common/express';
import {
  accountOf,
  paginate,
  requiredText,
  requireWrite,
  RouteContext,
} from './context';
import { pullOf, union } from './pulls';

const ISSUE = '/repos/:owner/:repo/issues/:number';

/** The issue side of a pull request: comments, assignees, labels. */
export function issueRoutes(context: RouteContext): Router {
  const router = Router();
  const { pulls, show } = context;

  router.post(
    `${ISSUE}/comments`,
    asyncHandler(async (request, response) => {
      requireWrite(response);
      const pull = pullOf(context, request);
      const body = requiredText(request.body, 'body', 'IssueComment');
      const comment = pulls.comment(pull, accountOf(response).login, body);
      const json = show.comment(pull, comment);
      response.status(201).location(json.url).json(json);
    }),
  );

  router.get(`${ISSUE}/comments`, (request, response) => {
    const pull = pullOf(context, request);
    const since = request.query.since
      ? Date.parse(String(request.query.since))
      : 0;
    const comments = pull.comments.filter(
      comment => Date.parse(comment.updatedAt) >= since,
    );
    response.json(
      paginate(request, response, comments).map(comment =>
        show.comment(pull, comment),
      ),
    );
  });

  router.post(`${ISSUE}/assignees`, (request, response) => {
    requireWrite(response);
    const pull = pullOf(context, request);
    const updated = {
      ...pull,
      assignees: union(pull.assignees, request.body.assignees),
    };
    pulls.save(updated);
    response.status(201).json(show.issue(updated));
  });

  router.post(`${ISSUE}/labels`, (request, response) => {
    requireWrite(response);
    const pull = pullOf(context, request);
    const given = request.body.labels ?? request.body;
    const updated = { ...pull, labels: union(pull.labels, given) };
    pulls.save(updated);
    const url = show.repositoryUrl(pull.owner, pull.repo);
    response.json(updated.labels.map(name => show.label(url, name)));
  });

  return router;
}

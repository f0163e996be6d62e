import { Router } from 'express';
import { asyncHandler } from '../../common/express';
import { nodeId } from '../links';
import { RouteContext } from './context';

/**
 * The one GraphQL query that the stock pull-request action sends: which open
 * pull requests a branch has.
 *
 * @remarks
 * Source: `octokit-plugin-create-pull-request`. Anything else is answered with
 * a GraphQL error.
 */
export function graphqlRoute(context: RouteContext): Router {
  const router = Router();
  const { host, pulls, show } = context;
  router.post(
    '/',
    asyncHandler(async (request, response) => {
      const { query = '', variables = {} } = request.body;
      if (!query.includes('associatedPullRequests')) {
        response.json({
          errors: [{ message: 'This stand-in does not know the query' }],
        });
        return;
      }
      const { owner, repo, head } = variables;
      const known = host
        .repositories()
        .some(record => record.owner === owner && record.name === repo);
      if (!known) {
        response.json({
          data: { repository: null },
          errors: [
            {
              type: 'NOT_FOUND',
              path: ['repository'],
              message: `Could not resolve to a Repository with the name '${owner}/${repo}'.`,
            },
          ],
        });
        return;
      }
      const { git } = host.repository(owner, repo);
      const branch = String(head).replace(/^refs\/heads\//, '');
      const exists = await git.ref(`refs/heads/${branch}`);
      const open = pulls
        .list(owner, repo)
        .filter(pull => pull.state === 'open' && pull.head.ref === branch);
      response.json({
        data: {
          repository: {
            ref: exists
              ? {
                  associatedPullRequests: {
                    edges: open.slice(0, 1).map(pull => ({
                      node: {
                        id: nodeId('PR', pull.id),
                        number: pull.number,
                        url: show.pullPage(pull),
                      },
                    })),
                  },
                }
              : null,
          },
        },
      });
    }),
  );
  return router;
}

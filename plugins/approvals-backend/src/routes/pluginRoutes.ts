import { HttpAuthService } from '@backstage/backend-plugin-api';
import { PluginOperation } from '@self-service/plugin-runs-node';
import { Router } from 'express';

/**
 * Routes for plugins: service principals only.
 */
export function addPluginRoutes(
  router: Router,
  options: {
    httpAuth: HttpAuthService;
    pluginOperations: readonly PluginOperation[];
  },
): void {
  const { httpAuth, pluginOperations } = options;
  const verbs = { GET: 'get', POST: 'post', PUT: 'put' } as const;
  for (const { method, route, emptyStatus = 204, run } of pluginOperations) {
    router[verbs[method]](route, async (req, res) => {
      const { principal } = await httpAuth.credentials(req, {
        allow: ['service'],
      });
      const { params, body } = req;
      const answer = await run({ params, body, caller: principal.subject });
      if (answer === undefined) {
        res.status(emptyStatus).end();
      } else {
        res.json(answer);
      }
    });
  }
}

import { HttpAuthService } from '@backstage/backend-plugin-api';
import { ServingSystem } from '@self-service/plugin-runs-common';
import { PluginOperation } from '@self-service/plugin-runs-node';
import express, { Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { createProviderRouter } from './routes/providerRoutes';
import { createDocumentRouter } from './routes/documentRoutes';
import { createFormRouter } from './routes/formRoutes';
import { createResourceRouter } from './routes/resourceRoutes';
import { createRunRouter } from './routes/runRoutes';
import { FormChecks } from './services/forms/FormChecks';
import { TemplateStatisticsReader } from './services/forms/TemplateStatisticsReader';
import { ProviderChecks } from './services/providers/ProviderChecks';
import { ResourceReader } from './services/resources/ResourceReader';
import { RetryService } from './services/retry/RetryService';
import { RollbackRequests } from './services/rollback/RollbackRequests';
import { RunOperations } from './services/RunOperations';
import { RunReader } from './services/RunReader';
import { StepService } from './services/StepService';

/** Serves the HTTP contract of runs-common. */
export function createRouter(services: {
  httpAuth: HttpAuthService;
  pluginOperations: readonly PluginOperation[];
  reader: RunReader;
  operations: RunOperations;
  stepService: StepService;
  retries: RetryService;
  rollbackRequests: RollbackRequests;
  providerChecks: ProviderChecks;
  formChecks: FormChecks;
  templateStatistics: TemplateStatisticsReader;
  systems: readonly ServingSystem[];
  resourceReader: ResourceReader;
}): Router {
  const router = createPromiseRouter();
  router.use(express.json({ limit: '1mb' }));
  addPluginRoutes(router, services);
  router.use(createDocumentRouter(services));
  router.use(createRunRouter(services));
  router.use(createProviderRouter(services));
  router.use(createFormRouter(services));
  router.use(createResourceRouter(services));
  return router;
}

function addPluginRoutes(
  router: Router,
  services: Parameters<typeof createRouter>[0],
): void {
  const { httpAuth, pluginOperations } = services;
  const verbs = { GET: 'get', POST: 'post', PUT: 'put' } as const;
  for (const { method, route, emptyStatus = 204, run } of pluginOperations) {
    router[verbs[method]](route, async (request, response) => {
      const { principal } = await httpAuth.credentials(request, {
        allow: ['service'],
      });
      const { params, body } = request;
      const answer = await run({ params, body, caller: principal.subject });
      if (answer === undefined) {
        response.status(emptyStatus).end();
      } else {
        response.json(answer);
      }
    });
  }
}

import { HttpAuthService } from '@backstage/backend-plugin-api';
import {
  formCheckQuestionSchema,
  ServingSystem,
  templateStatisticsQuerySchema,
} from '@self-service/plugin-runs-common';
import { Request, Router } from 'express';
import createPromiseRouter from 'express-promise-router';
import { parse } from '../parse';
import { FormChecks } from '../services/forms/FormChecks';
import { TemplateStatisticsReader } from '../services/forms/TemplateStatisticsReader';

/** What forms ask while they are filled in; see `forms.ts` of runs-common. */
export function createFormRouter(services: {
  httpAuth: HttpAuthService;
  formChecks: FormChecks;
  templateStatistics: TemplateStatisticsReader;
  systems: readonly ServingSystem[];
}): Router {
  const { httpAuth, formChecks, templateStatistics, systems } = services;
  const requireUser = (request: Request) =>
    httpAuth.credentials(request, { allow: ['user'] });
  const router = createPromiseRouter();

  router.post('/form-checks', async (request, response) => {
    const credentials = await requireUser(request);
    const question = parse(formCheckQuestionSchema, request.body);
    response.json({ problems: await formChecks.check(question, credentials) });
  });
  router.get('/systems', async (request, response) => {
    await requireUser(request);
    response.json({ systems });
  });
  router.get('/template-statistics', async (request, response) => {
    const credentials = await requireUser(request);
    // Express makes a list of a few that repeat, and something else of many.
    const { searchParams } = new URL(request.originalUrl, 'http://portal');
    const given = searchParams.getAll('templateRef');
    const { templateRef } = parse(templateStatisticsQuerySchema, {
      templateRef: given.length > 0 ? given : undefined,
    });
    const refs = templateRef === undefined ? undefined : [templateRef].flat();
    response.json({
      templates: await templateStatistics.read(refs, credentials),
    });
  });
  return router;
}

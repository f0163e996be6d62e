import { Request, Router } from 'express';
import { ApiError, notFound } from '../errors';
import { HcpTerraform } from '../HcpTerraform';
import { isCancelable, isConfirmable } from '../Engine';
import { RunRecord, RunRequest } from '../model';
import { RUN_INCLUDES } from '../Representations';

const DEFAULT_PAGE_SIZE = 20;
const MAXIMUM_PAGE_SIZE = 100;

/** Runs: lists, creation, reading, and what can be done with them. */
export function runRoutes(hcp: HcpTerraform): Router {
  const { store, show, engine } = hcp;
  const router = Router();

  router.get('/organizations/:organization/runs', (request, response) => {
    hcp.requireOrganization(request.params.organization);
    response.send(listRuns(hcp, request, store.runsOf()));
  });

  router.get('/workspaces/:id/runs', (request, response) => {
    const workspace = hcp.requireWorkspace(request.params.id);
    response.send(listRuns(hcp, request, store.runsOf(workspace.id)));
  });

  router.post('/runs', (request, response) => {
    const { attributes = {}, relationships = {} } = request.body?.data ?? {};
    const workspace = hcp.requireWorkspace(relationships.workspace?.data?.id);
    const wanted = relationships['configuration-version']?.data?.id;
    const configurationVersion = store.configurationVersions.get(
      wanted ?? store.currentConfiguration(workspace.id) ?? '',
    );
    if (!configurationVersion) {
      throw new ApiError(
        422,
        'invalid attribute',
        'Configuration version is missing',
      );
    }
    const isDestroy = attributes['is-destroy'] === true;
    if (isDestroy && workspace.allowDestroyPlan === false) {
      throw new ApiError(
        422,
        'invalid attribute',
        'Destroy plans are not allowed in this workspace',
      );
    }
    const run = engine.create({
      workspace,
      configurationVersion,
      planOnly: attributes['plan-only'] ?? configurationVersion.speculative,
      isDestroy,
      message:
        attributes.message ??
        'Queued manually via the Terraform Enterprise API',
      source: 'tfe-api',
    });
    response.status(201).send({ data: show.run(run) });
  });

  router.get('/runs/:id', (request, response) => {
    const run = requireRun(hcp, request.params.id);
    const wanted = readIncludes(request);
    response.send({
      data: show.run(run),
      ...(wanted.length > 0 && { included: show.included([run], wanted) }),
    });
  });

  const actions: Record<RunRequest, (run: RunRecord) => boolean> = {
    apply: isConfirmable,
    discard: isConfirmable,
    cancel: isCancelable,
  };
  for (const [action, isPossible] of Object.entries(actions)) {
    router.post(`/runs/:id/actions/${action}`, (request, response) => {
      const run = requireRun(hcp, request.params.id);
      if (!isPossible(run)) {
        throw new ApiError(
          409,
          'transition not allowed',
          `Run is ${run.status}; ${action} not allowed.`,
        );
      }
      engine.request(run, action as RunRequest);
      response.status(202).send('null');
    });
  }

  router.get('/plans/:id', (request, response) => {
    const run = store.runs
      .values()
      .find(({ plan }) => plan.id === request.params.id);
    response.send({ data: show.plan(run ?? fail()) });
  });
  router.get('/applies/:id', (request, response) => {
    const run = store.runs
      .values()
      .find(({ apply }) => apply.id === request.params.id);
    response.send({ data: show.apply(run ?? fail()) });
  });
  router.get('/cost-estimates/:id', (request, response) => {
    const run = store.runs
      .values()
      .find(({ costEstimate }) => costEstimate.id === request.params.id);
    response.send({ data: show.costEstimate(run ?? fail()) });
  });
  router.get('/configuration-versions/:id', (request, response) => {
    const version =
      store.configurationVersions.get(request.params.id) ?? fail();
    response.send({ data: show.configurationVersion(version) });
  });
  router.get(
    '/configuration-versions/:id/ingress-attributes',
    (request, response) => {
      const version =
        store.configurationVersions.get(request.params.id) ?? fail();
      response.send({ data: show.ingressAttributes(version) });
    },
  );
  return router;
}

function fail(): never {
  throw notFound();
}

function requireRun({ store }: HcpTerraform, id: string): RunRecord {
  return store.runs.get(id) ?? fail();
}

function readIncludes({ query }: Request): string[] {
  const wanted = String(query.include ?? '')
    .split(',')
    .filter(Boolean);
  const unknown = wanted.find(name => !RUN_INCLUDES.includes(name));
  if (unknown) {
    throw new ApiError(
      400,
      'invalid include parameter',
      `${unknown} is not a valid relationship`,
    );
  }
  return wanted;
}

/** Plan-only runs are hidden unless they are asked for. */
function listRuns(
  { store, show }: HcpTerraform,
  request: Request,
  runs: RunRecord[],
): object {
  const filter = (request.query.filter ?? {}) as Record<string, string>;
  const search = (request.query.search ?? {}) as Record<string, string>;
  const page = (request.query.page ?? {}) as Record<string, string>;
  const operations = filter.operation?.split(',');
  const matching = runs.filter(run => {
    const operation = operationOf(run);
    const commit = store.configurationVersions.get(
      run.configurationVersionId,
    )?.commitSha;
    return (
      (operations
        ? operations.includes(operation)
        : operation !== 'plan_only') &&
      (!search.commit || commit?.startsWith(search.commit))
    );
  });
  const size = Math.min(
    Number(page.size ?? DEFAULT_PAGE_SIZE),
    MAXIMUM_PAGE_SIZE,
  );
  const number = Number(page.number ?? 1);
  const from = (number - 1) * size;
  const shown = matching.slice(from, from + size);
  const wanted = readIncludes(request);
  return {
    data: shown.map(run => show.run(run)),
    ...(wanted.length > 0 && { included: show.included(shown, wanted) }),
    meta: {
      pagination: {
        'current-page': number,
        'page-size': size,
        'prev-page': number > 1 ? number - 1 : null,
        'next-page': from + size < matching.length ? number + 1 : null,
      },
    },
  };
}

function operationOf({ planOnly, isDestroy }: RunRecord): string {
  if (planOnly) {
    return 'plan_only';
  }
  return isDestroy ? 'destroy' : 'plan_and_apply';
}

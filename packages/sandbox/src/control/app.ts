import express, { ErrorRequestHandler } from 'express';
import { asyncHandler, sameOriginOnly } from '../common/express';
import { FaultService, FaultSwitch } from '../faults/FaultSwitch';
import { WebhookSender } from '../github/webhooks';
import { Organisation } from '../identity/people';
import { RunnerDelays } from '../terraform/Runner';
import { Vault, UNSEAL_KEY } from '../vault/Vault';
import { Inventory } from './inventory';
import { landingPage } from './landing';

/** Addresses of everything in the sandbox. */
export interface SandboxUrls {
  control: string;
  /** The git host's pages and repositories to clone. */
  github: string;
  /** GitHub REST base URL; GraphQL is derived from it as octokit does. */
  githubApi: string;
  terraform: string;
  /** Base of Terraform's http backend: `<terraformState>/<owner>/<repo>/<dir>`. */
  terraformState: string;
  vault: string;
  /** The OIDC issuer. */
  identity: string;
  identityMetadata: string;
  /** Of the further stand-ins, by name. */
  standIns: Record<string, string>;
}

/** What the control port acts on. */
export interface ControlOptions {
  urls: SandboxUrls;
  postgres: { host: string; port: number };
  organisation: Organisation;
  faults: FaultSwitch;
  vault: Vault;
  webhooks: WebhookSender;
  delays: RunnerDelays;
  inventory: () => Promise<Inventory>;
  reset: () => Promise<void>;
}

const errorHandler: ErrorRequestHandler = (
  error,
  _request,
  response,
  _next, // express tells error handlers by their four parameters
) => {
  response.status(400).json({ error: String(error.message) });
};

/**
 * The control port: what is there, what exists, the fault switches, webhooks,
 * the runner's delays, and a reset. All JSON but for the landing page.
 */
export function controlApp(options: ControlOptions): express.Express {
  const { faults, vault, webhooks, delays } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json(), sameOriginOnly);

  app.get('/', (_request, response) => {
    response.send(landingPage(options));
  });

  app.get('/info', (_request, response) => {
    const { urls, postgres, organisation } = options;
    response.json({ urls, postgres, people: organisation.people });
  });

  app.get(
    '/inventory',
    asyncHandler(async (_request, response) => {
      response.json(await options.inventory());
    }),
  );

  app.post(
    '/reset',
    asyncHandler(async (_request, response) => {
      await options.reset();
      response.status(204).end();
    }),
  );

  app.get('/requests', (_request, response) => {
    response.json(faults.requests());
  });

  app.get('/faults', (_request, response) => {
    response.json(faults.list());
  });
  app.post('/faults', (request, response) => {
    response.status(201).json(faults.add(request.body));
  });
  app.delete('/faults', (request, response) => {
    faults.clear(request.query.service as FaultService | undefined);
    response.status(204).end();
  });
  app.delete('/faults/:id', (request, response) => {
    response.status(faults.remove(request.params.id) ? 204 : 404).end();
  });

  app.post('/vault/seal', (_request, response) => {
    vault.seal();
    response.status(204).end();
  });
  app.post('/vault/unseal', (_request, response) => {
    vault.unseal(UNSEAL_KEY);
    response.status(204).end();
  });

  app.get('/webhooks', (_request, response) => {
    response.json(webhooks.targets());
  });
  app.put('/webhooks', (request, response) => {
    webhooks.configure(request.body);
    response.json(webhooks.targets());
  });

  app.get('/delays', (_request, response) => {
    response.json(delays);
  });
  app.put('/delays', (request, response) => {
    delays.planMs = Number(request.body.planMs ?? delays.planMs);
    delays.applyMs = Number(request.body.applyMs ?? delays.applyMs);
    response.json(delays);
  });

  app.use(errorHandler);
  return app;
}

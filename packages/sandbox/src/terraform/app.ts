import express, { Request, RequestHandler, Response, Router } from 'express';
import { timingSafeEqual } from 'node:crypto';
import { escapeHtml, renderPage } from '../common/page';
import { FaultSwitch } from '../faults/FaultSwitch';
import { faultMiddleware } from '../faults/middleware';
import { Runner } from './Runner';
import { LockInfo, StateStore } from './StateStore';

/** Credentials of the state backend. */
export const STATE_CREDENTIALS = {
  username: 'sandbox',
  password: 'sandbox-state-password',
};

const basicAuth: RequestHandler = (request, response, next) => {
  const { username, password } = STATE_CREDENTIALS;
  const expected = Buffer.from(
    `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  );
  const given = Buffer.from(request.headers.authorization ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.set('WWW-Authenticate', 'Basic realm="Terraform state"');
    response.status(401).end();
    return;
  }
  next();
};

/** Plan and apply pages, and Terraform's states over its http backend protocol. */
export function terraformApp(options: {
  runner: Runner;
  states: StateStore;
  faults: FaultSwitch;
}): express.Express {
  const { runner, states, faults } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use('/state', faultMiddleware({ faults, service: 'terraform' }));
  app.use('/state', basicAuth, stateRoutes(states));
  app.use(pageRoutes(runner));
  return app;
}

/**
 * States by path.
 *
 * @remarks
 * Source: Terraform documentation, "Backend Type: http": GET answers 200 with
 * the state or 404, POST stores it (`?ID=` names the lock held), LOCK answers
 * 423 with the holder's lock info when locked, UNLOCK and DELETE answer 200.
 */
function stateRoutes(states: StateStore): Router {
  const router = express.Router();
  router.use(express.json({ type: () => true, limit: '10mb' }));

  router.get('/*', (request, response) => {
    const state = states.get(projectOf(request));
    if (!state) {
      response.status(404).end();
      return;
    }
    response.json(state);
  });

  router.post('/*', (request, response) => {
    const project = projectOf(request);
    if (refuseOtherLock(states, project, request.query.ID, response)) {
      return;
    }
    states.set(project, request.body);
    response.status(200).end();
  });

  router.lock('/*', (request, response) => {
    const project = projectOf(request);
    const info = request.body as LockInfo;
    if (refuseOtherLock(states, project, info.ID, response)) {
      return;
    }
    states.lock(project, info);
    response.json(info);
  });

  router.unlock('/*', (request, response) => {
    const project = projectOf(request);
    const id = (request.body as Partial<LockInfo>).ID;
    // an empty body is Terraform's force-unlock
    if (id && refuseOtherLock(states, project, id, response)) {
      return;
    }
    states.unlock(project);
    response.status(200).end();
  });

  router.delete('/*', (request, response) => {
    states.delete(projectOf(request));
    response.status(200).end();
  });
  return router;
}

function refuseOtherLock(
  states: StateStore,
  project: string,
  id: unknown,
  response: Response,
): boolean {
  const held = states.lockOf(project);
  if (held && held.ID !== id) {
    response.status(423).json(held);
    return true;
  }
  return false;
}

function projectOf(request: Request): string {
  return request.params[0];
}

function pageRoutes(runner: Runner): Router {
  const router = express.Router();

  router.get('/', (_request, response) => {
    const rows = runner.runs().flatMap(run =>
      run.projects.map(({ directory }) => {
        const path = `${run.owner}/${run.repo}/${run.number}/${run.head}/${directory}`;
        return `<tr><td>${escapeHtml(
          `${run.owner}/${run.repo}#${run.number}`,
        )}</td><td>${escapeHtml(directory)}</td><td>${
          run.phase
        }</td><td><a href="/plan/${escapeHtml(
          path,
        )}">plan</a> <a href="/apply/${escapeHtml(path)}">apply</a></td></tr>`;
      }),
    );
    response.send(
      page(
        'Runs',
        rows.length
          ? `<table>${rows.join('')}</table>`
          : 'Nothing has run yet.',
      ),
    );
  });

  router.get(
    '/:command(plan|apply)/:owner/:repo/:number/:head/*',
    (request, response) => {
      const { command, owner, repo, head } = request.params;
      const pull = { owner, repo, number: Number(request.params.number) };
      const directory = request.params[0];
      const run = runner.run(pull, head);
      const project = run?.projects.find(one => one.directory === directory);
      if (!run || !project) {
        response.status(404).send(page('Not found', 'There is no such run.'));
        return;
      }
      const log = command === 'plan' ? project.planLog : project.applyLog;
      const title = `${command} of ${directory}`;
      response.send(
        page(
          title,
          `<pre>${escapeHtml(log || 'Nothing yet.')}</pre>`,
          `<p class="soft">${escapeHtml(
            `${owner}/${repo}#${pull.number}`,
          )} at <code>${escapeHtml(head.slice(0, 12))}</code>, ${
            run.phase
          }</p>`,
        ),
      );
    },
  );
  return router;
}

function page(title: string, content: string, intro = ''): string {
  return renderPage({
    title,
    service: 'Terraform runner',
    body: `<h1>${escapeHtml(
      title,
    )}</h1>${intro}<div class="card">${content}</div>`,
  });
}

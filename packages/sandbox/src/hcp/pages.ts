import { Router } from 'express';
import { escapeHtml, renderPage } from '../common/page';
import { HcpTerraform } from './HcpTerraform';
import { ORGANIZATION } from './model';

/** Workspaces, runs and their logs, for people. */
export function pageRoutes({ store }: HcpTerraform): Router {
  const router = Router();
  const base = `/app/${ORGANIZATION}/workspaces`;

  router.get('/', (_request, response) => {
    const rows = store.workspaces.values().map(({ id, name, vcsRepo }) => {
      const runs = store
        .runsOf(id)
        .map(
          run =>
            `<a href="${base}/${name}/runs/${run.id}">${
              run.planOnly ? 'plan' : 'apply'
            }: ${run.status}</a>`,
        );
      return `<tr><td><a href="${base}/${name}">${escapeHtml(
        name,
      )}</a></td><td>${escapeHtml(vcsRepo?.identifier)}</td><td>${
        store.currentState(id)?.resources ?? 0
      } resources</td><td>${runs.join('<br>')}</td></tr>`;
    });
    const table = rows.length
      ? `<table>${rows.join('')}</table>`
      : 'There are no workspaces yet.';
    response.send(page('Workspaces', table));
  });

  router.get(`${base}/:name`, (request, response) => {
    const workspace = store.workspaceNamed(request.params.name);
    if (!workspace) {
      response.status(404).send(page('Not found', 'No such workspace.'));
      return;
    }
    const facts = [
      ['Repository', workspace.vcsRepo?.identifier],
      ['Directory', workspace.workingDirectory],
      ['Tags', workspace.tags.join(', ')],
      [
        'Outputs',
        store
          .currentState(workspace.id)
          ?.outputs.map(({ name }) => name)
          .join(', '),
      ],
    ].map(
      ([name, value]) =>
        `<tr><td>${name}</td><td>${escapeHtml(value)}</td></tr>`,
    );
    response.send(page(workspace.name, `<table>${facts.join('')}</table>`));
  });

  router.get(`${base}/:name/runs/:id`, (request, response) => {
    const run = store.runs.get(request.params.id);
    if (!run) {
      response.status(404).send(page('Not found', 'No such run.'));
      return;
    }
    response.send(
      page(
        `${run.message} (${run.status})`,
        `<pre>${escapeHtml(
          [run.plan.log, run.apply.log].filter(Boolean).join('\n') ||
            'Nothing yet.',
        )}</pre>`,
      ),
    );
  });
  return router;
}

function page(title: string, content: string): string {
  return renderPage({
    title,
    service: 'HCP Terraform',
    body: `<h1>${escapeHtml(title)}</h1><div class="card">${content}</div>`,
  });
}

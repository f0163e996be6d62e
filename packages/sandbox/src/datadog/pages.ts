import express from 'express';
import { escapeHtml, renderPage } from '../common/page';
import { slugOf } from './apiRoutes';
import { DatadogStore } from './DatadogStore';
import { DashboardRecord, MonitorRecord, SloRecord } from './model';

const SERVICE = 'Datadog';

/** Plain pages of what is there: dashboards, monitors, SLOs. */
export function pageRoutes(store: DatadogStore): express.Router {
  const router = express.Router();
  const page = (title: string, body: string) =>
    renderPage({ title, service: SERVICE, body });

  router.get('/', (_request, response) => {
    response.send(
      page(
        SERVICE,
        `<h1>Dashboards</h1>${dashboardList(
          store.dashboards(),
        )}<h1>Monitors</h1>${monitorList(
          store.monitors(),
        )}<h1>SLOs</h1>${sloList(store.slos())}`,
      ),
    );
  });

  router.get(
    ['/dashboard/:id', '/dashboard/:id/:slug'],
    (request, response) => {
      const record = store.dashboard(String(request.params.id));
      response.send(page(record.title, dashboardBody(record)));
    },
  );

  router.get('/monitors/manage', (request, response) => {
    // A search such as `tag:(service:orders AND env:dev)`.
    const terms = String(request.query.q ?? '').match(/[\w-]+:[\w.-]+/g) ?? [];
    const shown = store
      .monitors()
      .filter(({ tags }) => terms.every(term => tags.includes(term)));
    response.send(page('Monitors', `<h1>Monitors</h1>${monitorList(shown)}`));
  });

  router.get('/slo', (request, response) => {
    const { slo_id: id } = request.query;
    const shown = store.slos().filter(slo => !id || slo.id === id);
    response.send(page('SLOs', `<h1>SLOs</h1>${sloList(shown)}`));
  });
  return router;
}

function table(rows: string[]): string {
  return rows.length > 0
    ? `<div class="card"><table>${rows.join('')}</table></div>`
    : '<p class="soft">There are none yet.</p>';
}

function dashboardList(records: DashboardRecord[]): string {
  return table(
    records.map(
      ({ id, title, description }) =>
        `<tr><td><a href="/dashboard/${escapeHtml(id)}/${escapeHtml(
          slugOf(title),
        )}">${escapeHtml(title)}</a></td><td>${escapeHtml(
          description,
        )}</td></tr>`,
    ),
  );
}

function dashboardBody({ title, description, widgets }: DashboardRecord) {
  const cards = widgets.map(
    ({ definition = {} }) =>
      `<div class="card"><h2>${escapeHtml(
        definition.title ?? definition.type,
      )}</h2><pre>${escapeHtml(
        definition.content ?? JSON.stringify(definition.requests, undefined, 1),
      )}</pre></div>`,
  );
  return `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(
    description,
  )}</p>${cards.join('')}`;
}

function monitorList(records: MonitorRecord[]): string {
  return table(
    records.map(
      ({ name, query, message }) =>
        `<tr><td>${escapeHtml(name)}</td><td><pre>${escapeHtml(
          query,
        )}</pre></td><td><pre>${escapeHtml(message)}</pre></td></tr>`,
    ),
  );
}

function sloList(records: SloRecord[]): string {
  return table(
    records.map(
      ({ name, thresholds, query }) =>
        `<tr><td>${escapeHtml(name)}</td><td>${thresholds
          .map(
            ({ target, timeframe }) =>
              `${escapeHtml(target)} % in ${escapeHtml(timeframe)}`,
          )
          .join('<br>')}</td><td><pre>${escapeHtml(
          query && `${query.numerator}\n/ ${query.denominator}`,
        )}</pre></td></tr>`,
    ),
  );
}

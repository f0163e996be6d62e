import express from 'express';
import { escapeHtml, renderPage } from '../common/page';
import { pathOf } from './apiRoutes';
import { GrafanaStore, SERVICES_FOLDER, titleOf } from './GrafanaStore';
import { DashboardRecord, RuleGroupRecord } from './model';
import { readRuleGroup, Rule } from './ruleGroups';
import { RULER_CREDENTIALS } from './rulerRoutes';

const SERVICE = 'Grafana';

/** Plain pages of what is there: dashboards, their panels, rules. */
export function pageRoutes(store: GrafanaStore): express.Router {
  const router = express.Router();
  const groups = () => store.groups(RULER_CREDENTIALS.tenant);

  router.get('/', (_request, response) => {
    response.send(
      renderPage({
        title: SERVICE,
        service: SERVICE,
        body: `<h1>Dashboards</h1>${dashboardList(
          store.dashboards(),
        )}<h1>Rules</h1>${ruleList(groups())}`,
      }),
    );
  });

  router.get(['/d/:uid', '/d/:uid/:slug'], (request, response) => {
    const record = store.dashboard(String(request.params.uid));
    response.send(
      renderPage({
        title: titleOf(record),
        service: SERVICE,
        body: dashboardBody(record),
      }),
    );
  });

  router.get('/alerting/list', (request, response) => {
    const search = String(request.query.search ?? '');
    const read = (key: string) =>
      search.match(new RegExp(`${key}:"([^"]*)"`))?.[1];
    const [namespace, name] = [read('namespace'), read('group')];
    const shown = groups().filter(
      group =>
        (!namespace || group.namespace === namespace) &&
        (!name || group.name === name),
    );
    response.send(
      renderPage({
        title: 'Alert rules',
        service: SERVICE,
        body: `<h1>Alert rules</h1>${ruleList(shown)}`,
      }),
    );
  });
  return router;
}

function dashboardList(records: DashboardRecord[]): string {
  const rows = records.map(
    record =>
      `<tr><td><a href="${escapeHtml(pathOf(record))}">${escapeHtml(
        titleOf(record),
      )}</a></td><td>${escapeHtml(
        record.folderUid ? SERVICES_FOLDER.title : 'Dashboards',
      )}</td><td>${escapeHtml((record.model.tags ?? []).join(', '))}</td></tr>`,
  );
  return rows.length > 0
    ? `<div class="card"><table>${rows.join('')}</table></div>`
    : '<p class="soft">There are none yet.</p>';
}

function dashboardBody(record: DashboardRecord): string {
  const { description, panels = [] } = record.model;
  const cards = panels.map(
    panel =>
      `<div class="card"><h2>${escapeHtml(panel.title)}</h2>${(
        panel.targets ?? []
      )
        .map(target => `<pre>${escapeHtml(target.expr)}</pre>`)
        .join('')}</div>`,
  );
  return `<h1>${escapeHtml(titleOf(record))}</h1><p>${escapeHtml(
    description,
  )}</p><p class="soft">Version ${record.version}</p>${cards.join('')}`;
}

function ruleList(groups: RuleGroupRecord[]): string {
  const cards = groups.map(
    group =>
      `<h2>${escapeHtml(group.namespace)} · ${escapeHtml(
        group.name,
      )}</h2><div class="card"><table>${readRuleGroup(group.yaml)
        .rules.map(ruleRow)
        .join('')}</table></div>`,
  );
  return cards.join('') || '<p class="soft">There are none yet.</p>';
}

function ruleRow(rule: Rule): string {
  return `<tr><td>${escapeHtml(
    rule.alert ?? rule.record,
  )}</td><td><pre>${escapeHtml(rule.expr)}</pre></td><td>${escapeHtml(
    rule.labels?.contact,
  )}</td></tr>`;
}

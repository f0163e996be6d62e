import { createHash } from 'node:crypto';
import {
  ComponentKey,
  Indicator,
  INDICATORS,
  ObservedComponent,
  toRunMark,
} from '@self-service/plugin-providers-node';
import { JsonObject } from '@backstage/types';
import { fillIn, indicatorQuery, PrometheusQueries } from './queries';

/** Of a uid; https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ */
const MAXIMUM_UID_LENGTH = 40;
const DIGEST_LENGTH = 10;
/** Of the dashboard's JSON model that this is written in. */
const SCHEMA_VERSION = 39;
/** So that rates have enough samples whatever the time range. */
const WINDOW = '$__rate_interval';

/**
 * The uid of a component's dashboard: the same for the same component, and no
 * other's, however long the names.
 */
export function toDashboardUid({ name, environment }: ComponentKey): string {
  const digest = createHash('sha256').update(`${name}@${environment}`);
  const start = `${name}-${environment}`
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, MAXIMUM_UID_LENGTH - DIGEST_LENGTH - 1);
  return `${start}-${digest.digest('hex').slice(0, DIGEST_LENGTH)}`;
}

interface Panel {
  title: string;
  unit: string;
  query: string;
  minimum?: number;
  maximum?: number;
}

const INDICATOR_PANELS: Record<Indicator, Omit<Panel, 'query'>> = {
  availability: {
    title: 'Availability',
    unit: 'percent',
    minimum: 0,
    maximum: 100,
  },
  'latency-p95': { title: 'Latency (p95)', unit: 's', minimum: 0 },
  'error-rate': { title: 'Error rate', unit: 'percent', minimum: 0 },
};

function toPanel(panel: Panel, index: number, datasource?: string): JsonObject {
  const source = {
    type: 'prometheus',
    ...(datasource && { uid: datasource }),
  };
  return {
    id: index + 1,
    type: 'timeseries',
    title: panel.title,
    datasource: source,
    // Two panels in each row of 24 columns.
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
    targets: [{ refId: 'A', datasource: source, expr: panel.query }],
    fieldConfig: {
      defaults: {
        unit: panel.unit,
        ...(panel.minimum !== undefined && { min: panel.minimum }),
        ...(panel.maximum !== undefined && { max: panel.maximum }),
      },
      overrides: [],
    },
    options: {
      legend: {
        displayMode: 'list',
        placement: 'bottom',
        showLegend: false,
        calcs: [],
      },
      tooltip: { mode: 'single', sort: 'none' },
    },
  };
}

/**
 * The dashboard of a component, in Grafana's JSON model
 * (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/).
 */
export function toDashboard(options: {
  component: ObservedComponent;
  runKey: string;
  queries: PrometheusQueries;
  datasource?: string;
}): JsonObject {
  const { component, runKey, queries, datasource } = options;
  const { name, environment, team, description = '', links = [] } = component;
  const panels: Panel[] = [
    {
      title: 'Requests a second',
      unit: 'reqps',
      query: fillIn(queries.requests, component, WINDOW),
      minimum: 0,
    },
    ...INDICATORS.map(indicator => ({
      ...INDICATOR_PANELS[indicator],
      query: indicatorQuery(queries, indicator, component, WINDOW),
    })),
  ];
  return {
    uid: toDashboardUid(component),
    title: `${name} (${environment})`,
    description,
    tags: ['self-service', team, environment, toRunMark(runKey)],
    schemaVersion: SCHEMA_VERSION,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    links: links.map(({ title, url }) => ({
      title,
      url,
      type: 'link',
      icon: 'external link',
      tooltip: '',
      asDropdown: false,
      includeVars: false,
      keepTime: false,
      targetBlank: true,
      tags: [],
    })),
    panels: panels.map((panel, index) => toPanel(panel, index, datasource)),
  };
}

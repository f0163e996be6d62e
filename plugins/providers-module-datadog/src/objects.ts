import {
  AlertCondition,
  ComponentKey,
  Indicator,
  INDICATORS,
  ObservedComponent,
  ServiceLevelObjective,
  toRunMark,
} from '@self-service/plugin-providers-node';
import { DatadogConfig } from './config';
import { fillIn, indicatorQuery } from './queries';
import { v1 } from './sdk';

/** What an object is made from. */
export interface ObjectContext {
  component: ObservedComponent;
  runKey: string;
  config: DatadogConfig;
}

/**
 * The name of a component's dashboard and SLO. Blanks and parentheses are no
 * characters of names, so that no two components share one.
 */
export function toTitle({ name, environment }: ComponentKey): string {
  return `${name} (${environment})`;
}

/** The names of all monitors that a component can have. */
export function toMonitorNames(component: ComponentKey): string[] {
  return INDICATORS.map(indicator => toMonitorName(component, indicator));
}

/** The name of the monitor of an indicator. */
export function toMonitorName(
  component: ComponentKey,
  indicator: Indicator,
): string {
  return `${toTitle(component)}: ${indicator}`;
}

/** Tags that a component's objects are found by; Datadog lower-cases tags. */
export function toTags({ name, environment }: ComponentKey): string[] {
  return [`service:${name.toLowerCase()}`, `env:${environment.toLowerCase()}`];
}

function toOwnTags({ component, runKey }: ObjectContext): string[] {
  return [
    ...toTags(component),
    `team:${component.team.toLowerCase()}`,
    'managed-by:self-service',
    `self-service:${toRunMark(runKey)}`,
  ];
}

const PANELS: Record<Indicator, string> = {
  availability: 'Availability (%)',
  'latency-p95': 'Latency (p95, seconds)',
  'error-rate': 'Error rate (%)',
};

function toTimeseries(title: string, query: string): v1.Widget {
  return {
    definition: {
      type: 'timeseries',
      title,
      showLegend: false,
      requests: [{ q: query, displayType: 'line' }],
    },
  };
}

/** Keeps what people write from being read as Markdown's link text. */
function escapeLabel(text: string): string {
  return text.replace(/[[\]\\]/g, '\\$&');
}

/** The dashboard of a component. */
export function toDashboard(context: ObjectContext): v1.Dashboard {
  const { component, runKey, config } = context;
  const { description = '', links = [], team } = component;
  const note = [
    description,
    `Owned by ${team}.`,
    ...links.map(({ title, url }) => `- [${escapeLabel(title)}](${url})`),
  ];
  return {
    title: toTitle(component),
    description: `Created through the portal (${toRunMark(runKey)}).`,
    layoutType: 'ordered',
    reflowType: 'auto',
    tags: [`team:${team.toLowerCase()}`],
    widgets: [
      {
        definition: {
          type: 'note',
          content: note.filter(Boolean).join('\n\n'),
          backgroundColor: 'white',
        },
      },
      toTimeseries('Requests', fillIn(config.queries.requests, component)),
      ...INDICATORS.map(indicator =>
        toTimeseries(
          PANELS[indicator],
          indicatorQuery(config.queries, indicator, component),
        ),
      ),
    ],
  };
}

/**
 * How a query is aggregated over time: percentiles of distributions and ratios
 * of counts have their own way
 * (https://docs.datadoghq.com/monitors/types/metric/).
 */
function aggregatorOf(indicator: Indicator, query: string): string {
  if (indicator === 'error-rate') {
    return 'sum';
  }
  return /^p\d+:/.test(query) ? 'percentile' : 'avg';
}

/** The monitor of an indicator. */
export function toMonitor(
  context: ObjectContext,
  alert: AlertCondition,
  contact: string,
): v1.Monitor {
  const { component, config } = context;
  const { indicator, threshold, forMinutes } = alert;
  const query = indicatorQuery(config.queries, indicator, component);
  const aggregator = aggregatorOf(indicator, query);
  const comparison = indicator === 'availability' ? '<' : '>';
  return {
    name: toMonitorName(component, indicator),
    type: 'query alert',
    query: `${aggregator}(last_${forMinutes}m):${query} ${comparison} ${threshold}`,
    // Nothing that people have written: it could be a template, or tell others.
    message: `The ${indicator} of ${toTitle(
      component,
    )} is not what it should be (${comparison} ${threshold}).\n\n${config.notify.replaceAll(
      '{contact}',
      contact,
    )}`,
    tags: toOwnTags(context),
    options: {
      thresholds: { critical: threshold },
      includeTags: true,
      notifyNoData: false,
      requireFullWindow: false,
    },
  };
}

/**
 * The SLO of a component, on requests, so that it stands without monitors
 * (https://docs.datadoghq.com/service_management/service_level_objectives/metric/).
 */
export function toSlo(
  context: ObjectContext,
  { objective, windowDays }: ServiceLevelObjective,
): v1.ServiceLevelObjectiveRequest {
  const { component, config } = context;
  const requests = fillIn(config.queries.requests, component);
  const failed = fillIn(config.queries.failedRequests, component);
  const timeframe = `${windowDays}d` as const;
  return {
    name: toTitle(component),
    type: 'metric',
    description: 'Requests that succeed. Created through the portal.',
    tags: toOwnTags(context),
    query: { numerator: `${requests} - ${failed}`, denominator: requests },
    thresholds: [{ timeframe, target: objective }],
  };
}

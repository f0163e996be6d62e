import {
  AlertCondition,
  ComponentKey,
  findRunMark,
  Indicator,
  ObservedComponent,
  ServiceLevelObjective,
  toRunMark,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { errorRatio, indicatorQuery, PrometheusQueries } from './queries';

/** Annotation that names the run that made a group; recording rules have none. */
const RUN_ANNOTATION = 'self_service_run';
const WINDOW = '5m';

/**
 * A rule group, as far as we write and read it
 * (https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/).
 */
export const ruleGroupSchema = z.object({
  name: z.string(),
  interval: z.string().optional(),
  rules: z.array(
    z.object({
      record: z.string().optional(),
      alert: z.string().optional(),
      expr: z.string(),
      for: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** @see ruleGroupSchema */
export type RuleGroup = z.infer<typeof ruleGroupSchema>;
type Rule = RuleGroup['rules'][number];

/** What both groups are made from. */
export interface RuleContext {
  component: ObservedComponent;
  /** Label `contact` of the alerts; Alertmanager's routes go by it. */
  contact: string;
  runKey: string;
  queries: PrometheusQueries;
}

/**
 * The namespace of a component's groups. `@` is no character of a name, so
 * that no two components share one.
 */
export function toNamespace({ name, environment }: ComponentKey): string {
  return `${name}@${environment}`;
}

/** The mark of the run that made a group: its alerts say it. */
export function markOf({ rules }: RuleGroup): string | undefined {
  return findRunMark(rules.map(rule => rule.annotations?.[RUN_ANNOTATION]));
}

const ALERT_NAMES: Record<Indicator, string> = {
  availability: 'AvailabilityLow',
  'latency-p95': 'LatencyHigh',
  'error-rate': 'ErrorRateHigh',
};

const SUMMARIES: Record<Indicator, (threshold: number) => string> = {
  availability: threshold =>
    `Fewer than ${threshold} % of the instances answer.`,
  'latency-p95': threshold =>
    `Of 100 requests, more than 5 take longer than ${threshold} s.`,
  'error-rate': threshold => `More than ${threshold} % of the requests fail.`,
};

function toLabels({ component: { name, environment } }: RuleContext) {
  return { service: name, environment };
}

function toAlert(
  context: RuleContext,
  alert: { name: string; expr: string; forMinutes?: number; summary: string },
): Rule {
  const { component, contact, runKey } = context;
  return {
    alert: alert.name,
    expr: alert.expr,
    ...(alert.forMinutes && { for: `${alert.forMinutes}m` }),
    labels: {
      ...toLabels(context),
      team: component.team,
      contact,
      severity: 'warning',
    },
    annotations: {
      // Nothing that people have written: braces would be a template here.
      summary: `${component.name} (${component.environment}): ${alert.summary}`,
      [RUN_ANNOTATION]: toRunMark(runKey),
    },
  };
}

/** The group with the alerts of a component. */
export function toAlertGroup(
  context: RuleContext,
  alerts: readonly AlertCondition[],
): RuleGroup {
  const { component, queries } = context;
  return {
    name: 'alerts',
    interval: '1m',
    rules: alerts.map(({ indicator, threshold, forMinutes }) => {
      const comparison = indicator === 'availability' ? '<' : '>';
      const query = indicatorQuery(queries, indicator, component, WINDOW);
      return toAlert(context, {
        name: ALERT_NAMES[indicator],
        expr: `${query} ${comparison} ${threshold}`,
        forMinutes,
        summary: SUMMARIES[indicator](threshold),
      });
    }),
  };
}

/**
 * How many times faster than allowed the budget burns when people are told,
 * over an hour and, so that it ends soon after, over five minutes
 * (https://sre.google/workbook/alerting-on-slos/).
 */
const FAST_BURN = 14.4;

/**
 * The group that stands for a component's SLO: Prometheus has no object for
 * one, so that objective, error ratio and what is left of the budget are
 * recorded, with an alert on a budget that burns fast.
 */
export function toSloGroup(
  context: RuleContext,
  { objective, windowDays }: ServiceLevelObjective,
): RuleGroup {
  const { component, queries } = context;
  const labels = toLabels(context);
  const selector = `{service="${component.name}",environment="${component.environment}"}`;
  const window = `${windowDays}d`;
  // Rounded, since 100 - 99.9 is not 0.1 in floating point.
  const budget = Number(((100 - objective) / 100).toPrecision(12));
  const record = (metric: string, expr: string): Rule => ({
    record: metric,
    expr,
    labels,
  });
  return {
    name: 'slo',
    interval: '1m',
    rules: [
      record('slo:objective:ratio', `vector(${objective / 100})`),
      ...[WINDOW, '1h', window].map(range =>
        record(
          `slo:error_ratio:rate${range}`,
          errorRatio(queries, component, range),
        ),
      ),
      record(
        'slo:error_budget_remaining:ratio',
        `1 - slo:error_ratio:rate${window}${selector} / ${budget}`,
      ),
      toAlert(context, {
        name: 'ErrorBudgetBurnsFast',
        expr: `slo:error_ratio:rate1h${selector} > ${FAST_BURN} * ${budget} and slo:error_ratio:rate${WINDOW}${selector} > ${FAST_BURN} * ${budget}`,
        summary: `At this rate of errors the budget of ${windowDays} days is gone in ${(
          windowDays / FAST_BURN
        ).toFixed(1)}.`,
      }),
    ],
  };
}

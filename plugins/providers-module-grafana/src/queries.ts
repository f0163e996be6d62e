import { ComponentKey, Indicator } from '@self-service/plugin-providers-node';

/**
 * PromQL that yields one number each, with `{name}`, `{environment}` and
 * `{window}`.
 */
export interface PrometheusQueries {
  /** Requests a second. */
  requests: string;
  /** Of them, those that failed; may yield nothing where none did. */
  failedRequests: string;
  /** Seconds. */
  latencyP95: string;
  /** Percent. */
  availability: string;
}

const SELECTOR =
  'service_name="{name}",deployment_environment_name="{environment}"';
const DURATION = 'http_server_request_duration_seconds';

/**
 * The metric that OpenTelemetry describes for HTTP servers, as Prometheus
 * stores it with resource attributes as labels
 * (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/), and
 * Prometheus' own `up`.
 */
export const DEFAULT_QUERIES: PrometheusQueries = {
  requests: `sum(rate(${DURATION}_count{${SELECTOR}}[{window}]))`,
  failedRequests: `sum(rate(${DURATION}_count{${SELECTOR},http_response_status_code=~"5.."}[{window}]))`,
  latencyP95: `histogram_quantile(0.95, sum by (le) (rate(${DURATION}_bucket{${SELECTOR}}[{window}])))`,
  availability: `100 * avg(avg_over_time(up{${SELECTOR}}[{window}]))`,
};

/**
 * Puts a component into a query.
 *
 * @param component - checked: its names need no escaping in PromQL
 * @param window - a range, for example `5m`
 */
export function fillIn(
  query: string,
  { name, environment }: ComponentKey,
  window: string,
): string {
  const values: Record<string, string> = { name, environment, window };
  return query.replace(
    /\{(name|environment|window)\}/g,
    (_, key: string) => values[key],
  );
}

/** The share of requests that fail, 0 to 1. No failures are no series. */
export function errorRatio(
  queries: PrometheusQueries,
  component: ComponentKey,
  window: string,
): string {
  const failed = fillIn(queries.failedRequests, component, window);
  const all = fillIn(queries.requests, component, window);
  return `((${failed}) or vector(0)) / (${all})`;
}

/** The query of an indicator, in its unit. */
export function indicatorQuery(
  queries: PrometheusQueries,
  indicator: Indicator,
  component: ComponentKey,
  window: string,
): string {
  switch (indicator) {
    case 'availability':
      return fillIn(queries.availability, component, window);
    case 'latency-p95':
      return fillIn(queries.latencyP95, component, window);
    default:
      return `100 * ${errorRatio(queries, component, window)}`;
  }
}

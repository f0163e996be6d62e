import { ComponentKey, Indicator } from '@self-service/plugin-providers-node';

/** Metric queries with `{name}` and `{environment}`. */
export interface DatadogQueries {
  /** As a count. */
  requests: string;
  /** Of them, those that failed, as a count. */
  failedRequests: string;
  /** Seconds. */
  latencyP95: string;
  /** Percent. */
  availability: string;
}

const SCOPE = '{service:{name},env:{environment}}';

/**
 * Metrics of Datadog's tracing for HTTP servers
 * (https://docs.datadoghq.com/tracing/metrics/metrics_namespace/) and of
 * Kubernetes' state, by the tags of unified service tagging.
 */
export const DEFAULT_QUERIES: DatadogQueries = {
  requests: `sum:trace.http.request.hits${SCOPE}.as_count()`,
  failedRequests: `sum:trace.http.request.errors${SCOPE}.as_count()`,
  latencyP95: `p95:trace.http.request${SCOPE}`,
  availability: `100 * avg:kubernetes_state.deployment.replicas_available${SCOPE} / avg:kubernetes_state.deployment.replicas_desired${SCOPE}`,
};

/**
 * Puts a component into a query.
 *
 * @param component - checked: its names need no escaping in a query
 */
export function fillIn(
  query: string,
  { name, environment }: ComponentKey,
): string {
  const values: Record<string, string> = { name, environment };
  return query.replace(
    /\{(name|environment)\}/g,
    (_, key: string) => values[key],
  );
}

/** The query of an indicator, in its unit. */
export function indicatorQuery(
  queries: DatadogQueries,
  indicator: Indicator,
  component: ComponentKey,
): string {
  switch (indicator) {
    case 'availability':
      return fillIn(queries.availability, component);
    case 'latency-p95':
      return fillIn(queries.latencyP95, component);
    default:
      return `100 * ${fillIn(queries.failedRequests, component)} / ${fillIn(
        queries.requests,
        component,
      )}`;
  }
}

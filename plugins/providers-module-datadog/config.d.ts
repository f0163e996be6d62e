/** One organisation of Datadog. */
interface DatadogInstance {
  /** Of a further entry: its provider is `datadog:<name>`. */
  name?: string;
  /** Default `datadoghq.com`. */
  site?: string;
  /** Of the API, in place of the site's; for a proxy. */
  apiUrl?: string;
  /** Of the pages, in place of the site's. */
  appUrl?: string;
  /** @visibility secret */
  apiKey: string;
  /**
   * Of a service account.
   *
   * @visibility secret
   */
  applicationKey: string;
  /**
   * How monitors tell somebody, with `{contact}`. Default `@team-{contact}`:
   * the Datadog team of that handle. Example: `@slack-{contact}-alerts`
   */
  notify?: string;
  /**
   * Metric queries with `{name}` and `{environment}`. Default: the metrics of
   * Datadog's tracing for HTTP servers, and of Kubernetes.
   */
  queries?: {
    /** Requests, as a count. */
    requests?: string;
    /** Of them, those that failed, as a count. */
    failedRequests?: string;
    /** Seconds. */
    latencyP95?: string;
    /** Percent of the instances that answer. */
    availability?: string;
  };
}

export interface Config {
  providers?: {
    /** Datadog: one entry, or a list. */
    datadog?: DatadogInstance | DatadogInstance[];
  };
}

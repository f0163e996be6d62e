/** One Grafana, with the ruler of the Prometheus-compatible store behind it. */
interface GrafanaInstance {
  /** Of a further entry: its provider is `grafana:<name>`. */
  name?: string;
  /** Example: `https://grafana.example.com` */
  url: string;
  /**
   * Of a service account.
   *
   * @visibility secret
   */
  token: string;
  /** Uid of the folder that dashboards go to; the root without. */
  folder?: string;
  /** Uid of the Prometheus data source; Grafana's default one without. */
  datasource?: string;
  /** Without it there are dashboards, and neither alerts nor SLOs. */
  ruler?: {
    /**
     * Where rule groups are configured. Mimir:
     * `https://mimir.example.com/prometheus/config/v1/rules`
     */
    url: string;
    /** Sent as `X-Scope-OrgID`. */
    tenant?: string;
    /** With a password: basic authentication. */
    username?: string;
    /** @visibility secret */
    password?: string;
    /**
     * In place of user name and password: a bearer token.
     *
     * @visibility secret
     */
    token?: string;
  };
  /**
   * PromQL that yields one number, with `{name}`, `{environment}` and
   * `{window}` (a range such as `5m`). Default: the metrics that OpenTelemetry
   * describes for HTTP servers.
   */
  queries?: {
    /** Requests a second. */
    requests?: string;
    /** Of them, those that failed. */
    failedRequests?: string;
    /** Seconds. */
    latencyP95?: string;
    /** Percent of the instances that answer. */
    availability?: string;
  };
}

export interface Config {
  providers?: {
    /** Grafana and a Prometheus-compatible ruler: one entry, or a list. */
    grafana?: GrafanaInstance | GrafanaInstance[];
  };
}

/** What is written of a dashboard, and what Datadog adds. */
export interface DashboardRecord {
  id: string;
  title: string;
  description?: string;
  layout_type: string;
  widgets: { definition?: Record<string, unknown> }[];
  created_at: string;
  modified_at: string;
  [field: string]: unknown;
}

/** A monitor. */
export interface MonitorRecord {
  id: number;
  name: string;
  type: string;
  query: string;
  message: string;
  tags: string[];
  options: Record<string, unknown>;
  created: string;
  modified: string;
}

/** A service level objective. */
export interface SloRecord {
  id: string;
  name: string;
  description?: string;
  type: string;
  tags: string[];
  query?: { numerator: string; denominator: string };
  monitor_ids?: number[];
  thresholds: { timeframe: string; target: number; target_display?: string }[];
  /** Seconds since 1970. */
  created_at: number;
  modified_at: number;
}

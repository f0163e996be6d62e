/** A dashboard as Grafana keeps it: the model that was sent, and its own about it. */
export interface DashboardRecord {
  id: number;
  uid: string;
  version: number;
  /** The JSON model, as it was sent. */
  model: DashboardModel;
  /** Absent in the root. */
  folderUid?: string;
  created: string;
  updated: string;
}

/** The part of a dashboard's JSON model that the stand-in looks at. */
export interface DashboardModel {
  uid?: string | null;
  id?: number | null;
  version?: number;
  title?: string;
  tags?: string[];
  panels?: { title?: string; targets?: { expr?: string }[] }[];
  [field: string]: unknown;
}

/** A rule group of the ruler, by tenant and namespace. */
export interface RuleGroupRecord {
  tenant: string;
  namespace: string;
  name: string;
  /** As YAML, the way it came. */
  yaml: string;
}

/** Who may do what. */
export type GrafanaRole = 'Editor' | 'Viewer';

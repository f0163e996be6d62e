import { randomBytes } from 'node:crypto';
import { DesiredDatabase } from '../terraform/configuration';
import { ChangeCounts } from '../terraform/plan';

/** The organisation that there is. */
export const ORGANIZATION = 'myorg';

/** Which repository a workspace is connected to, and by which account. */
export interface VcsRepo {
  /** `owner/name`. */
  identifier: string;
  oauthTokenId: string;
  /** Empty for the default branch. */
  branch: string;
}

/** A workspace as it is stored. */
export interface WorkspaceRecord {
  id: string;
  name: string;
  description: string | undefined;
  workingDirectory: string;
  vcsRepo?: VcsRepo;
  autoApply: boolean;
  /** Whether runs may be `is-destroy`; so it is where absent. */
  allowDestroyPlan?: boolean;
  queueAllRuns: boolean;
  speculativeEnabled: boolean;
  tags: string[];
  projectId: string;
  locked: boolean;
  createdAt: string;
  /** What was there when it was connected or has been looked at: never planned again. */
  seen: string[];
}

/** A commit whose configuration can be planned. */
export interface ConfigurationVersionRecord {
  id: string;
  workspaceId: string;
  speculative: boolean;
  identifier: string;
  branch: string;
  commitSha: string;
  commitMessage: string;
  pullRequest?: { number: number; url: string; title: string };
  sender: string;
}

/** Statuses of runs that the stand-in uses; the vendor has more. */
export type RunStatus =
  | 'pending'
  | 'plan_queued'
  | 'planning'
  | 'cost_estimating'
  | 'cost_estimated'
  | 'planned_and_finished'
  | 'confirmed'
  | 'apply_queued'
  | 'applying'
  | 'applied'
  | 'discarded'
  | 'errored'
  | 'canceled';

/** Statuses that nothing follows on. */
export const FINAL: readonly RunStatus[] = [
  'planned_and_finished',
  'applied',
  'discarded',
  'errored',
  'canceled',
];

/** What was asked of a run, and takes effect later. */
export type RunRequest = 'apply' | 'discard' | 'cancel';

/** A run with its plan, cost estimate and apply. */
export interface RunRecord {
  id: string;
  workspaceId: string;
  configurationVersionId: string;
  planOnly: boolean;
  isDestroy: boolean;
  message: string;
  source: 'tfe-configuration-version' | 'tfe-api';
  status: RunStatus;
  createdAt: string;
  /** By status with hyphens, for example `planned-and-finished-at`. */
  timestamps: Record<string, string>;
  request?: RunRequest;
  plan: {
    id: string;
    status: 'pending' | 'running' | 'finished' | 'errored' | 'canceled';
    counts?: ChangeCounts;
    desired?: DesiredDatabase;
    log: string;
  };
  apply: {
    id: string;
    status:
      | 'pending'
      | 'running'
      | 'finished'
      | 'errored'
      | 'canceled'
      | 'unreachable';
    log: string;
  };
  costEstimate: {
    id: string;
    status: 'pending' | 'finished';
    /** US dollars a month. */
    prior: number;
    proposed: number;
  };
}

/** One output of a state version. */
export interface OutputRecord {
  id: string;
  name: string;
  value: string | number;
  type: string;
  sensitive: boolean;
}

/** A state as it was after a run. */
export interface StateVersionRecord {
  id: string;
  workspaceId: string;
  runId: string;
  serial: number;
  createdAt: string;
  /** Whether outputs and resources have been read out of it yet. */
  processed: boolean;
  resources: number;
  outputs: OutputRecord[];
}

/** Where a workspace's events are sent. */
export interface NotificationRecord {
  id: string;
  workspaceId: string;
  name: string;
  enabled: boolean;
  url: string;
  token: string | undefined;
  triggers: string[];
  createdAt: string;
}

/** A new id as the vendor makes them, for example `ws-9kQ2yGmT4tGcN1aB`. */
export function newId(prefix: string): string {
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789';
  const characters = [...randomBytes(16)].map(
    byte => alphabet[byte % alphabet.length],
  );
  return `${prefix}-${characters.join('')}`;
}

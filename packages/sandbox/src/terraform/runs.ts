import { DesiredDatabase } from './configuration';
import { ChangeCounts } from './plan';
import { PullReference } from './GitHostClient';

/** One project of a pull request at one head. */
export interface ProjectRun {
  directory: string;
  desired?: DesiredDatabase;
  counts?: ChangeCounts;
  planLog: string;
  planError?: string;
  applied: boolean;
  applyLog: string;
  applyError?: string;
}

/** What the runner did for one head of a pull request. */
export interface PullRun extends PullReference {
  head: string;
  phase:
    | 'planning'
    | 'planned'
    | 'plan-failed'
    | 'applying'
    | 'applied'
    | 'apply-failed';
  /** False until the plan's statuses and comment are all with the git host. */
  planReported: boolean;
  /** Whether the plan is to destroy everything (`-- -destroy`). */
  destroys?: boolean;
  /** Whether the apply leaves the pull request unmerged. */
  keepOpen?: boolean;
  projects: ProjectRun[];
}

/** Storage key of a run. */
export function runKey(pull: PullReference, head: string): string {
  return `${pull.owner}/${pull.repo}#${pull.number}@${head}`;
}

/** A pull (or merge) request as the stand-in needs it. */
export interface VcsPull {
  number: number;
  title: string;
  state: 'open' | 'merged' | 'closed';
  /** Commit id of the head. */
  head: string;
  /** Branch that is proposed. */
  branch: string;
  /** Branch it goes into. */
  base: string;
  /** Commit id of the merge, once merged. */
  mergeCommit?: string;
  url: string;
  author: string;
}

/** A commit status to report. */
export interface VcsStatus {
  state: 'pending' | 'success' | 'failure';
  context: string;
  description: string;
  url: string;
}

/** A git host as the stand-in sees it: its REST API and nothing else. */
export interface VcsClient {
  /** Open, merged and closed pull requests, newest first. */
  pulls(identifier: string): Promise<VcsPull[]>;
  /** Paths that a pull request changes, renamed files under both names. */
  changedPaths(identifier: string, number: number): Promise<string[]>;
  /** The `*.tf` files directly in a directory at a commit, content by name. */
  terraformFiles(
    identifier: string,
    directory: string,
    commit: string,
  ): Promise<Record<string, string>>;
  /** The default branch and its newest commit; undefined where we see no such repository. */
  defaultBranch(
    identifier: string,
  ): Promise<{ name: string; commit: string } | undefined>;
  /** Reports on a commit. */
  setStatus(
    identifier: string,
    commit: string,
    status: VcsStatus,
  ): Promise<void>;
}

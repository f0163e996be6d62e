/** The object id that stands for "nothing" in git's plumbing. */
export const ZERO_SHA = '0'.repeat(40);

/** Who made a commit, and when (ISO 8601). */
export interface GitIdentity {
  name: string;
  email: string;
  date: string;
}

/** One entry of a tree. */
export interface TreeEntry {
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  sha: string;
  path: string;
  /** Bytes; absent for trees. */
  size?: number;
}

/** One commit. */
export interface CommitRecord {
  sha: string;
  tree: string;
  parents: string[];
  author: GitIdentity;
  committer: GitIdentity;
  message: string;
}

/** One changed file between two commits. */
export interface FileChange {
  /** Blob id after the change; of the removed blob where it was removed. */
  sha: string;
  path: string;
  previousPath?: string;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  additions: number;
  deletions: number;
  /** Unified diff from the first `@@`; absent for binary files. */
  patch?: string;
}

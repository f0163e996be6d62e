/** A repository as the git host stores it; its content is a bare git repository. */
export interface RepositoryRecord {
  id: number;
  owner: string;
  name: string;
  description: string;
  defaultBranch: string;
  archived: boolean;
  private: boolean;
  /** Whether others can be generated from it. Default no. */
  isTemplate?: boolean;
  /** What it is generated from, while that is still to be copied. */
  filledFrom?: { owner: string; name: string };
  /** ISO 8601 times. */
  createdAt: string;
  updatedAt: string;
  pushedAt: string;
  /** The number that the next pull request gets. */
  nextNumber: number;
  /** GitHub's permissions of teams, by slug. */
  teams?: Record<string, TeamRole>;
}

/** What a team may do in a repository, the least first. */
export const TEAM_ROLES = [
  'pull',
  'triage',
  'push',
  'maintain',
  'admin',
] as const;

/** One of {@link TEAM_ROLES}. */
export type TeamRole = (typeof TEAM_ROLES)[number];

/** A comment below a pull request. */
export interface CommentRecord {
  id: number;
  user: string;
  body: string;
  createdAt: string;
  updatedAt: string;
}

/** One side of a pull request. */
export interface PullSide {
  ref: string;
  sha: string;
}

/** A pull request with what hangs on it. */
export interface PullRecord {
  id: number;
  owner: string;
  repo: string;
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  draft: boolean;
  head: PullSide;
  base: PullSide;
  user: string;
  createdAt: string;
  updatedAt: string;
  closedAt?: string;
  mergedAt?: string;
  mergedBy?: string;
  mergeCommitSha?: string;
  labels: string[];
  assignees: string[];
  requestedReviewers: string[];
  requestedTeams: string[];
  comments: CommentRecord[];
}

/** State of a commit status. */
export type StatusState = 'error' | 'failure' | 'pending' | 'success';

/** One report on a commit. The newest of a context counts. */
export interface StatusRecord {
  id: number;
  context: string;
  state: StatusState;
  description: string | undefined;
  targetUrl: string | undefined;
  creator: string;
  createdAt: string;
}

/** An account of the git host. */
export interface Account {
  login: string;
  id: number;
  name: string;
  /** What the account's token may do in repositories. */
  permission: 'admin' | 'read';
}

/** What happened, told to listeners inside the sandbox and to webhooks. */
export type GitHostEvent =
  | {
      type: 'pull_request';
      action: 'opened' | 'synchronize' | 'closed' | 'reopened' | 'edited';
      pull: PullRecord;
      sender: string;
    }
  | {
      type: 'issue_comment';
      action: 'created';
      pull: PullRecord;
      comment: CommentRecord;
      sender: string;
    }
  | {
      type: 'status';
      repository: RepositoryRecord;
      sha: string;
      status: StatusRecord;
      sender: string;
    };

/** Tokens of the git host and the accounts they belong to. */
export const TOKENS: Record<string, Account> = {
  'sandbox-github-token': {
    login: 'self-service-bot',
    id: 101,
    name: 'Self-Service',
    permission: 'admin',
  },
  'sandbox-github-readonly': {
    login: 'self-service-reader',
    id: 102,
    name: 'Self-Service (read only)',
    permission: 'read',
  },
  'sandbox-atlantis-token': {
    login: 'atlantis',
    id: 103,
    name: 'Atlantis',
    permission: 'admin',
  },
};

/** The person who uses the git host's web pages. */
export const WEB_ACCOUNT: Account = {
  login: 'maintainer',
  id: 104,
  name: 'Maintainer',
  permission: 'admin',
};

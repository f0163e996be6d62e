/** A group, or one within another. */
export interface GroupRecord {
  id: number;
  /** All of its path, for example `myorg/platform`. */
  fullPath: string;
}

/** Who can see a project. */
export type Visibility = 'private' | 'internal' | 'public';

/** A project as the git host stores it; its content is a bare git repository. */
export interface ProjectRecord {
  id: number;
  /** All of its group's path. */
  namespace: string;
  path: string;
  name: string;
  description: string;
  defaultBranch: string;
  visibility: Visibility;
  archived: boolean;
  /** False until the repository is there, some time after the creation. */
  ready: boolean;
  /** Whether that repository begins with a README. */
  withReadme: boolean;
  /** User name. */
  creator: string;
  /** Date on which it was marked for deletion, `2026-01-02`. */
  markedForDeletionOn?: string;
  /** ISO 8601. */
  createdAt: string;
  lastActivityAt: string;
  /** The `iid` that the next merge request gets. */
  nextIid: number;
  /** Groups that it is shared with. */
  shares?: ShareRecord[];
}

/** What a group may do in a project that does not lie in it. */
export interface ShareRecord {
  id: number;
  groupId: number;
  /** Access level: 10 guest, 20 reporter, 30 developer, 40 maintainer. */
  access: number;
}

/** A note on a merge request. */
export interface NoteRecord {
  id: number;
  body: string;
  author: string;
  /** Whether GitLab itself wrote it. */
  system: boolean;
  createdAt: string;
  updatedAt: string;
}

/** A merge request with its notes. */
export interface MergeRequestRecord {
  id: number;
  projectId: number;
  iid: number;
  title: string;
  description: string;
  state: 'opened' | 'closed' | 'merged';
  sourceBranch: string;
  targetBranch: string;
  /** Head of the source branch; the last one, once that is gone. */
  sha: string;
  /** What the target branch was at, at the creation or the merge. */
  baseSha: string;
  author: string;
  createdAt: string;
  updatedAt: string;
  /** Milliseconds since the epoch; before that nothing is merged. */
  preparedAt: number;
  closedAt?: string;
  mergedAt?: string;
  mergedBy?: string;
  mergeCommitSha?: string;
  notes: NoteRecord[];
}

/** States that a commit status can be set to. */
export const STATUS_STATES = [
  'pending',
  'running',
  'success',
  'failed',
  'canceled',
  'skipped',
] as const;

/** State of a commit status. */
export type StatusState = (typeof STATUS_STATES)[number];

/** One job of somebody else's, reported on a commit. */
export interface StatusRecord {
  id: number;
  name: string;
  state: StatusState;
  ref: string;
  description?: string;
  targetUrl?: string;
  author: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
}

/** The reports on one commit, which GitLab keeps in a pipeline. */
export interface PipelineRecord {
  id: number;
  iid: number;
  projectId: number;
  sha: string;
  createdAt: string;
  updatedAt: string;
  statuses: StatusRecord[];
}

/** Where events of a project or a group are sent. */
export interface HookRecord {
  id: number;
  /** Which it hangs on. */
  owner: { projectId: number } | { group: string };
  url: string;
  /** Sent as it is, in `X-Gitlab-Token`. */
  token?: string;
  /** Key of `webhook-signature`: `whsec_` and base64. */
  signingToken?: string;
  pushEvents: boolean;
  mergeRequestsEvents: boolean;
  pipelineEvents: boolean;
  noteEvents: boolean;
  createdAt: string;
}

/** An account of the git host. */
export interface Account {
  username: string;
  id: number;
  name: string;
  /** Of its token. */
  scopes: string[];
}

/** What happened, told to webhooks. */
export type GitLabEvent =
  | {
      type: 'merge_request';
      action: 'open' | 'close' | 'reopen' | 'update' | 'merge';
      mergeRequest: MergeRequestRecord;
      /** The head before, where that moved. */
      oldSha?: string;
      sender: string;
    }
  | {
      type: 'note';
      mergeRequest: MergeRequestRecord;
      note: NoteRecord;
      sender: string;
    }
  | {
      type: 'pipeline';
      project: ProjectRecord;
      pipeline: PipelineRecord;
      sender: string;
    }
  | {
      type: 'push';
      project: ProjectRecord;
      branch: string;
      /** Zeros where the branch is new or gone. */
      before: string;
      after: string;
      sender: string;
    };

/** Tokens of the git host and the accounts they belong to. */
export const TOKENS: Record<string, Account> = {
  'sandbox-gitlab-token': {
    username: 'self-service-bot',
    id: 201,
    name: 'Self-Service',
    scopes: ['api'],
  },
  'sandbox-gitlab-readonly': {
    username: 'self-service-reader',
    id: 202,
    name: 'Self-Service (read only)',
    scopes: ['read_api'],
  },
  'sandbox-hcp-gitlab-token': {
    username: 'hcp-terraform',
    id: 203,
    name: 'HCP Terraform',
    scopes: ['api'],
  },
};

/** HCP Terraform's token, which no fault hits. */
export const RUNNER_TOKEN = 'sandbox-hcp-gitlab-token';

/** The person who uses the git host's web pages. */
export const WEB_ACCOUNT: Account = {
  username: 'maintainer',
  id: 204,
  name: 'Maintainer',
  scopes: ['api'],
};

/** The account of a user name; of people that we do not know, a made-up one. */
export function accountNamed(username: string): Account {
  const known = [...Object.values(TOKENS), WEB_ACCOUNT].find(
    account => account.username === username,
  );
  return known ?? { username, id: 299, name: username, scopes: [] };
}

import {
  CommitStatus,
  PullRequest,
  PullRequestComment,
  readBodyMarker,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';

/*
 * The parts of GitLab's answers that we read
 * (https://docs.gitlab.com/api/api_resources/, REST v4).
 */

export const projectAnswer = z.object({
  id: z.number(),
  path_with_namespace: z.string(),
  description: z.string().nullish(),
  web_url: z.string(),
  http_url_to_repo: z.string(),
  /** None while the repository is empty. */
  default_branch: z.string().nullish(),
  archived: z.boolean(),
  created_at: z.string(),
  open_issues_count: z.number().nullish(),
  /** Since 18.0 also `marked_for_deletion_on`, which means the same. */
  marked_for_deletion_at: z.string().nullish(),
  marked_for_deletion_on: z.string().nullish(),
});

/** Of a project: the groups that it is shared with, whom the account may see. */
export const sharedProjectAnswer = z.object({
  shared_with_groups: z.array(
    z.object({
      group_id: z.number(),
      group_full_path: z.string(),
      group_access_level: z.number(),
      /** A date. */
      expires_at: z.string().nullish(),
    }),
  ),
});

export const groupAnswer = z.object({ id: z.number() });

export const groupLinkAnswer = z.object({
  group_id: z.number(),
  group_access: z.number(),
});

export const namespaceAnswer = z.object({ id: z.number() });

export const commitAnswer = z.object({
  id: z.string(),
  message: z.string(),
  parent_ids: z.array(z.string()),
});

/** Of a commit that is shown to people. */
export const shownCommitAnswer = commitAnswer.extend({ web_url: z.string() });

export const branchAnswer = z.object({
  name: z.string(),
  default: z.boolean(),
  commit: commitAnswer,
});

export const treeEntryAnswer = z.object({
  id: z.string(),
  type: z.string(),
  path: z.string(),
  mode: z.string(),
});

export const diffAnswer = z.object({
  old_path: z.string(),
  new_path: z.string(),
});

export const mergeRequestAnswer = z.object({
  iid: z.number(),
  web_url: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  /** `locked` for the moment in which it is merged. */
  state: z.enum(['opened', 'closed', 'locked', 'merged']),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.number().nullish(),
  target_project_id: z.number(),
  /** None of one without commits. */
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
  /** Since 15.6. */
  detailed_merge_status: z.string().nullish(),
  /** Of a single one. */
  diff_refs: z.object({ base_sha: z.string() }).nullish(),
});

export type MergeRequestAnswer = z.infer<typeof mergeRequestAnswer>;

export const statusAnswer = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
  created_at: z.string(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
});

export const noteAnswer = z.object({
  id: z.number(),
  body: z.string(),
  author: z.object({ username: z.string() }).nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Written by GitLab itself. */
  system: z.boolean(),
});

/** An answer of which nothing is read: 202 and 204. */
export const acceptedAnswer = z.union([
  z.undefined(),
  z.object({ message: z.string() }),
]);

/** GitLab's merge request as the port has it. */
export function toPullRequest(
  repository: Repository,
  answer: MergeRequestAnswer,
): PullRequest {
  const { state } = answer;
  return {
    repository,
    number: answer.iid,
    url: answer.web_url,
    title: answer.title,
    state: state === 'merged' || state === 'closed' ? state : 'open',
    head: { branch: answer.source_branch, commit: answer.sha ?? '' },
    base: answer.target_branch,
    // A project that merges by fast-forward has neither commit.
    mergeCommit:
      state === 'merged'
        ? answer.merge_commit_sha ??
          answer.squash_commit_sha ??
          answer.sha ??
          undefined
        : undefined,
    openedBy: readBodyMarker(answer.description ?? ''),
  };
}

/** What is neither over nor known to us is under way. */
const STATES: Record<string, CommitStatus['state']> = {
  success: 'success',
  skipped: 'success',
  failed: 'failure',
  canceled: 'error',
  canceling: 'error',
};

/** GitLab's commit status as the port has it. */
export function toStatus(answer: z.infer<typeof statusAnswer>): CommitStatus {
  return {
    context: answer.name,
    state: STATES[answer.status] ?? 'pending',
    description: answer.description ?? undefined,
    url: answer.target_url ?? undefined,
    updatedAt: answer.finished_at ?? answer.started_at ?? answer.created_at,
  };
}

/** GitLab's note as the port has it. */
export function toComment(
  mergeRequestUrl: string,
  answer: z.infer<typeof noteAnswer>,
): PullRequestComment {
  return {
    url: `${mergeRequestUrl}#note_${answer.id}`,
    // GitLab shows the notes of deleted accounts as the user ghost's.
    author: answer.author?.username ?? 'ghost',
    body: unescapeQuickActions(answer.body),
    createdAt: answer.created_at,
  };
}

/**
 * Keeps a text from being taken for commands: GitLab carries out lines such as
 * `/merge` in descriptions and notes, with the rights of who wrote them
 * (https://docs.gitlab.com/user/project/quick_actions/).
 */
export function escapeQuickActions(text: string): string {
  return text.replace(/^([ \t]*)\//gm, '$1\\/');
}

function unescapeQuickActions(text: string): string {
  return text.replace(/^([ \t]*)\\\//gm, '$1/');
}

import {
  PullRequest,
  readBodyMarker,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';

/*
 * The parts of GitHub's answers that we read
 * (https://docs.github.com/en/rest, version 2022-11-28).
 */

export const repositoryAnswer = z.object({
  html_url: z.string(),
  clone_url: z.string(),
  default_branch: z.string(),
  archived: z.boolean(),
  description: z.string().nullish(),
  visibility: z.string().nullish(),
  open_issues_count: z.number(),
  created_at: z.string().nullish(),
  /** Of the last push to any branch; none of an empty one. */
  pushed_at: z.string().nullish(),
  /** Shown to those who may write. */
  allow_merge_commit: z.boolean().nullish(),
  allow_squash_merge: z.boolean().nullish(),
  allow_rebase_merge: z.boolean().nullish(),
});

export const defaultBranchAnswer = z.object({ default_branch: z.string() });

/** Of a tree: modes as git has them, `160000` is a submodule. */
export const treeAnswer = z.object({
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string(),
      sha: z.string(),
    }),
  ),
  truncated: z.boolean(),
});

/** A file that a pull request changes. */
export const changedFileAnswer = z.object({
  filename: z.string(),
  status: z.string(),
  previous_filename: z.string().optional(),
});

export const referenceAnswer = z.object({
  object: z.object({ sha: z.string() }),
});

/** What lies in a directory; or, of a file, its content. */
export const contentsAnswer = z.union([
  z.array(z.object({ type: z.string(), path: z.string() })),
  z.object({ type: z.string() }),
]);

/** An answer without a body: 204. */
export const emptyAnswer = z.union([z.undefined(), z.literal('')]);

export const mergeAnswer = z.object({ merged: z.literal(true) });

export const objectAnswer = z.object({ sha: z.string() });

export const commitAnswer = z.object({
  sha: z.string(),
  message: z.string(),
  tree: z.object({ sha: z.string() }),
  parents: z.array(z.object({ sha: z.string() })),
});

/** Of a commit that was made just now. */
export const newCommitAnswer = objectAnswer.extend({ html_url: z.string() });

/** Of a commit in a list. */
export const listedCommitAnswer = newCommitAnswer.extend({
  commit: z.object({
    message: z.string(),
    tree: z.object({ sha: z.string() }),
  }),
});

export const pullRequestAnswer = z.object({
  number: z.number(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({
    ref: z.string(),
    sha: z.string(),
    /** Gone where a fork was deleted. */
    repo: z.object({ full_name: z.string() }).nullish(),
  }),
  base: z.object({ ref: z.string() }),
});

export const statusAnswer = z.object({
  context: z.string(),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
  updated_at: z.string(),
});

export const commentAnswer = z.object({
  html_url: z.string(),
  body: z.string().nullish(),
  created_at: z.string(),
  user: z.object({ login: z.string() }).nullish(),
});

/** Of a team in a repository; `permission` may be a role of its own. */
export const teamAnswer = z.object({
  slug: z.string(),
  permission: z.string(),
  permissions: z.record(z.string(), z.boolean()).optional(),
  /** Newer than some servers: how the team came by it. */
  access_source: z.string().optional(),
});

/** GitHub's pull request as the port has it. */
export function toPullRequest(
  repository: Repository,
  answer: z.infer<typeof pullRequestAnswer>,
): PullRequest {
  const merged = Boolean(answer.merged_at);
  return {
    repository,
    number: answer.number,
    url: answer.html_url,
    title: answer.title,
    state: merged ? 'merged' : answer.state,
    head: { branch: answer.head.ref, commit: answer.head.sha },
    base: answer.base.ref,
    // GitHub also fills it with a test merge while the request is open.
    mergeCommit: merged ? answer.merge_commit_sha ?? undefined : undefined,
    openedBy: readBodyMarker(answer.body ?? ''),
  };
}

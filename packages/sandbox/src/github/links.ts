import { TOKENS, WEB_ACCOUNT } from './model';

/** Addresses below a user's, by field. */
export const USER_LINKS = {
  events_url: '/events{/privacy}',
  followers_url: '/followers',
  following_url: '/following{/other_user}',
  gists_url: '/gists{/gist_id}',
  organizations_url: '/orgs',
  received_events_url: '/received_events',
  repos_url: '/repos',
  starred_url: '/starred{/owner}{/repo}',
  subscriptions_url: '/subscriptions',
};

/** Addresses below a repository's, by field. */
export const REPOSITORY_LINKS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** `verification` of a commit without a signature. */
export const UNVERIFIED = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
};

/** An opaque id in the style of GitHub's `node_id`. */
export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`;
}

/** True when the account of that login may write to repositories. */
export function mayWrite(login: string): boolean {
  return [...Object.values(TOKENS), WEB_ACCOUNT].some(
    account => account.login === login && account.permission === 'admin',
  );
}

/** The id of an account or another thing known by name. */
export function accountId(login: string): number {
  const known = [...Object.values(TOKENS), WEB_ACCOUNT].find(
    account => account.login === login,
  );
  return (
    known?.id ??
    [...login].reduce(
      (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007,
      7,
    )
  );
}

/** Puts a prefix before every address of a list. */
export function withPrefix<T extends Record<string, string>>(
  prefix: string,
  links: T,
) {
  return Object.fromEntries(
    Object.entries(links).map(([name, path]) => [name, `${prefix}${path}`]),
  ) as T;
}

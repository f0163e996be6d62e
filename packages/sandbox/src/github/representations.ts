import { CommitRecord, FileChange } from './git/model';
import {
  Account,
  CommentRecord,
  PullRecord,
  RepositoryRecord,
  StatusRecord,
  TOKENS,
  WEB_ACCOUNT,
} from './model';
import { Mergeability } from './PullRequests';

const USER_LINKS = {
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

const REPOSITORY_LINKS = {
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

/**
 * Writes records as GitHub's REST API shows them.
 *
 * @remarks
 * Field names and types follow `@octokit/openapi`, against which the tests
 * validate every answer. `null` is used where that description asks for it.
 */
export class Representations {
  /**
   * @param api - REST base URL, ending in `/api/v3`
   * @param web - base URL of the pages
   */
  constructor(readonly api: string, readonly web: string) {}

  /** REST URL of a repository. */
  repositoryUrl(owner: string, name: string): string {
    return `${this.api}/repos/${owner}/${name}`;
  }

  /** Page of a pull request. */
  pullPage(pull: PullRecord): string {
    return `${this.web}/${pull.owner}/${pull.repo}/pull/${pull.number}`;
  }

  /** `simple-user` */
  user(login: string, type: 'User' | 'Organization' = 'User') {
    const url = `${this.api}/users/${login}`;
    return {
      login,
      id: accountId(login),
      node_id: nodeId('U', accountId(login)),
      avatar_url: `${this.web}/avatars/${login}`,
      gravatar_id: '',
      url,
      html_url: `${this.web}/${login}`,
      ...withPrefix(url, USER_LINKS),
      type,
      site_admin: false,
    };
  }

  /** `public-user`, what `GET /user` answers to a token without the user scope. */
  authenticatedUser(account: Account) {
    return {
      ...this.user(account.login),
      name: account.name,
      company: null,
      blog: '',
      location: null,
      email: `${account.login}@example.com`,
      hireable: null,
      bio: null,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
    };
  }

  /** `minimal-repository` */
  minimalRepository(record: RepositoryRecord) {
    const url = this.repositoryUrl(record.owner, record.name);
    return {
      id: record.id,
      node_id: nodeId('R', record.id),
      name: record.name,
      full_name: `${record.owner}/${record.name}`,
      private: record.private,
      owner: this.user(record.owner, 'Organization'),
      html_url: `${this.web}/${record.owner}/${record.name}`,
      description: record.description,
      fork: false,
      url,
      ...withPrefix(url, REPOSITORY_LINKS),
    };
  }

  /** `repository` and `full-repository` */
  repository(record: RepositoryRecord, account: Account, openIssues: number) {
    const path = `${record.owner}/${record.name}`;
    const writes = account.permission === 'admin';
    return {
      ...this.minimalRepository(record),
      clone_url: `${this.web}/${path}.git`,
      git_url: `git://localhost/${path}.git`,
      ssh_url: `git@localhost:${path}.git`,
      svn_url: `${this.web}/${path}`,
      mirror_url: null,
      homepage: null,
      language: 'HCL',
      license: null,
      default_branch: record.defaultBranch,
      archived: record.archived,
      disabled: false,
      visibility: record.private ? 'private' : 'public',
      has_issues: true,
      has_projects: false,
      has_wiki: false,
      has_pages: false,
      has_discussions: false,
      has_downloads: false,
      is_template: false,
      allow_forking: false,
      web_commit_signoff_required: false,
      topics: [],
      forks: 0,
      forks_count: 0,
      open_issues: openIssues,
      open_issues_count: openIssues,
      watchers: 0,
      watchers_count: 0,
      stargazers_count: 0,
      network_count: 0,
      subscribers_count: 0,
      size: 1,
      created_at: record.createdAt,
      updated_at: record.updatedAt,
      pushed_at: record.pushedAt,
      allow_merge_commit: true,
      allow_squash_merge: true,
      allow_rebase_merge: false,
      permissions: {
        admin: writes,
        maintain: writes,
        push: writes,
        triage: writes,
        pull: true,
      },
    };
  }

  /** `pull-request-simple`, as lists show it. */
  pullSimple(pull: PullRecord, record: RepositoryRecord, account: Account) {
    const repositoryUrl = this.repositoryUrl(pull.owner, pull.repo);
    const url = `${repositoryUrl}/pulls/${pull.number}`;
    const issueUrl = `${repositoryUrl}/issues/${pull.number}`;
    const page = this.pullPage(pull);
    const statusesUrl = `${repositoryUrl}/statuses/${pull.head.sha}`;
    const repository = this.repository(record, account, 0);
    const side = ({ ref, sha }: { ref: string; sha: string }) => ({
      label: `${pull.owner}:${ref}`,
      ref,
      sha,
      user: this.user(pull.owner, 'Organization'),
      repo: repository,
    });
    return {
      url,
      id: pull.id,
      node_id: nodeId('PR', pull.id),
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      issue_url: issueUrl,
      number: pull.number,
      state: pull.state,
      locked: false,
      title: pull.title,
      user: this.user(pull.user),
      body: pull.body,
      created_at: pull.createdAt,
      updated_at: pull.updatedAt,
      closed_at: pull.closedAt ?? null,
      merged_at: pull.mergedAt ?? null,
      merge_commit_sha: pull.mergeCommitSha ?? null,
      assignee: pull.assignees[0] ? this.user(pull.assignees[0]) : null,
      assignees: pull.assignees.map(login => this.user(login)),
      requested_reviewers: pull.requestedReviewers.map(login =>
        this.user(login),
      ),
      requested_teams: pull.requestedTeams.map(slug =>
        this.team(pull.owner, slug),
      ),
      labels: pull.labels.map(name => this.label(repositoryUrl, name)),
      milestone: null,
      draft: pull.draft,
      commits_url: `${url}/commits`,
      review_comments_url: `${url}/comments`,
      review_comment_url: `${repositoryUrl}/pulls/comments{/number}`,
      comments_url: `${issueUrl}/comments`,
      statuses_url: statusesUrl,
      head: side(pull.head),
      base: side(pull.base),
      author_association: 'MEMBER',
      auto_merge: null,
      _links: {
        self: { href: url },
        html: { href: page },
        issue: { href: issueUrl },
        comments: { href: `${issueUrl}/comments` },
        review_comments: { href: `${url}/comments` },
        review_comment: { href: `${repositoryUrl}/pulls/comments{/number}` },
        commits: { href: `${url}/commits` },
        statuses: { href: statusesUrl },
      },
    };
  }

  /** `pull-request` */
  pull(
    pull: PullRecord,
    record: RepositoryRecord,
    account: Account,
    details: {
      files: FileChange[];
      commits: number;
      mergeability: Mergeability;
    },
  ) {
    const { files, commits, mergeability } = details;
    return {
      ...this.pullSimple(pull, record, account),
      merged: Boolean(pull.mergedAt),
      mergeable: pull.state === 'open' ? mergeability.mergeable : null,
      rebaseable: pull.state === 'open' ? mergeability.mergeable : null,
      mergeable_state: mergeability.state,
      merged_by: pull.mergedBy ? this.user(pull.mergedBy) : null,
      comments: pull.comments.length,
      review_comments: 0,
      maintainer_can_modify: false,
      commits,
      additions: files.reduce((sum, file) => sum + file.additions, 0),
      deletions: files.reduce((sum, file) => sum + file.deletions, 0),
      changed_files: files.length,
    };
  }

  /** `team-simple` */
  team(owner: string, slug: string) {
    const id = accountId(slug);
    const url = `${this.api}/organizations/${accountId(owner)}/team/${id}`;
    return {
      id,
      node_id: nodeId('T', id),
      url,
      html_url: `${this.web}/orgs/${owner}/teams/${slug}`,
      name: slug,
      slug,
      description: null,
      permission: 'push',
      privacy: 'closed',
      type: 'organization',
      organization_id: accountId(owner),
      notification_setting: 'notifications_enabled',
      members_url: `${url}/members{/member}`,
      repositories_url: `${url}/repos`,
      parent: null,
    };
  }

  /** `label` */
  label(repositoryUrl: string, name: string) {
    return {
      id: accountId(name),
      node_id: nodeId('LA', accountId(name)),
      url: `${repositoryUrl}/labels/${encodeURIComponent(name)}`,
      name,
      description: null,
      color: 'ededed',
      default: false,
    };
  }

  /** `issue`, the part of it that a pull request has; what adding assignees answers. */
  issue(pull: PullRecord) {
    const repositoryUrl = this.repositoryUrl(pull.owner, pull.repo);
    const url = `${repositoryUrl}/issues/${pull.number}`;
    return {
      id: pull.id,
      node_id: nodeId('PR', pull.id),
      url,
      repository_url: repositoryUrl,
      labels_url: `${url}/labels{/name}`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url: this.pullPage(pull),
      number: pull.number,
      state: pull.state,
      title: pull.title,
      body: pull.body,
      user: this.user(pull.user),
      labels: pull.labels.map(name => this.label(repositoryUrl, name)),
      assignee: pull.assignees[0] ? this.user(pull.assignees[0]) : null,
      assignees: pull.assignees.map(login => this.user(login)),
      milestone: null,
      locked: false,
      comments: pull.comments.length,
      author_association: 'MEMBER',
      closed_at: pull.closedAt ?? null,
      created_at: pull.createdAt,
      updated_at: pull.updatedAt,
      pull_request: {
        url: `${repositoryUrl}/pulls/${pull.number}`,
        html_url: this.pullPage(pull),
        diff_url: `${this.pullPage(pull)}.diff`,
        patch_url: `${this.pullPage(pull)}.patch`,
      },
    };
  }

  /** `issue-comment` */
  comment(pull: PullRecord, comment: CommentRecord) {
    const repositoryUrl = this.repositoryUrl(pull.owner, pull.repo);
    return {
      id: comment.id,
      node_id: nodeId('IC', comment.id),
      url: `${repositoryUrl}/issues/comments/${comment.id}`,
      html_url: `${this.pullPage(pull)}#issuecomment-${comment.id}`,
      issue_url: `${repositoryUrl}/issues/${pull.number}`,
      body: comment.body,
      user: this.user(comment.user),
      created_at: comment.createdAt,
      updated_at: comment.updatedAt,
      author_association: mayWrite(comment.user) ? 'MEMBER' : 'NONE',
    };
  }

  /** `status`; without the creator it is `simple-commit-status`. */
  status(record: RepositoryRecord, sha: string, status: StatusRecord) {
    return {
      url: `${this.repositoryUrl(record.owner, record.name)}/statuses/${sha}`,
      avatar_url: `${this.web}/avatars/${status.creator}`,
      id: status.id,
      node_id: nodeId('SC', status.id),
      state: status.state,
      description: status.description ?? null,
      target_url: status.targetUrl ?? null,
      context: status.context,
      created_at: status.createdAt,
      updated_at: status.createdAt,
      creator: this.user(status.creator),
    };
  }

  /** `git-commit` */
  gitCommit(record: RepositoryRecord, commit: CommitRecord) {
    const url = this.repositoryUrl(record.owner, record.name);
    const page = `${this.web}/${record.owner}/${record.name}`;
    return {
      sha: commit.sha,
      node_id: nodeId('C', record.id),
      url: `${url}/git/commits/${commit.sha}`,
      html_url: `${page}/commit/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      parents: commit.parents.map(sha => ({
        sha,
        url: `${url}/git/commits/${sha}`,
        html_url: `${page}/commit/${sha}`,
      })),
      verification: UNVERIFIED,
    };
  }

  /** `commit` */
  commit(record: RepositoryRecord, commit: CommitRecord) {
    const url = this.repositoryUrl(record.owner, record.name);
    const page = `${this.web}/${record.owner}/${record.name}`;
    const self = `${url}/commits/${commit.sha}`;
    return {
      sha: commit.sha,
      node_id: nodeId('C', record.id),
      url: self,
      html_url: `${page}/commit/${commit.sha}`,
      comments_url: `${self}/comments`,
      commit: {
        url: `${url}/git/commits/${commit.sha}`,
        author: commit.author,
        committer: commit.committer,
        message: commit.message,
        comment_count: 0,
        tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
        verification: UNVERIFIED,
      },
      author: null,
      committer: null,
      parents: commit.parents.map(sha => ({
        sha,
        url: `${url}/commits/${sha}`,
        html_url: `${page}/commit/${sha}`,
      })),
    };
  }

  /** `diff-entry` */
  file(record: RepositoryRecord, head: string, file: FileChange) {
    const url = this.repositoryUrl(record.owner, record.name);
    const page = `${this.web}/${record.owner}/${record.name}`;
    return {
      sha: file.sha,
      filename: file.path,
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      changes: file.additions + file.deletions,
      blob_url: `${page}/blob/${head}/${file.path}`,
      raw_url: `${page}/raw/${head}/${file.path}`,
      contents_url: `${url}/contents/${encodeURI(file.path)}?ref=${head}`,
      ...(file.patch === undefined ? {} : { patch: file.patch }),
      ...(file.previousPath ? { previous_filename: file.previousPath } : {}),
    };
  }

  /** `git-ref` */
  ref(record: RepositoryRecord, name: string, sha: string) {
    const url = this.repositoryUrl(record.owner, record.name);
    return {
      ref: name,
      node_id: nodeId('REF', record.id),
      url: `${url}/git/${name}`,
      object: { type: 'commit', sha, url: `${url}/git/commits/${sha}` },
    };
  }
}

const UNVERIFIED = {
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

function accountId(login: string): number {
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

function withPrefix<T extends Record<string, string>>(
  prefix: string,
  links: T,
) {
  return Object.fromEntries(
    Object.entries(links).map(([name, path]) => [name, `${prefix}${path}`]),
  ) as T;
}

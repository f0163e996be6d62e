import { CommitRecord, FileChange } from '../git/model';
import {
  accountId,
  nodeId,
  REPOSITORY_LINKS,
  UNVERIFIED,
  USER_LINKS,
  withPrefix,
} from './links';
import { Account, RepositoryRecord, StatusRecord } from './model';

/**
 * Writes accounts, repositories and commits as GitHub's REST API shows them.
 *
 * @remarks
 * Field names and types follow `@octokit/openapi`, against which the tests
 * validate every answer. `null` is used where that description asks for it.
 */
export class RepositoryRepresentations {
  /**
   * @param api - REST base URL, ending in `/api/v3`
   * @param web - base URL of the pages
   */
  constructor(readonly api: string, readonly web: string) {}

  /** REST URL of a repository. */
  repositoryUrl(owner: string, name: string): string {
    return `${this.api}/repos/${owner}/${name}`;
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
      is_template: record.isTemplate ?? false,
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

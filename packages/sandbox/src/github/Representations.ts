import { FileChange } from '../git/model';
import { accountId, mayWrite, nodeId } from './links';
import { Account, CommentRecord, PullRecord, RepositoryRecord } from './model';
import { Mergeability } from './PullRequests';
import { RepositoryRepresentations } from './RepositoryRepresentations';

/** Writes pull requests too, and what hangs on them. */
export class Representations extends RepositoryRepresentations {
  /** Page of a pull request. */
  pullPage(pull: PullRecord): string {
    return `${this.web}/${pull.owner}/${pull.repo}/pull/${pull.number}`;
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
}

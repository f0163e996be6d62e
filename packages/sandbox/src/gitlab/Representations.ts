import { CommitRecord, FileChange } from '../git/model';
import { fullPathOf } from './GitLabHost';
import { MergeStatus } from './MergeRequests';
import {
  accountNamed,
  GroupRecord,
  HookRecord,
  MergeRequestRecord,
  NoteRecord,
  PipelineRecord,
  ProjectRecord,
  ShareRecord,
  StatusRecord,
} from './model';
import { stateOfPipeline } from './Pipelines';

/**
 * Writes what the git host holds as GitLab's REST API shows it.
 *
 * @remarks
 * Field names and types follow the examples and the OpenAPI description of
 * GitLab's documentation (`doc/api`). `null` is used where GitLab does.
 */
export class Representations {
  /** @param web - address of the git host, without a slash at the end */
  constructor(readonly web: string) {}

  /** The page of a project. */
  projectUrl(project: ProjectRecord): string {
    return `${this.web}/${fullPathOf(project)}`;
  }

  /** `UserBasic` */
  user(username: string) {
    const { id, name } = accountNamed(username);
    return {
      id,
      username,
      name,
      state: 'active',
      locked: false,
      avatar_url: `${this.web}/avatars/${username}.png`,
      web_url: `${this.web}/${username}`,
    };
  }

  /** `Namespace`, of a group */
  namespace({ id, fullPath }: GroupRecord) {
    const path = fullPath.split('/').pop()!;
    return {
      id,
      name: path,
      path,
      kind: 'group',
      full_path: fullPath,
      parent_id: null as number | null,
      avatar_url: null,
      web_url: `${this.web}/groups/${fullPath}`,
    };
  }

  /** `Group`, without its projects */
  group(group: GroupRecord) {
    const { kind: _, ...namespace } = this.namespace(group);
    return {
      ...namespace,
      description: '',
      visibility: 'private',
      full_name: group.fullPath.split('/').join(' / '),
      share_with_group_lock: false,
      created_at: '2026-01-01T00:00:00.000Z',
    };
  }

  /** `ProjectGroupLink` */
  groupLink(project: ProjectRecord, share: ShareRecord) {
    return {
      id: share.id,
      project_id: project.id,
      group_id: share.groupId,
      group_access: share.access,
      expires_at: null,
    };
  }

  /** `Project` */
  project(
    project: ProjectRecord,
    group: GroupRecord,
    facts: {
      empty: boolean;
      openRequests: number;
      shares: { group: GroupRecord; access: number }[];
    },
  ) {
    const fullPath = fullPathOf(project);
    const url = this.projectUrl(project);
    const self = `${this.web}/api/v4/projects/${project.id}`;
    return {
      id: project.id,
      description: project.description,
      name: project.name,
      name_with_namespace: `${project.namespace.split('/').join(' / ')} / ${
        project.name
      }`,
      path: project.path,
      path_with_namespace: fullPath,
      created_at: project.createdAt,
      default_branch: facts.empty ? null : project.defaultBranch,
      tag_list: [],
      topics: [],
      ssh_url_to_repo: `git@localhost:${fullPath}.git`,
      http_url_to_repo: `${url}.git`,
      web_url: url,
      readme_url: null,
      forks_count: 0,
      avatar_url: null,
      star_count: 0,
      last_activity_at: project.lastActivityAt,
      visibility: project.visibility,
      namespace: this.namespace(group),
      _links: {
        self,
        merge_requests: `${self}/merge_requests`,
        repo_branches: `${self}/repository/branches`,
        labels: `${self}/labels`,
        events: `${self}/events`,
        members: `${self}/members`,
      },
      empty_repo: facts.empty,
      archived: project.archived,
      creator_id: accountNamed(project.creator).id,
      import_status: 'none',
      open_issues_count: 0,
      issues_enabled: true,
      merge_requests_enabled: true,
      merge_method: 'merge',
      squash_option: 'default_off',
      remove_source_branch_after_merge: true,
      marked_for_deletion_on: project.markedForDeletionOn ?? null,
      shared_with_groups: facts.shares.map(share => ({
        group_id: share.group.id,
        group_name: this.namespace(share.group).name,
        group_full_path: share.group.fullPath,
        group_access_level: share.access,
        expires_at: null,
      })),
      permissions: {
        project_access: null,
        group_access: { access_level: 50, notification_level: 3 },
      },
    };
  }

  /** `Commit`; with `detail` as a single one is shown */
  commit(project: ProjectRecord, commit: CommitRecord) {
    const [title] = commit.message.split('\n');
    return {
      id: commit.sha,
      short_id: commit.sha.slice(0, 8),
      created_at: commit.committer.date,
      parent_ids: commit.parents,
      title,
      message: commit.message,
      author_name: commit.author.name,
      author_email: commit.author.email,
      authored_date: commit.author.date,
      committer_name: commit.committer.name,
      committer_email: commit.committer.email,
      committed_date: commit.committer.date,
      trailers: {},
      extended_trailers: {},
      web_url: `${this.projectUrl(project)}/-/commit/${commit.sha}`,
    };
  }

  /** `Branch` */
  branch(project: ProjectRecord, name: string, commit: CommitRecord) {
    const isDefault = name === project.defaultBranch;
    return {
      name,
      commit: this.commit(project, commit),
      merged: false,
      protected: isDefault,
      developers_can_push: false,
      developers_can_merge: false,
      can_push: true,
      default: isDefault,
      web_url: `${this.projectUrl(project)}/-/tree/${name}`,
    };
  }

  /** `Diff` */
  diff(change: FileChange) {
    return {
      old_path: change.previousPath ?? change.path,
      new_path: change.path,
      a_mode: change.status === 'added' ? '0' : '100644',
      b_mode: change.status === 'removed' ? '0' : '100644',
      new_file: change.status === 'added',
      renamed_file: change.status === 'renamed',
      deleted_file: change.status === 'removed',
      generated_file: false,
      collapsed: false,
      too_large: false,
      diff: change.patch ? `${change.patch}\n` : '',
    };
  }

  /** `MergeRequest` */
  mergeRequest(
    request: MergeRequestRecord,
    project: ProjectRecord,
    facts: {
      status: MergeStatus;
      base: string;
      pipeline?: PipelineRecord;
    },
  ) {
    const mergedBy = request.mergedBy ? this.user(request.mergedBy) : null;
    return {
      id: request.id,
      iid: request.iid,
      project_id: project.id,
      title: request.title,
      description: request.description,
      state: request.state,
      created_at: request.createdAt,
      updated_at: request.updatedAt,
      merged_by: mergedBy,
      merge_user: mergedBy,
      merged_at: request.mergedAt ?? null,
      closed_by: null,
      closed_at: request.closedAt ?? null,
      target_branch: request.targetBranch,
      source_branch: request.sourceBranch,
      user_notes_count: request.notes.filter(({ system }) => !system).length,
      upvotes: 0,
      downvotes: 0,
      author: this.user(request.author),
      assignees: [],
      assignee: null,
      reviewers: [],
      source_project_id: project.id,
      target_project_id: project.id,
      labels: [],
      draft: facts.status === 'draft_status',
      imported: false,
      imported_from: 'none',
      work_in_progress: facts.status === 'draft_status',
      milestone: null,
      merge_when_pipeline_succeeds: false,
      merge_status: {
        preparing: 'preparing',
        mergeable: 'can_be_merged',
        conflict: 'cannot_be_merged',
        draft_status: 'can_be_merged',
        not_open: 'can_be_merged',
        unchecked: 'unchecked',
      }[facts.status],
      detailed_merge_status: facts.status,
      merge_after: null,
      sha: request.sha,
      merge_commit_sha: request.mergeCommitSha ?? null,
      squash_commit_sha: null,
      discussion_locked: null,
      should_remove_source_branch: null,
      force_remove_source_branch: false,
      prepared_at:
        facts.status === 'preparing'
          ? null
          : new Date(request.preparedAt).toISOString(),
      reference: `!${request.iid}`,
      references: {
        short: `!${request.iid}`,
        relative: `!${request.iid}`,
        full: `${fullPathOf(project)}!${request.iid}`,
      },
      web_url: this.mergeRequestUrl(request, project),
      time_stats: {
        time_estimate: 0,
        total_time_spent: 0,
        human_time_estimate: null,
        human_total_time_spent: null,
      },
      squash: false,
      squash_on_merge: false,
      task_completion_status: { count: 0, completed_count: 0 },
      has_conflicts: facts.status === 'conflict',
      blocking_discussions_resolved: true,
      approvals_before_merge: null,
      subscribed: true,
      latest_build_started_at: null,
      latest_build_finished_at: null,
      first_deployed_to_production_at: null,
      pipeline: facts.pipeline ? this.pipeline(facts.pipeline, project) : null,
      head_pipeline: facts.pipeline
        ? this.pipeline(facts.pipeline, project)
        : null,
      diff_refs: {
        base_sha: facts.base,
        head_sha: request.sha,
        start_sha: facts.base,
      },
      merge_error: null,
      first_contribution: false,
      user: { can_merge: true },
    };
  }

  /** The page of a merge request. */
  mergeRequestUrl({ iid }: MergeRequestRecord, project: ProjectRecord): string {
    return `${this.projectUrl(project)}/-/merge_requests/${iid}`;
  }

  /** `PipelineBasic` */
  pipeline(pipeline: PipelineRecord, project: ProjectRecord) {
    return {
      id: pipeline.id,
      iid: pipeline.iid,
      project_id: pipeline.projectId,
      sha: pipeline.sha,
      ref: pipeline.statuses[0]?.ref ?? project.defaultBranch,
      status: stateOfPipeline(pipeline),
      source: 'external',
      created_at: pipeline.createdAt,
      updated_at: pipeline.updatedAt,
      web_url: `${this.projectUrl(project)}/-/pipelines/${pipeline.id}`,
    };
  }

  /** `CommitStatus` */
  status(status: StatusRecord, pipeline: PipelineRecord) {
    return {
      id: status.id,
      sha: pipeline.sha,
      ref: status.ref,
      status: status.state,
      name: status.name,
      target_url: status.targetUrl ?? null,
      description: status.description ?? null,
      created_at: status.createdAt,
      started_at: status.startedAt ?? null,
      finished_at: status.finishedAt ?? null,
      allow_failure: false,
      coverage: null,
      pipeline_id: pipeline.id,
      author: this.user(status.author),
    };
  }

  /** `Note` */
  note(note: NoteRecord, request: MergeRequestRecord) {
    return {
      id: note.id,
      type: null,
      body: note.body,
      attachment: null,
      author: this.user(note.author),
      created_at: note.createdAt,
      updated_at: note.updatedAt,
      system: note.system,
      noteable_id: request.id,
      noteable_type: 'MergeRequest',
      project_id: request.projectId,
      resolvable: false,
      confidential: false,
      internal: false,
      imported: false,
      imported_from: 'none',
      noteable_iid: request.iid,
      commands_changes: {},
    };
  }

  /** `ProjectHook`; says of secrets only that they are there */
  hook(hook: HookRecord) {
    return {
      id: hook.id,
      url: hook.url,
      name: null,
      description: null,
      created_at: hook.createdAt,
      push_events: hook.pushEvents,
      push_events_branch_filter: null,
      tag_push_events: false,
      repository_update_events: false,
      issues_events: false,
      confidential_issues_events: false,
      confidential_note_events: false,
      wiki_page_events: false,
      job_events: false,
      deployment_events: false,
      releases_events: false,
      emoji_events: false,
      custom_webhook_template: null,
      merge_requests_events: hook.mergeRequestsEvents,
      pipeline_events: hook.pipelineEvents,
      note_events: hook.noteEvents,
      enable_ssl_verification: true,
      alert_status: 'executable',
      disabled_until: null,
      token_present: Boolean(hook.token),
      signing_token_present: Boolean(hook.signingToken),
      ...('projectId' in hook.owner
        ? { project_id: hook.owner.projectId }
        : {}),
    };
  }
}

import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { JsonCollection } from '../common/JsonCollection';
import { fullPathOf, GitLabHost } from './GitLabHost';
import {
  accountNamed,
  GitLabEvent,
  HookRecord,
  MergeRequestRecord,
  ProjectRecord,
} from './model';
import { stateOfPipeline } from './Pipelines';
import { Representations } from './Representations';

const SIGNING_PREFIX = 'whsec_';

/** GitLab's name of an event, and the field of a hook that asks for it. */
const KINDS = {
  merge_request: ['Merge Request Hook', 'mergeRequestsEvents'],
  note: ['Note Hook', 'noteEvents'],
  pipeline: ['Pipeline Hook', 'pipelineEvents'],
  push: ['Push Hook', 'pushEvents'],
} as const;

/**
 * Sends events to the hooks of projects and groups: one attempt, ten seconds.
 *
 * @remarks
 * `X-Gitlab-Token` is the hook's token as it is; `webhook-signature` is `v1,`
 * and the base64 HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>` with
 * the bytes behind `whsec_`. Sources: GitLab "Webhooks", Standard Webhooks.
 */
export class Hooks {
  readonly #hooks: JsonCollection<HookRecord>;
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly host: GitLabHost,
    private readonly show: Representations,
    directory: string,
  ) {
    this.#hooks = JsonCollection.open(join(directory, 'hooks'));
    host.subscribe(event => this.#onEvent(event));
    host.onForget(projectId => {
      this.ofProject(projectId).forEach(({ id }) =>
        this.#hooks.delete(String(id)),
      );
    });
  }

  /** The hooks that hang on a project itself. */
  ofProject(projectId: number): HookRecord[] {
    return this.#hooks
      .values()
      .filter(
        ({ owner }) => 'projectId' in owner && owner.projectId === projectId,
      );
  }

  /** Adds a hook. */
  add(hook: Omit<HookRecord, 'id' | 'createdAt'>): HookRecord {
    const added = {
      ...hook,
      id: this.host.nextId(),
      createdAt: this.host.timestamp(),
    };
    this.#hooks.set(String(added.id), added);
    return added;
  }

  /** Makes sure that a group has a hook; its address may have changed. */
  setOfGroup(
    group: string,
    hook: Omit<HookRecord, 'id' | 'createdAt' | 'owner'>,
  ): void {
    for (const { id, owner } of this.#hooks.values()) {
      if ('group' in owner && owner.group === group) {
        this.#hooks.delete(String(id));
      }
    }
    this.add({ ...hook, owner: { group } });
  }

  /** Removes a project's hook; false when there is none of that id. */
  remove(projectId: number, id: number): boolean {
    const found = this.ofProject(projectId).some(hook => hook.id === id);
    if (found) {
      this.#hooks.delete(String(id));
    }
    return found;
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #onEvent(event: GitLabEvent): void {
    const project =
      'project' in event
        ? event.project
        : this.host.project(event.mergeRequest.projectId).record;
    const [name, field] = KINDS[event.type];
    const hooks = this.#hooks
      .values()
      .filter(
        hook =>
          hook[field] &&
          ('projectId' in hook.owner
            ? hook.owner.projectId === project.id
            : `${project.namespace}/`.startsWith(`${hook.owner.group}/`)),
      );
    if (hooks.length > 0) {
      const body = JSON.stringify(this.#payload(event, project));
      hooks.forEach(hook => this.#send(hook, name, body));
    }
  }

  #send({ url, token, signingToken }: HookRecord, name: string, body: string) {
    const id = randomUUID();
    const timestamp = String(Math.floor(this.host.now().getTime() / 1000));
    const signature =
      signingToken &&
      createHmac(
        'sha256',
        Buffer.from(signingToken.slice(SIGNING_PREFIX.length), 'base64'),
      )
        .update(`${id}.${timestamp}.${body}`)
        .digest('base64');
    const delivery = fetch(url, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(10_000),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitLab/18.0.0-sandbox',
        'X-Gitlab-Event': name,
        'X-Gitlab-Instance': this.show.web,
        'X-Gitlab-Webhook-UUID': randomUUID(),
        'X-Gitlab-Event-UUID': randomUUID(),
        'Idempotency-Key': id,
        ...(token && { 'X-Gitlab-Token': token }),
        ...(signature && {
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        }),
      },
    }).then(
      () => undefined,
      () => undefined, // GitLab does not repeat what got no answer
    );
    this.#underWay.add(delivery);
    delivery.finally(() => this.#underWay.delete(delivery));
  }

  #payload(event: GitLabEvent, project: ProjectRecord): object {
    const { username, name, id } = accountNamed(event.sender);
    const user = { id, name, username, avatar_url: null, email: '[REDACTED]' };
    const url = this.show.projectUrl(project);
    const common = {
      user,
      project: {
        id: project.id,
        name: project.name,
        description: project.description,
        web_url: url,
        git_http_url: `${url}.git`,
        namespace: project.namespace,
        visibility_level: { private: 0, internal: 10, public: 20 }[
          project.visibility
        ],
        path_with_namespace: fullPathOf(project),
        default_branch: project.defaultBranch,
      },
    };
    switch (event.type) {
      case 'merge_request':
        return {
          object_kind: 'merge_request',
          event_type: 'merge_request',
          ...common,
          object_attributes: {
            ...this.#attributes(event.mergeRequest, project),
            action: event.action,
            ...(event.oldSha && { oldrev: event.oldSha }),
          },
          labels: [],
          changes: {},
        };
      case 'note':
        return {
          object_kind: 'note',
          event_type: 'note',
          ...common,
          project_id: project.id,
          object_attributes: {
            id: event.note.id,
            note: event.note.body,
            noteable_type: 'MergeRequest',
            author_id: id,
            created_at: event.note.createdAt,
            system: false,
            action: 'create',
            url: `${this.show.mergeRequestUrl(
              event.mergeRequest,
              project,
            )}#note_${event.note.id}`,
          },
          merge_request: this.#attributes(event.mergeRequest, project),
        };
      case 'pipeline':
        return {
          object_kind: 'pipeline',
          ...common,
          object_attributes: {
            id: event.pipeline.id,
            iid: event.pipeline.iid,
            ref: event.pipeline.statuses[0].ref,
            sha: event.pipeline.sha,
            status: stateOfPipeline(event.pipeline),
            source: 'external',
            created_at: event.pipeline.createdAt,
          },
          commit: { id: event.pipeline.sha },
          builds: [],
        };
      default:
        return {
          object_kind: 'push',
          event_name: 'push',
          ...common,
          before: event.before,
          after: event.after,
          ref: `refs/heads/${event.branch}`,
          checkout_sha: event.after,
          user_id: id,
          user_name: name,
          user_username: username,
          project_id: project.id,
          commits: [],
          total_commits_count: 0,
        };
    }
  }

  #attributes(request: MergeRequestRecord, project: ProjectRecord) {
    return {
      id: request.id,
      iid: request.iid,
      title: request.title,
      description: request.description,
      state: request.state,
      source_branch: request.sourceBranch,
      target_branch: request.targetBranch,
      source_project_id: project.id,
      target_project_id: project.id,
      last_commit: { id: request.sha },
      merge_commit_sha: request.mergeCommitSha ?? null,
      url: this.show.mergeRequestUrl(request, project),
      created_at: request.createdAt,
      updated_at: request.updatedAt,
    };
  }
}

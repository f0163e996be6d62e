import { ZERO_SHA } from '../git/model';
import { GitLabError } from './errors';
import { GitLabHost, OpenProject } from './GitLabHost';
import { Account, accountNamed, MergeRequestRecord, NoteRecord } from './model';

/** How long GitLab prepares a new merge request, in milliseconds. */
const PREPARING_MILLISECONDS = 100;

/** Whether it can be merged, as `detailed_merge_status` says. */
export type MergeStatus =
  | 'preparing'
  | 'mergeable'
  | 'conflict'
  | 'draft_status'
  | 'not_open'
  | 'unchecked';

/** The rules of merge requests and their notes. Locks by the host's mutex. */
export class MergeRequests {
  /** Heads of branches as they were last seen, by project. */
  readonly #heads = new Map<number, Map<string, string>>();

  constructor(private readonly host: GitLabHost) {}

  /** Takes notice of what is there at a start; none of it is news. */
  async start(): Promise<void> {
    for (const record of this.host.projects().filter(({ ready }) => ready)) {
      const project = this.host.project(record.id);
      const branches = await project.git.branches();
      this.#heads.set(
        record.id,
        new Map(branches.map(({ name, sha }) => [name, sha])),
      );
      await this.host.mutex.run(() => this.#synchronise(project, 'ghost'));
    }
  }

  /** One merge request; throws GitLabError 404. */
  get(projectId: number, iid: number): MergeRequestRecord {
    const found = this.host.mergeRequests.get(`${projectId}!${iid}`);
    if (!found) {
      throw GitLabError.notFound();
    }
    return found;
  }

  /** A project's merge requests, newest first. */
  list(projectId: number): MergeRequestRecord[] {
    return this.host.mergeRequests
      .values()
      .filter(request => request.projectId === projectId)
      .sort((one, other) => other.iid - one.iid);
  }

  /**
   * Opens a merge request.
   *
   * @throws GitLabError 400 for branches that do not exist, 409 where one is
   * open for the branch
   */
  async create(
    { record: { id }, git }: OpenProject,
    input: Pick<
      MergeRequestRecord,
      'title' | 'description' | 'sourceBranch' | 'targetBranch' | 'author'
    >,
  ): Promise<MergeRequestRecord> {
    return this.host.mutex.run(async () => {
      const { record } = this.host.project(id);
      const { sourceBranch, targetBranch } = input;
      const sha = await git.ref(`refs/heads/${sourceBranch}`);
      const baseSha = await git.ref(`refs/heads/${targetBranch}`);
      if (!sha || !baseSha) {
        throw GitLabError.bad([
          `${sha ? 'Target' : 'Source'} branch "${
            sha ? targetBranch : sourceBranch
          }" does not exist`,
        ]);
      }
      const other = this.list(record.id).find(
        request =>
          request.state === 'opened' &&
          request.sourceBranch === sourceBranch &&
          request.targetBranch === targetBranch,
      );
      if (other) {
        throw new GitLabError(409, {
          message: [
            `Another open merge request already exists for this source branch: !${other.iid}`,
          ],
        });
      }
      const time = this.host.timestamp();
      const created: MergeRequestRecord = {
        ...input,
        id: this.host.nextId(),
        projectId: record.id,
        iid: record.nextIid,
        state: 'opened',
        sha,
        baseSha,
        createdAt: time,
        updatedAt: time,
        preparedAt: this.host.now().getTime() + PREPARING_MILLISECONDS,
        notes: [],
      };
      this.host.saveProject({ ...record, nextIid: record.nextIid + 1 });
      this.#save(created);
      this.#tell(created, 'open', input.author);
      return created;
    });
  }

  /** Changes title or description, closes or reopens. */
  async update(
    { projectId, iid }: MergeRequestRecord,
    change: {
      title?: string;
      description?: string;
      stateEvent?: 'close' | 'reopen';
    },
    sender: string,
  ): Promise<MergeRequestRecord> {
    return this.host.mutex.run(async () => {
      const current = this.get(projectId, iid);
      const time = this.host.timestamp();
      const updated: MergeRequestRecord = {
        ...current,
        title: change.title ?? current.title,
        description: change.description ?? current.description,
        updatedAt: time,
      };
      const closes =
        change.stateEvent === 'close' && current.state === 'opened';
      const reopens =
        change.stateEvent === 'reopen' && current.state === 'closed';
      if (closes) {
        updated.state = 'closed';
        updated.closedAt = time;
      } else if (reopens) {
        updated.state = 'opened';
        updated.closedAt = undefined;
      }
      this.#save(updated);
      const turned = reopens ? 'reopen' : 'update';
      this.#tell(updated, closes ? 'close' : turned, sender);
      return updated;
    });
  }

  /**
   * Merges by a merge commit.
   *
   * @throws GitLabError 405 where it can't be merged now, 409 where the head
   * has moved, 422 where there are conflicts
   */
  async merge(
    { projectId, iid }: MergeRequestRecord,
    options: {
      sha?: string;
      message?: string;
      removeSourceBranch: boolean;
      account: Account;
    },
  ): Promise<MergeRequestRecord> {
    const { record, git } = this.host.project(projectId);
    return this.host.mutex.run(async () => {
      const current = this.get(projectId, iid);
      const status = await this.mergeStatus(current);
      if (status === 'conflict') {
        throw new GitLabError(422, { message: 'Branch cannot be merged' });
      }
      if (status !== 'mergeable') {
        throw new GitLabError(405, { message: '405 Method Not Allowed' });
      }
      if (options.sha && options.sha !== current.sha) {
        throw new GitLabError(409, {
          message: 'SHA does not match HEAD of source branch',
        });
      }
      const target = `refs/heads/${current.targetBranch}`;
      const base = (await git.ref(target))!;
      const time = this.host.timestamp();
      const { account } = options;
      const identity = {
        name: account.name,
        email: `${account.username}@example.com`,
        date: time,
      };
      const sha = await git.writeCommit({
        tree: (await git.mergeTree(base, current.sha))!,
        parents: [base, current.sha],
        message:
          options.message ??
          `Merge branch '${current.sourceBranch}' into '${current.targetBranch}'\n\n${current.title}\n\nSee merge request ${record.namespace}/${record.path}!${iid}`,
        author: identity,
        committer: identity,
      });
      await git.updateRef(target, sha, base);
      const merged: MergeRequestRecord = {
        ...this.get(projectId, iid),
        baseSha: base,
        state: 'merged',
        mergedAt: time,
        mergedBy: account.username,
        mergeCommitSha: sha,
        updatedAt: time,
      };
      this.#save(merged);
      this.#tell(merged, 'merge', account.username);
      if (options.removeSourceBranch) {
        await git.deleteRef(`refs/heads/${current.sourceBranch}`);
      }
      await this.#synchronise(this.host.project(projectId), account.username);
      return merged;
    });
  }

  /**
   * Brings open merge requests in line with their branches after refs moved,
   * and tells of the push. Call it with the mutex held.
   */
  async synchronise(project: OpenProject, sender: string): Promise<void> {
    await this.#synchronise(project, sender);
  }

  async #synchronise(
    { record, git }: OpenProject,
    sender: string,
  ): Promise<void> {
    const heads = new Map(
      (await git.branches()).map(({ name, sha }) => [name, sha]),
    );
    this.#tellOfPushes(record.id, heads, sender);
    for (const { iid } of this.list(record.id)) {
      const request = this.get(record.id, iid);
      const sha = heads.get(request.sourceBranch);
      const target = heads.get(request.targetBranch);
      if (request.state !== 'opened') {
        continue;
      }
      const updated = { ...request, updatedAt: this.host.timestamp() };
      if (!sha) {
        this.#save({
          ...updated,
          state: 'closed',
          closedAt: updated.updatedAt,
        });
        this.#tell(this.get(record.id, iid), 'close', sender);
      } else if (target && (await git.isAncestor(sha, target))) {
        this.#save({
          ...updated,
          sha,
          state: 'merged',
          mergedAt: updated.updatedAt,
          mergedBy: sender,
          mergeCommitSha: target,
        });
        this.#tell(this.get(record.id, iid), 'merge', sender);
      } else if (sha !== request.sha) {
        this.#save({ ...updated, sha });
        this.#tell(this.get(record.id, iid), 'update', sender, request.sha);
      }
    }
  }

  #tellOfPushes(
    projectId: number,
    heads: Map<string, string>,
    sender: string,
  ): void {
    const known = this.#heads.get(projectId) ?? new Map<string, string>();
    this.#heads.set(projectId, heads);
    const { record } = this.host.project(projectId);
    for (const branch of new Set([...known.keys(), ...heads.keys()])) {
      const before = known.get(branch) ?? ZERO_SHA;
      const after = heads.get(branch) ?? ZERO_SHA;
      if (before !== after) {
        this.host.emit({
          type: 'push',
          project: record,
          branch,
          before,
          after,
          sender,
        });
      }
    }
  }

  /** Adds a note and tells listeners. */
  addNote(
    { projectId, iid }: MergeRequestRecord,
    author: string,
    body: string,
  ): NoteRecord {
    const time = this.host.timestamp();
    const note: NoteRecord = {
      id: this.host.nextId(),
      body,
      author,
      system: false,
      createdAt: time,
      updatedAt: time,
    };
    const current = this.get(projectId, iid);
    const updated: MergeRequestRecord = {
      ...current,
      updatedAt: time,
      notes: [...current.notes, note],
    };
    this.#save(updated);
    this.host.emit({
      type: 'note',
      mergeRequest: updated,
      note,
      sender: author,
    });
    return note;
  }

  /** The commit that a merge request's changes are counted from. */
  async comparisonBase(request: MergeRequestRecord): Promise<string> {
    const { git } = this.host.project(request.projectId);
    const tip =
      request.state === 'merged'
        ? request.baseSha
        : (await git.ref(`refs/heads/${request.targetBranch}`)) ??
          request.baseSha;
    return (await git.mergeBase(tip, request.sha)) ?? tip;
  }

  /**
   * Whether it can be merged, as far as that shows without trying: lists say no
   * more (GitLab, "List merge requests": `with_merge_status_recheck`).
   */
  uncheckedStatus(request: MergeRequestRecord): MergeStatus {
    if (request.state !== 'opened') {
      return 'not_open';
    }
    if (this.host.now().getTime() < request.preparedAt) {
      return 'preparing';
    }
    return /^(draft|wip):/i.test(request.title) ? 'draft_status' : 'unchecked';
  }

  /** Whether it can be merged now. */
  async mergeStatus(request: MergeRequestRecord): Promise<MergeStatus> {
    const status = this.uncheckedStatus(request);
    if (status !== 'unchecked') {
      return status;
    }
    const { git } = this.host.project(request.projectId);
    const target = await git.ref(`refs/heads/${request.targetBranch}`);
    const merges = target && (await git.mergeTree(target, request.sha));
    return merges ? 'mergeable' : 'conflict';
  }

  #save(request: MergeRequestRecord): void {
    this.host.mergeRequests.set(`${request.projectId}!${request.iid}`, request);
    // GitLab says itself what became of a merge request.
    const said = { merged: 'merged', closed: 'closed', opened: undefined };
    const body = said[request.state];
    if (
      body &&
      !request.notes.some(note => note.system && note.body === body)
    ) {
      this.#saySystem(request, body);
    }
  }

  #saySystem(request: MergeRequestRecord, body: string): void {
    const note: NoteRecord = {
      id: this.host.nextId(),
      body,
      author: accountNamed(request.mergedBy ?? request.author).username,
      system: true,
      createdAt: request.updatedAt,
      updatedAt: request.updatedAt,
    };
    this.host.mergeRequests.set(`${request.projectId}!${request.iid}`, {
      ...request,
      notes: [...request.notes, note],
    });
  }

  #tell(
    mergeRequest: MergeRequestRecord,
    action: 'open' | 'close' | 'reopen' | 'update' | 'merge',
    sender: string,
    oldSha?: string,
  ): void {
    this.host.emit({
      type: 'merge_request',
      action,
      mergeRequest,
      oldSha,
      sender,
    });
  }
}

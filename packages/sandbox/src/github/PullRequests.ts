import { FileChange } from '../git/model';
import { GitHubError, ValidationProblem } from './errors';
import { GitHost, OpenRepository } from './GitHost';
import { CommentRecord, PullRecord } from './model';

/** Whether and how a pull request can be merged, as GitHub names it. */
export interface Mergeability {
  mergeable: boolean;
  state: 'clean' | 'dirty' | 'unstable' | 'draft' | 'unknown';
}

/** The rules of pull requests and their comments. Locks by the host's mutex. */
export class PullRequests {
  constructor(private readonly host: GitHost) {}

  /** One pull request; throws GitHubError 404. */
  get(owner: string, repo: string, number: number): PullRecord {
    const pull = this.host.pulls.get(`${owner}/${repo}#${number}`);
    if (!pull) {
      throw GitHubError.notFound();
    }
    return pull;
  }

  /** A repository's pull requests, newest first. */
  list(owner: string, repo: string): PullRecord[] {
    return this.host.pulls
      .values()
      .filter(pull => pull.owner === owner && pull.repo === repo)
      .sort((one, other) => other.number - one.number);
  }

  /**
   * Opens a pull request.
   *
   * @throws GitHubError 422 as GitHub does: unknown branch, nothing between
   * the branches, or one exists already
   */
  async create(
    { record: { owner, name }, git }: OpenRepository,
    input: {
      title: string;
      body: string;
      head: string;
      base: string;
      draft: boolean;
      user: string;
    },
  ): Promise<PullRecord> {
    return this.host.mutex.run(async () => {
      const { record } = this.host.repository(owner, name);
      const headRef = input.head.slice(input.head.indexOf(':') + 1);
      const head = await git.ref(`refs/heads/${headRef}`);
      const base = await git.ref(`refs/heads/${input.base}`);
      if (!head) {
        throw GitHubError.validation(invalid('head'));
      }
      if (!base) {
        throw GitHubError.validation(invalid('base'));
      }
      const exists = this.list(record.owner, record.name).some(
        pull =>
          pull.state === 'open' &&
          pull.head.ref === headRef &&
          pull.base.ref === input.base,
      );
      if (exists) {
        throw GitHubError.validation(
          custom(
            `A pull request already exists for ${record.owner}:${headRef}.`,
          ),
        );
      }
      if ((await git.count(base, head)) === 0) {
        throw GitHubError.validation(
          custom(`No commits between ${input.base} and ${headRef}`),
        );
      }
      const time = this.host.timestamp();
      const pull: PullRecord = {
        id: this.host.nextId(),
        owner: record.owner,
        repo: record.name,
        number: record.nextNumber,
        title: input.title,
        body: input.body,
        state: 'open',
        draft: input.draft,
        head: { ref: headRef, sha: head },
        base: { ref: input.base, sha: base },
        user: input.user,
        createdAt: time,
        updatedAt: time,
        labels: [],
        assignees: [],
        requestedReviewers: [],
        requestedTeams: [],
        comments: [],
      };
      this.host.saveRepository({
        ...record,
        nextNumber: record.nextNumber + 1,
      });
      this.save(pull);
      this.emit(pull, 'opened', input.user);
      return pull;
    });
  }

  /** Changes title, body, base or state. */
  async update(
    pull: PullRecord,
    change: {
      title?: string;
      body?: string;
      state?: 'open' | 'closed';
    },
    sender: string,
  ): Promise<PullRecord> {
    return this.host.mutex.run(async () => {
      const current = this.get(pull.owner, pull.repo, pull.number);
      const updated = { ...current, updatedAt: this.host.timestamp() };
      updated.title = change.title ?? current.title;
      updated.body = change.body ?? current.body;
      const turned = change.state && change.state !== current.state;
      if (turned && current.mergedAt) {
        throw GitHubError.validation(invalid('state'));
      }
      if (turned) {
        updated.state = change.state!;
        updated.closedAt =
          change.state === 'closed' ? updated.updatedAt : undefined;
      }
      this.save(updated);
      const turnedTo = change.state === 'closed' ? 'closed' : 'reopened';
      this.emit(updated, turned ? turnedTo : 'edited', sender);
      return updated;
    });
  }

  /**
   * Merges by a merge commit and leaves the branch.
   *
   * @param options - `sha` must be the head's if given
   * @throws GitHubError 405 when it cannot be merged, 409 when the head moved
   */
  async merge(
    pull: PullRecord,
    options: {
      sha?: string;
      title?: string;
      message?: string;
      method?: string;
      user: { login: string; name: string };
    },
  ): Promise<PullRecord> {
    const { git } = this.host.repository(pull.owner, pull.repo);
    return this.host.mutex.run(async () => {
      const current = this.get(pull.owner, pull.repo, pull.number);
      if (current.state !== 'open' || current.draft) {
        throw new GitHubError(405, 'Pull Request is not mergeable');
      }
      if (options.sha && options.sha !== current.head.sha) {
        throw new GitHubError(
          409,
          'Head branch was modified. Review and try the merge again.',
        );
      }
      const baseRef = `refs/heads/${current.base.ref}`;
      const base = (await git.ref(baseRef))!;
      const tree = await git.mergeTree(base, current.head.sha);
      if (!tree) {
        throw new GitHubError(405, 'Pull Request is not mergeable');
      }
      const time = this.host.timestamp();
      const identity = {
        name: options.user.name,
        email: `${options.user.login}@users.noreply.example.com`,
        date: time,
      };
      const subject =
        options.title ??
        `Merge pull request #${current.number} from ${current.owner}/${current.head.ref}`;
      const sha = await git.writeCommit({
        tree,
        parents:
          options.method === 'squash' ? [base] : [base, current.head.sha],
        message: `${subject}\n\n${options.message ?? current.title}`,
        author: identity,
        committer: identity,
      });
      await git.updateRef(baseRef, sha, base);
      const merged: PullRecord = {
        ...this.get(pull.owner, pull.repo, pull.number),
        base: { ...current.base, sha: base },
        state: 'closed',
        closedAt: time,
        mergedAt: time,
        updatedAt: time,
        mergedBy: options.user.login,
        mergeCommitSha: sha,
      };
      this.save(merged);
      this.emit(merged, 'closed', options.user.login);
      return merged;
    });
  }

  /**
   * Brings open pull requests in line with their branches after refs moved:
   * a moved head is a `synchronize`, a deleted branch closes, and one whose
   * commits are in the base counts as merged (as after a push, or a process
   * killed in the middle of a merge).
   */
  async synchronise(
    { record, git }: OpenRepository,
    sender: string,
  ): Promise<void> {
    const heads = new Map(
      (await git.branches()).map(branch => [branch.name, branch.sha]),
    );
    for (const { number } of this.list(record.owner, record.name)) {
      const pull = this.get(record.owner, record.name, number);
      const sha = heads.get(pull.head.ref);
      const base = heads.get(pull.base.ref);
      const moved = sha !== pull.head.sha;
      if (pull.state === 'closed') {
        continue;
      }
      const contained =
        !moved && base && (await git.commitsIn(base)).has(pull.head.sha);
      if (!moved && !contained) {
        continue;
      }
      const updatedAt = this.host.timestamp();
      const current = this.get(record.owner, record.name, number);
      const updated: PullRecord = { ...current, updatedAt };
      if (sha && moved) {
        updated.head = { ...pull.head, sha };
      } else {
        updated.state = 'closed';
        updated.closedAt = updatedAt;
      }
      if (contained) {
        updated.mergedAt = updatedAt;
        updated.mergedBy = sender;
        updated.mergeCommitSha = base;
      }
      this.save(updated);
      this.emit(updated, sha && moved ? 'synchronize' : 'closed', sender);
    }
  }

  /** Adds a comment and tells listeners. */
  comment(pull: PullRecord, user: string, body: string): CommentRecord {
    const time = this.host.timestamp();
    const comment: CommentRecord = {
      id: this.host.nextId(),
      user,
      body,
      createdAt: time,
      updatedAt: time,
    };
    const current = this.get(pull.owner, pull.repo, pull.number);
    const updated = {
      ...current,
      updatedAt: time,
      comments: [...current.comments, comment],
    };
    this.save(updated);
    this.host.emit({
      type: 'issue_comment',
      action: 'created',
      pull: updated,
      comment,
      sender: user,
    });
    return comment;
  }

  /** The files that a pull request changes, against the merge base. */
  async files(pull: PullRecord): Promise<FileChange[]> {
    const { git } = this.host.repository(pull.owner, pull.repo);
    const base = await this.comparisonBase(pull);
    return git.changes(base, pull.head.sha);
  }

  /** The commit that a pull request's changes are counted from. */
  async comparisonBase(pull: PullRecord): Promise<string> {
    const { git } = this.host.repository(pull.owner, pull.repo);
    const tip = pull.mergedAt
      ? pull.base.sha
      : (await git.ref(`refs/heads/${pull.base.ref}`)) ?? pull.base.sha;
    return (await git.mergeBase(tip, pull.head.sha)) ?? tip;
  }

  /** Whether the pull request can be merged now. */
  async mergeability(pull: PullRecord): Promise<Mergeability> {
    if (pull.state === 'closed') {
      return { mergeable: false, state: 'unknown' };
    }
    const { record, git } = this.host.repository(pull.owner, pull.repo);
    const base = await git.ref(`refs/heads/${pull.base.ref}`);
    if (!base || !(await git.mergeTree(base, pull.head.sha))) {
      return { mergeable: false, state: 'dirty' };
    }
    if (pull.draft) {
      return { mergeable: true, state: 'draft' };
    }
    const { state, statuses } = this.host.combinedStatus(record, pull.head.sha);
    const unstable = statuses.length > 0 && state !== 'success';
    return { mergeable: true, state: unstable ? 'unstable' : 'clean' };
  }

  /** Stores the pull request. */
  save(pull: PullRecord): void {
    this.host.pulls.set(`${pull.owner}/${pull.repo}#${pull.number}`, pull);
  }

  private emit(
    pull: PullRecord,
    action: 'opened' | 'synchronize' | 'closed' | 'reopened' | 'edited',
    sender: string,
  ): void {
    this.host.emit({ type: 'pull_request', action, pull, sender });
  }
}

function invalid(field: string): ValidationProblem {
  return { resource: 'PullRequest', field, code: 'invalid' };
}

function custom(message: string): ValidationProblem {
  return { resource: 'PullRequest', code: 'custom', message };
}

import { GitRepository } from '../git/GitRepository';
import { TreeEntry, ZERO_SHA } from '../git/model';
import { GitLabError } from './errors';
import { Account } from './model';

/** One of a commit's `actions`. */
export interface CommitAction {
  action: 'create' | 'update' | 'delete' | 'move' | 'chmod';
  file_path: string;
  previous_path?: string;
  content?: string;
  encoding?: 'text' | 'base64';
  execute_filemode?: boolean;
  last_commit_id?: string;
}

/** What `POST /projects/:id/repository/commits` is given. */
export interface CommitRequest {
  branch: string;
  /** Branch or commit to start a new branch from. */
  start?: string;
  message: string;
  actions: CommitAction[];
  account: Account;
  /** ISO 8601. */
  date: string;
}

type Files = Map<string, Pick<TreeEntry, 'mode' | 'sha'>>;

/**
 * Makes a commit out of changes to files and moves a branch to it, all or
 * nothing. Holds no lock.
 *
 * @remarks
 * Source: GitLab "Commits API: Create a commit"; `execute_filemode` counts for
 * `chmod` alone.
 *
 * @returns its id
 * @throws GitLabError 400 in GitLab's words
 */
export async function commitActions(
  git: GitRepository,
  request: CommitRequest,
): Promise<string> {
  const { branch, account, date } = request;
  const ref = `refs/heads/${branch}`;
  const head = await git.ref(ref);
  const parent = await findParent(git, request, head);
  const before: Files = new Map(
    parent
      ? (await git.listTree(parent, true))
          .filter(({ type }) => type !== 'tree')
          .map(({ path, mode, sha }) => [path, { mode, sha }])
      : [],
  );
  const after: Files = new Map(before);
  for (const action of request.actions) {
    await requireUnchanged(git, action, parent);
    await apply(git, action, after);
  }
  const changed = [...after].filter(([path, { mode, sha }]) => {
    const old = before.get(path);
    return old?.mode !== mode || old.sha !== sha;
  });
  const gone = [...before.keys()].filter(path => !after.has(path));
  const tree = await git.writeTree(parent, [
    ...gone.map(path => ({ path, mode: '0' })),
    ...changed.map(([path, entry]) => ({ path, ...entry })),
  ]);
  const identity = {
    name: account.name,
    email: `${account.username}@example.com`,
    date,
  };
  const sha = await git.writeCommit({
    tree,
    parents: parent ? [parent] : [],
    message: request.message,
    author: identity,
    committer: identity,
  });
  await git.updateRef(ref, sha, head ?? ZERO_SHA);
  return sha;
}

/** Source: GitLab "Commits API", `last_commit_id` of an action. */
async function requireUnchanged(
  git: GitRepository,
  { file_path: path, last_commit_id: known }: CommitAction,
  parent: string | undefined,
): Promise<void> {
  const [last] =
    known && parent ? await git.log(parent, { limit: 1, path }) : [];
  if (last && last.sha !== known) {
    throw GitLabError.bad(
      `The file has changed since you started editing it: ${path}`,
    );
  }
}

async function findParent(
  git: GitRepository,
  { branch, start }: CommitRequest,
  head: string | undefined,
): Promise<string | undefined> {
  if (start && head) {
    throw GitLabError.bad(
      `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
    );
  }
  if (start) {
    const commit = await git.commitSha(start);
    if (!commit) {
      throw GitLabError.bad(`Cannot find start_sha '${start}'`);
    }
    return commit;
  }
  if (!head && (await git.branches()).length > 0) {
    throw GitLabError.bad(
      'You can only create or edit files when you are on a branch',
    );
  }
  return head;
}

async function apply(
  git: GitRepository,
  action: CommitAction,
  files: Files,
): Promise<void> {
  const path = action.file_path;
  if (/(^|\/)(\.\.?|\.git)?(\/|$)/.test(path)) {
    throw GitLabError.bad('invalid path');
  }
  const source = action.action === 'move' ? action.previous_path ?? '' : path;
  const current = files.get(source);
  if (action.action === 'create' ? current : !current) {
    throw GitLabError.bad(
      current
        ? 'A file with this name already exists'
        : "A file with this name doesn't exist",
    );
  }
  switch (action.action) {
    case 'delete':
      files.delete(path);
      return;
    case 'chmod':
      files.set(path, {
        sha: current!.sha,
        mode: action.execute_filemode ? '100755' : '100644',
      });
      return;
    default:
      if (action.action === 'move') {
        files.delete(source);
      }
      files.set(path, {
        mode: current?.mode ?? '100644',
        sha:
          action.content === undefined && current
            ? current.sha
            : await git.writeBlob(
                Buffer.from(
                  action.content ?? '',
                  action.encoding === 'base64' ? 'base64' : 'utf8',
                ),
              ),
      });
  }
}

import { createHash } from 'node:crypto';
import { ServiceUnavailableError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  FileContent,
  mapLimited,
  Repository,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { shownCommitAnswer } from './answers';
import { labelOf } from './branches';
import { GitlabClient, toPath } from './GitlabClient';

/**
 * One of a commit's `actions`
 * (https://docs.gitlab.com/api/commits/#create-a-commit).
 */
export type CommitAction =
  | {
      action: 'create' | 'update';
      file_path: string;
      content: string;
      encoding: 'base64';
      /** Of an update: refused where another commit has changed the file. */
      last_commit_id?: string;
    }
  | { action: 'delete'; file_path: string }
  | { action: 'chmod'; file_path: string; execute_filemode: boolean };

/** What is known of a file without reading it. */
export interface FileFacts {
  /** Id of its blob. */
  blob: string;
  /** Hex SHA-256 of its content. */
  hash: string;
  executable: boolean;
  /** Id of the commit that changed it last. */
  lastCommit?: string;
}

/**
 * What stands at a path of a commit or branch; `undefined` for nothing.
 *
 * @remarks
 * From headers: https://docs.gitlab.com/api/repository_files/#retrieve-file-metadata.
 */
export async function findFile(
  client: GitlabClient,
  repository: Repository,
  { path, ref }: { path: string; ref: string },
  options: CallOptions,
): Promise<FileFacts | undefined> {
  const headers = await client.findHeaders({
    action: `look for ${path} in ${labelOf(repository)}`,
    path: toPath(repository, 'repository', 'files', path),
    query: { ref },
    ...options,
  });
  if (!headers) {
    return undefined;
  }
  const blob = headers.get('x-gitlab-blob-id');
  const hash = headers.get('x-gitlab-content-sha256');
  if (!blob || !hash) {
    throw createProblemError(ServiceUnavailableError, {
      what: `GitLab was to look for ${path} in ${labelOf(
        repository,
      )} and gave an answer that its API does not describe.`,
      whose: 'vendor',
      canPass: true,
      remedy:
        'Try again; if it persists, ask the platform team whether a proxy drops the headers X-Gitlab-….',
      vendor: 'GitLab',
    });
  }
  const executable = headers.get('x-gitlab-execute-filemode') === 'true';
  const lastCommit = headers.get('x-gitlab-last-commit-id') ?? undefined;
  return { blob, hash, executable, lastCommit };
}

/** What makes a file out of what stands in its place. */
export function toActions(
  { path, content, executable = false }: FileContent,
  before: FileFacts | undefined,
): CommitAction[] {
  const hash = createHash('sha256').update(content).digest('hex');
  return [
    ...(before?.hash === hash
      ? []
      : [
          {
            action: before ? ('update' as const) : ('create' as const),
            file_path: path,
            content: content.toString('base64'),
            encoding: 'base64' as const,
          },
        ]),
    // GitLab takes the mode with this action only.
    ...(executable === (before?.executable ?? false)
      ? []
      : [
          {
            action: 'chmod' as const,
            file_path: path,
            execute_filemode: executable,
          },
        ]),
  ];
}

/**
 * What puts files into a commit or branch; nothing for those that are there.
 *
 * @param options.guarded - whether GitLab is to refuse the commit where a file
 * has changed since `ref`
 */
export async function createActions(
  client: GitlabClient,
  repository: Repository,
  files: readonly FileContent[],
  {
    ref,
    guarded = false,
    ...options
  }: CallOptions & { ref: string; guarded?: boolean },
): Promise<CommitAction[]> {
  const actions = await mapLimited(files, async file => {
    const { path } = file;
    const before = await findFile(client, repository, { path, ref }, options);
    return toActions(file, before).map(action =>
      guarded && action.action === 'update'
        ? { ...action, last_commit_id: before?.lastCommit }
        : action,
    );
  });
  return actions.flat();
}

/**
 * Commits, all or nothing.
 *
 * @param change.start - commit from which the branch is made, or `startBranch`,
 * the branch from whose head; without, it exists, or the repository is empty
 */
export async function commit(
  client: GitlabClient,
  repository: Repository,
  change: {
    branch: string;
    start?: string;
    startBranch?: string;
    message: string;
    actions: readonly CommitAction[];
  },
  options: CallOptions,
): Promise<z.infer<typeof shownCommitAnswer>> {
  return client.call({
    action: `commit to branch ${change.branch} of ${labelOf(repository)}`,
    method: 'POST',
    path: toPath(repository, 'repository', 'commits'),
    body: {
      branch: change.branch,
      start_sha: change.start,
      start_branch: change.startBranch,
      commit_message: change.message,
      actions: change.actions,
    },
    answer: shownCommitAnswer,
    ...options,
  });
}

import { InputError } from '@backstage/errors';
import {
  CallOptions,
  createProblemError,
  CreateRepository,
  FileContent,
  mapLimited,
  problemOf,
  readCommitTrailer,
  Repository,
  toCommitTrailer,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { commitAnswer, treeEntryAnswer } from './answers';
import { findBranchHead, labelOf } from './branches';
import { commit, createActions, toActions } from './commitActions';
import { GitlabClient, toPath } from './GitlabClient';

const EXISTS = /already exists/i;

/**
 * Puts the files of the template and the run's own into a new project, by one
 * commit that names its run; once.
 *
 * @remarks
 * GitLab copies a project only with all of its history (fork, import) or in a
 * paid edition (custom templates), so the files are copied one by one.
 *
 * @param target - the default branch, and its newest commit if it has one
 */
export async function fillProject(
  client: GitlabClient,
  request: CreateRepository,
  target: { branch: string; head?: z.infer<typeof commitAnswer> },
): Promise<void> {
  const { repository, template, files = [], runKey, signal } = request;
  const options = { signal };
  const { branch, head } = target;
  // Later commits are people's, who have what they were given.
  const isFilled =
    head &&
    (template ||
      head.parent_ids.length > 0 ||
      readCommitTrailer(head.message) === runKey);
  if (isFilled || (!template && files.length === 0)) {
    return;
  }
  const actions = template
    ? (await readTemplate(client, template, files, options)).flatMap(file =>
        toActions(file, undefined),
      )
    : await createActions(client, repository, files, {
        ref: head?.id ?? branch,
        ...options,
      });
  if (actions.length === 0) {
    return;
  }
  try {
    const message = `Fill in what is this repository's own\n\n${toCommitTrailer(
      runKey,
    )}`;
    await commit(client, repository, { branch, message, actions }, options);
  } catch (error) {
    // Another attempt of this run was quicker.
    const own = EXISTS.test(problemOf(error)?.raw ?? '')
      ? await findBranchHead(client, repository, branch, options)
      : undefined;
    if (!own || readCommitTrailer(own.message) !== runKey) {
      throw error;
    }
  }
}

/** The template's files, with the run's own in the place of some. */
async function readTemplate(
  client: GitlabClient,
  template: Repository,
  own: readonly FileContent[],
  options: CallOptions,
): Promise<FileContent[]> {
  const label = labelOf(template);
  const entries = await client.list({
    action: `read the files of the template ${label}`,
    path: toPath(template, 'repository', 'tree'),
    query: { recursive: true },
    answer: treeEntryAnswer,
    remedies: { 404: `Push a first commit to ${label}, then try again.` },
    ...options,
  });
  const replaced = new Set(own.map(({ path }) => path));
  const copied = entries.filter(
    ({ type, path }) => type !== 'tree' && !replaced.has(path),
  );
  const odd = copied.find(({ mode }) => !/^100(644|755)$/.test(mode));
  if (odd) {
    throw createProblemError(InputError, {
      what: `${odd.path} in the template ${label} is a symbolic link or a submodule, which GitLab does not let us copy.`,
      remedy: 'Take it out of the template.',
      vendor: 'GitLab',
    });
  }
  const files = await mapLimited(copied, async ({ id, path, mode }) => ({
    path,
    executable: mode === '100755',
    content: await client.readBytes({
      action: `read ${path} of the template ${label}`,
      path: toPath(template, 'repository', 'blobs', id, 'raw'),
      ...options,
    }),
  }));
  return [...files, ...own];
}

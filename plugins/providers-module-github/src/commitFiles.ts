import {
  CreateRepository,
  readCommitTrailer,
  toCommitTrailer,
} from '@self-service/plugin-providers-node';
import { commitAnswer, objectAnswer, referenceAnswer } from './answers';
import { GithubClient } from './GithubClient';
import { storeFiles } from './newFiles';

/**
 * Commits the files of a new repository onto its branch, once: the commit
 * names its run.
 *
 * @param onto.head - the branch's newest commit
 * @throws ConflictError - somebody has pushed meanwhile
 */
export async function commitFiles(
  client: GithubClient,
  { repository, files = [], runKey, signal }: CreateRepository,
  onto: { branch: string; head: string },
): Promise<void> {
  if (files.length === 0) {
    return;
  }
  const { branch, head } = onto;
  const label = `${repository.owner}/${repository.name}`;
  const parent = await client.call(repository, {
    action: `read commit ${head} of ${label}`,
    route: 'GET /repos/{owner}/{repo}/git/commits/{commit}',
    parameters: { commit: head },
    answer: commitAnswer,
    signal,
  });
  // Later commits are people's, who have what they were given.
  if (
    parent.parents.length > 0 ||
    readCommitTrailer(parent.message) === runKey
  ) {
    return;
  }
  const tree = await client.call(repository, {
    action: `create a tree in ${label}`,
    route: 'POST /repos/{owner}/{repo}/git/trees',
    parameters: {
      base_tree: parent.tree.sha,
      tree: await storeFiles(client, { repository, files, signal }),
    },
    answer: objectAnswer,
    repeatable: true,
    signal,
  });
  const commit = await client.call(repository, {
    action: `create a commit in ${label}`,
    route: 'POST /repos/{owner}/{repo}/git/commits',
    parameters: {
      message: `Fill in what is this repository's own\n\n${toCommitTrailer(
        runKey,
      )}`,
      tree: tree.sha,
      parents: [parent.sha],
    },
    answer: objectAnswer,
    repeatable: true,
    signal,
  });
  await client.call(repository, {
    action: `move branch ${branch} of ${label}`,
    route: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
    parameters: { ref: `heads/${branch}`, sha: commit.sha, force: false },
    answer: referenceAnswer,
    repeatable: true,
    remedies: {
      422: 'Somebody has pushed to it meanwhile. Look at it, then try again.',
    },
    signal,
  });
}

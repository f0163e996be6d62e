import { isUtf8 } from 'node:buffer';
import { CreatePullRequest } from '@self-service/plugin-providers-node';
import { objectAnswer } from './answers';
import { GithubClient } from './GithubClient';
import { NewTreeEntry } from './PullRequestOpener';

/** What goes with a tree as text; a request's size has its limits. */
const MOST_TEXT_BYTES = 1_000_000;

/**
 * Stores files and gives the entries that a tree names them by. Text goes along
 * with the tree; the rest is stored first, each for itself.
 */
export async function storeFiles(
  client: GithubClient,
  {
    repository,
    files,
    signal,
  }: Pick<CreatePullRequest, 'repository' | 'files' | 'signal'>,
): Promise<NewTreeEntry[]> {
  const entries: NewTreeEntry[] = [];
  let left = MOST_TEXT_BYTES;
  for (const { path, content, executable } of files) {
    const mode = executable ? '100755' : '100644';
    const entry = { path, mode, type: 'blob' as const };
    if (isText(content) && content.length <= left) {
      left -= content.length;
      entries.push({ ...entry, content: content.toString('utf8') });
      continue;
    }
    const { sha } = await client.call(repository, {
      action: `store ${path} in ${repository.owner}/${repository.name}`,
      route: 'POST /repos/{owner}/{repo}/git/blobs',
      parameters: { content: content.toString('base64'), encoding: 'base64' },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    entries.push({ ...entry, sha });
  }
  return entries;
}

/** Whether it comes back from a string as it was. */
function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.includes(0);
}

import { CreatePullRequest } from '@self-service/plugin-providers-node';
import { objectAnswer } from './answers';
import { GithubClient } from './GithubClient';
import { NewTreeEntry } from './PullRequestOpener';

/** Stores files and gives the entries that a tree names them by. */
export async function storeFiles(
  client: GithubClient,
  {
    repository,
    files,
    signal,
  }: Pick<CreatePullRequest, 'repository' | 'files' | 'signal'>,
): Promise<NewTreeEntry[]> {
  const entries: NewTreeEntry[] = [];
  for (const { path, content, executable } of files) {
    const { sha } = await client.call(repository, {
      action: `store ${path} in ${repository.owner}/${repository.name}`,
      route: 'POST /repos/{owner}/{repo}/git/blobs',
      parameters: { content: content.toString('base64'), encoding: 'base64' },
      answer: objectAnswer,
      repeatable: true,
      signal,
    });
    const mode = executable ? '100755' : '100644';
    entries.push({ path, mode, type: 'blob', sha });
  }
  return entries;
}

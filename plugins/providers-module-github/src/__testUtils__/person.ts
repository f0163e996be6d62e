import { Repository } from '@self-service/plugin-providers-node';
import { Sandbox } from 'sandbox';

/** Calls the git host as a person would, with their own program. */
export function createPerson({ urls, credentials }: Sandbox) {
  const call = async (
    { owner, name }: Repository,
    method: string,
    path: string,
    body?: object,
  ) => {
    const response = await fetch(
      `${urls.githubApi}/repos/${owner}/${name}/${path}`,
      {
        method,
        headers: {
          authorization: `token ${credentials.githubToken}`,
          'content-type': 'application/json',
        },
        body: body && JSON.stringify(body),
      },
    );
    const answer = response.status === 204 ? {} : await response.json();
    return { status: response.status, answer };
  };
  const readHead = async (repository: Repository, branch: string) =>
    (await call(repository, 'GET', `git/ref/heads/${branch}`)).answer.object
      ?.sha;
  return {
    call,
    push: async (
      repository: Repository,
      change: { branch: string; path: string; content: string },
    ) => {
      const { branch, path, content } = change;
      const head = await readHead(repository, branch);
      const parent = head ?? (await readHead(repository, 'main'));
      const tree = await call(repository, 'POST', 'git/trees', {
        base_tree: parent,
        tree: [{ path, mode: '100644', type: 'blob', content }],
      });
      const commit = await call(repository, 'POST', 'git/commits', {
        message: `Work on ${path}`,
        tree: tree.answer.sha,
        parents: [parent],
      });
      const { sha } = commit.answer;
      const moved = head
        ? await call(repository, 'PATCH', `git/refs/heads/${branch}`, { sha })
        : await call(repository, 'POST', 'git/refs', {
            ref: `refs/heads/${branch}`,
            sha,
          });
      expect(moved.status).toBeLessThan(300);
    },
    readFile: async (repository: Repository, branch: string, path: string) => {
      const { status, answer } = await call(
        repository,
        'GET',
        `contents/${encodeURI(path)}?ref=${branch}`,
      );
      return status === 200
        ? Buffer.from(answer.content, 'base64').toString()
        : undefined;
    },
    listBranches: async (repository: Repository) => {
      const { status, answer } = await call(
        repository,
        'GET',
        'branches?per_page=100',
      );
      return status === 200
        ? answer.map(({ name }: { name: string }) => name)
        : undefined;
    },
  };
}

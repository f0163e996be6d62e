import { Repository } from '@self-service/plugin-providers-node';
import { Sandbox } from 'sandbox';

/** Calls GitLab as a person would, with their own program. */
export function createPerson({ urls }: Sandbox) {
  const api = `${urls.standIns.gitlab}/api/v4`;
  const call = async (
    { owner, name }: Repository,
    method: string,
    path: string,
    body?: object,
  ) => {
    const project = encodeURIComponent(`${owner}/${name}`);
    const response = await fetch(`${api}/projects/${project}${path}`, {
      method,
      headers: {
        // No fault hits its requests.
        'private-token': 'sandbox-hcp-gitlab-token',
        'content-type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, answer: text ? JSON.parse(text) : {} };
  };
  const findFile = (repository: Repository, branch: string, path: string) =>
    call(
      repository,
      'GET',
      `/repository/files/${encodeURIComponent(path)}?ref=${branch}`,
    );
  return {
    call,
    push: async (
      repository: Repository,
      change: { branch: string; path: string; content: string },
    ) => {
      const { branch, path, content } = change;
      const { status: found } = await call(
        repository,
        'GET',
        `/repository/branches/${branch}`,
      );
      const { status: file } = await findFile(repository, branch, path);
      const pushed = await call(repository, 'POST', '/repository/commits', {
        branch,
        ...(found !== 200 && { start_branch: 'main' }),
        commit_message: `Work on ${path}`,
        actions: [
          {
            action: file === 200 ? 'update' : 'create',
            file_path: path,
            content,
          },
        ],
      });
      expect(pushed.status).toBe(201);
    },
    readFile: async (repository: Repository, branch: string, path: string) => {
      const { status, answer } = await findFile(repository, branch, path);
      return status === 200
        ? Buffer.from(answer.content, 'base64').toString()
        : undefined;
    },
    listBranches: async (repository: Repository) => {
      const { status, answer } = await call(
        repository,
        'GET',
        '/repository/branches?per_page=100',
      );
      return status === 200
        ? answer.map(({ name }: { name: string }) => name)
        : undefined;
    },
  };
}

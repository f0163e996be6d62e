import { GitHostClient } from '../terraform/GitHostClient';
import { VcsClient, VcsPull, VcsStatus } from './vcs';

interface GitHubPull {
  number: number;
  title: string;
  state: 'open' | 'closed';
  merged_at: string | null;
  merge_commit_sha: string | null;
  head: { ref: string; sha: string };
  base: { ref: string };
  html_url: string;
  user: { login: string };
}

/** The most that GitHub gives at once. */
const PAGE_SIZE = 100;

/** Reads repositories and reports on commits over GitHub's REST API. */
export class GitHubVcs implements VcsClient {
  readonly #client: GitHostClient;

  /**
   * @param baseUrl - REST base URL
   * @param token - of an account that may write
   */
  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
  ) {
    this.#client = new GitHostClient(baseUrl, token);
  }

  async pulls(identifier: string): Promise<VcsPull[]> {
    const found: GitHubPull[] = [];
    for (let page = 1, isLast = false; !isLast; page += 1) {
      const some = await this.#get<GitHubPull[]>(
        `/repos/${identifier}/pulls?state=all&per_page=${PAGE_SIZE}&page=${page}`,
      );
      found.push(...(some ?? []));
      isLast = (some ?? []).length < PAGE_SIZE;
    }
    return found.map(pull => ({
      number: pull.number,
      title: pull.title,
      state: pull.merged_at ? 'merged' : pull.state,
      head: pull.head.sha,
      branch: pull.head.ref,
      base: pull.base.ref,
      mergeCommit: pull.merged_at
        ? pull.merge_commit_sha ?? undefined
        : undefined,
      url: pull.html_url,
      author: pull.user.login,
    }));
  }

  async changedPaths(identifier: string, number: number): Promise<string[]> {
    return this.#client.changedPaths({ ...split(identifier), number });
  }

  async terraformFiles(
    identifier: string,
    directory: string,
    commit: string,
  ): Promise<Record<string, string>> {
    const reference = { ...split(identifier), number: 0 };
    return this.#client.terraformFiles(reference, directory || '.', commit);
  }

  async defaultBranch(
    identifier: string,
  ): Promise<{ name: string; commit: string } | undefined> {
    const repository = await this.#get<{ default_branch: string }>(
      `/repos/${identifier}`,
    );
    const name = repository?.default_branch;
    const branch =
      name &&
      (await this.#get<{ object: { sha: string } }>(
        `/repos/${identifier}/git/ref/heads/${name}`,
      ));
    return branch ? { name, commit: branch.object.sha } : undefined;
  }

  async setStatus(
    identifier: string,
    commit: string,
    { url, ...status }: VcsStatus,
  ): Promise<void> {
    const reference = { ...split(identifier), number: 0 };
    await this.#client.setStatus(reference, commit, {
      ...status,
      target_url: url,
    });
  }

  async #get<T>(path: string): Promise<T | undefined> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      headers: { authorization: `token ${this.token}` },
    });
    if (response.status === 404) {
      return undefined;
    }
    if (!response.ok) {
      throw new Error(`GET ${path} was answered ${response.status}`);
    }
    return (await response.json()) as T;
  }
}

function split(identifier: string): { owner: string; repo: string } {
  const [owner, repo] = identifier.split('/');
  return { owner, repo };
}

import { CustomErrorBase } from '@backstage/errors';

/** The git host answered the runner with an error. */
export class GitHostClientError extends CustomErrorBase {
  name = 'GitHostClientError' as const;
}

/** Names one pull request. */
export interface PullReference {
  owner: string;
  repo: string;
  number: number;
}

/** What the runner needs of a pull request. */
export interface PullSummary {
  number: number;
  state: 'open' | 'closed';
  merged: boolean;
  draft: boolean;
  head: { sha: string };
  base: { repo: { name: string; owner: { login: string } } };
}

/** What the runner needs of a comment. */
export interface CommentSummary {
  id: number;
  body: string;
  user: { login: string };
  author_association: string;
}

/** The runner's view of the git host: its REST API and nothing else. */
export class GitHostClient {
  /**
   * @param baseUrl - REST base URL
   * @param token - the runner's own token
   */
  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
  ) {}

  /** One pull request. */
  async pull({ owner, repo, number }: PullReference): Promise<PullSummary> {
    return this.#json('GET', `/repos/${owner}/${repo}/pulls/${number}`);
  }

  /** All open pull requests of a repository. */
  async openPulls(owner: string, repo: string): Promise<PullSummary[]> {
    return this.#all(`/repos/${owner}/${repo}/pulls?state=open`);
  }

  /** All comments of a pull request, oldest first. */
  async comments(pull: PullReference): Promise<CommentSummary[]> {
    const { owner, repo, number } = pull;
    return this.#all(`/repos/${owner}/${repo}/issues/${number}/comments?`);
  }

  /** Paths that a pull request changes, renamed files under both names. */
  async changedPaths(pull: PullReference): Promise<string[]> {
    const { owner, repo, number } = pull;
    const files = await this.#all<{
      filename: string;
      previous_filename?: string;
    }>(`/repos/${owner}/${repo}/pulls/${number}/files?`);
    return files.flatMap(file => [
      file.filename,
      ...(file.previous_filename ? [file.previous_filename] : []),
    ]);
  }

  /** Whether a commit has a directory. */
  async hasDirectory(
    { owner, repo }: PullReference,
    directory: string,
    sha: string,
  ): Promise<boolean> {
    if (directory === '.') {
      return true;
    }
    const path = `/repos/${owner}/${repo}/contents/${encodeURI(directory)}`;
    const listing = await this.#request('GET', `${path}?ref=${sha}`);
    await listing.body?.cancel();
    return listing.ok;
  }

  /** The `*.tf` files directly in a directory at a commit, content by name. */
  async terraformFiles(
    { owner, repo }: PullReference,
    directory: string,
    sha: string,
  ): Promise<Record<string, string>> {
    const contents = `/repos/${owner}/${repo}/contents`;
    const path = directory === '.' ? '' : `/${encodeURI(directory)}`;
    const listing = await this.#request('GET', `${contents}${path}?ref=${sha}`);
    if (listing.status === 404) {
      return {};
    }
    const entries = (await listing.json()) as {
      type: string;
      path: string;
      name: string;
    }[];
    const files: Record<string, string> = {};
    for (const entry of entries) {
      if (entry.type === 'file' && entry.name.endsWith('.tf')) {
        const file = await this.#json<{ content: string }>(
          'GET',
          `${contents}/${encodeURI(entry.path)}?ref=${sha}`,
        );
        files[entry.name] = Buffer.from(file.content, 'base64').toString();
      }
    }
    return files;
  }

  /** Reports on a commit. */
  async setStatus(
    { owner, repo }: PullReference,
    sha: string,
    status: {
      state: 'pending' | 'success' | 'failure';
      context: string;
      description: string;
      target_url: string;
    },
  ): Promise<void> {
    await this.#json('POST', `/repos/${owner}/${repo}/statuses/${sha}`, status);
  }

  /** Comments on a pull request. */
  async comment(pull: PullReference, body: string): Promise<void> {
    const { owner, repo, number } = pull;
    await this.#json(
      'POST',
      `/repos/${owner}/${repo}/issues/${number}/comments`,
      { body },
    );
  }

  /** Merges exactly the given head. */
  async merge(pull: PullReference, sha: string): Promise<void> {
    const { owner, repo, number } = pull;
    await this.#json('PUT', `/repos/${owner}/${repo}/pulls/${number}/merge`, {
      sha,
      commit_message: '[Atlantis] Automatically merging after successful apply',
    });
  }

  async #all<T>(path: string): Promise<T[]> {
    const found: T[] = [];
    for (let page = 1; ; page += 1) {
      const items = await this.#json<T[]>(
        'GET',
        `${path}&per_page=100&page=${page}`,
      );
      found.push(...items);
      if (items.length < 100) {
        return found;
      }
    }
  }

  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#request(method, path, body);
    if (!response.ok) {
      const { message } = (await response.json()) as { message: string };
      throw new GitHostClientError(
        `${method} ${path} was answered ${response.status}: ${message}`,
      );
    }
    return (await response.json()) as T;
  }

  #request(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: `token ${this.token}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }
}

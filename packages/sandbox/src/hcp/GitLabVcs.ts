import { posix } from 'node:path';
import { VcsClient, VcsPull, VcsStatus } from './vcs';

interface MergeRequest {
  iid: number;
  title: string;
  state: 'opened' | 'merged' | 'closed' | 'locked';
  sha: string;
  source_branch: string;
  target_branch: string;
  merge_commit_sha?: string | null;
  squash_commit_sha?: string | null;
  web_url: string;
  author?: { username: string };
}

const STATES = {
  opened: 'open',
  locked: 'open',
  merged: 'merged',
  closed: 'closed',
} as const;

/** The most that GitLab gives at once. */
const PAGE_SIZE = 100;

/** GitLab's words for the state of a commit. */
const STATUS_STATES = {
  pending: 'running',
  success: 'success',
  failure: 'failed',
} as const;

/** Reads repositories and reports on commits over GitLab's REST API v4. */
export class GitLabVcs implements VcsClient {
  /**
   * @param baseUrl - REST base URL, which ends in `/api/v4`
   * @param token - of an account that may write
   */
  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
  ) {}

  async pulls(identifier: string): Promise<VcsPull[]> {
    const found: MergeRequest[] = [];
    for (let page = 1, isLast = false; !isLast; page += 1) {
      const some = await this.#get<MergeRequest[]>(
        identifier,
        `/merge_requests?state=all&per_page=${PAGE_SIZE}&page=${page}`,
      );
      found.push(...(some ?? []));
      isLast = (some ?? []).length < PAGE_SIZE;
    }
    return found.map(request => ({
      number: request.iid,
      title: request.title,
      state: STATES[request.state],
      head: request.sha,
      branch: request.source_branch,
      base: request.target_branch,
      mergeCommit:
        request.state === 'merged'
          ? request.merge_commit_sha ?? request.squash_commit_sha ?? request.sha
          : undefined,
      url: request.web_url,
      author: request.author?.username ?? 'ghost',
    }));
  }

  async changedPaths(identifier: string, number: number): Promise<string[]> {
    const files = await this.#get<{ old_path: string; new_path: string }[]>(
      identifier,
      `/merge_requests/${number}/diffs?per_page=100`,
    );
    return [
      ...new Set((files ?? []).flatMap(file => [file.new_path, file.old_path])),
    ];
  }

  async terraformFiles(
    identifier: string,
    directory: string,
    commit: string,
  ): Promise<Record<string, string>> {
    const query = new URLSearchParams({ ref: commit, per_page: '100' });
    if (directory) {
      query.set('path', directory);
    }
    const entries = await this.#get<{ type: string; path: string }[]>(
      identifier,
      `/repository/tree?${query}`,
    );
    const files: Record<string, string> = {};
    for (const { type, path } of entries ?? []) {
      if (type === 'blob' && path.endsWith('.tf')) {
        const response = await this.#request(
          identifier,
          `/repository/files/${encodeURIComponent(path)}/raw?ref=${commit}`,
        );
        files[posix.basename(path)] = await response.text();
      }
    }
    return files;
  }

  async defaultBranch(
    identifier: string,
  ): Promise<{ name: string; commit: string } | undefined> {
    const project = await this.#get<{ default_branch: string }>(identifier, '');
    const name = project?.default_branch;
    const branch =
      name &&
      (await this.#get<{ commit: { id: string } }>(
        identifier,
        `/repository/branches/${encodeURIComponent(name)}`,
      ));
    return branch ? { name, commit: branch.commit.id } : undefined;
  }

  async setStatus(
    identifier: string,
    commit: string,
    { state, context, description, url }: VcsStatus,
  ): Promise<void> {
    const response = await this.#request(identifier, `/statuses/${commit}`, {
      state: STATUS_STATES[state],
      name: context,
      description,
      target_url: url,
    });
    // 400 where it is in that state already.
    if (!response.ok && response.status !== 400) {
      throw new Error(`A commit status was answered ${response.status}`);
    }
  }

  async #get<T>(identifier: string, path: string): Promise<T | undefined> {
    const response = await this.#request(identifier, path);
    if (response.status === 404) {
      return undefined;
    }
    if (!response.ok) {
      throw new Error(`GET ${path} was answered ${response.status}`);
    }
    return (await response.json()) as T;
  }

  #request(identifier: string, path: string, body?: object): Promise<Response> {
    const project = encodeURIComponent(identifier);
    return fetch(`${this.baseUrl}/projects/${project}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        'private-token': this.token,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}

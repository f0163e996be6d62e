import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpService } from '../common/HttpService';
import { FaultSwitch } from '../faults/FaultSwitch';
import { RateLimiter } from '../common/RateLimiter';
import { GITHUB_LIMITS } from '../github/rateLimits';
import { githubApp } from '../github/app';
import { GitHost } from '../github/GitHost';
import { PullRequests } from '../github/PullRequests';
import { Representations } from '../github/Representations';
import { WebhookSender } from '../github/webhooks';
import { createGitHubConformance } from './githubConformance';
import { OpenApiConformance } from './OpenApiConformance';

/** An answer of the git host's REST API. */
export interface Answer<T = any> {
  status: number;
  headers: Headers;
  body: T;
}

/** The git host alone, on a free port, with every answer checked. */
export interface TestGitHost {
  url: string;
  host: GitHost;
  faults: FaultSwitch;
  webhooks: WebhookSender;
  conformance: OpenApiConformance;
  /** Calls the REST API and fails when the answer is not GitHub's. */
  call(
    method: string,
    path: string,
    body?: object,
    options?: { token?: string; headers?: Record<string, string> },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts the git host over a temporary directory. */
export async function startTestGitHost(
  { enforcesLimits } = { enforcesLimits: false },
): Promise<TestGitHost> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-github-'));
  const service = await HttpService.listen({
    name: 'git host',
    port: 0,
    host: 'localhost',
  });
  const host = await GitHost.open({ directory, now: () => new Date() });
  const pulls = new PullRequests(host);
  const faults = new FaultSwitch();
  const webhooks = new WebhookSender(
    host,
    new Representations(`${service.url}/api/v3`, service.url),
  );
  const now = () => new Date();
  const limiter = new RateLimiter(GITHUB_LIMITS, now, enforcesLimits);
  service.handle(githubApp({ host, pulls, faults, limiter, url: service.url }));
  const conformance = createGitHubConformance();
  return {
    url: service.url,
    host,
    faults,
    webhooks,
    conformance,
    async call(method, path, body, options = {}) {
      const token = options.token ?? 'sandbox-github-token';
      const response = await fetch(`${service.url}/api/v3${path}`, {
        method,
        headers: {
          ...(token ? { authorization: `token ${token}` } : {}),
          'content-type': 'application/json',
          ...options.headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      const raw = response.headers.get('content-type')?.includes('raw');
      const parsed = isJson && !raw && text ? JSON.parse(text) : undefined;
      if (!raw && method !== 'HEAD') {
        const problems = conformance.problems(
          method,
          decodeURIComponent(path.split('?')[0]),
          response.status,
          parsed,
        );
        if (problems.length > 0) {
          throw new Error(
            `${method} ${path} answered ${
              response.status
            } unlike GitHub:\n${problems.join('\n')}\n${text.slice(0, 500)}`,
          );
        }
      }
      return {
        status: response.status,
        headers: response.headers,
        body: raw ? text : parsed,
      };
    },
    async stop() {
      await service.close();
      await host.idle();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Commits files onto a base commit and points a branch at the result. */
export async function commitFiles(
  { call }: Pick<TestGitHost, 'call'>,
  options: {
    repository?: string;
    branch: string;
    files: Record<string, string | undefined>;
    base?: string;
    update?: boolean;
  },
): Promise<string> {
  const repository = `/repos/${options.repository ?? 'myorg/infrastructure'}`;
  const [latest] = (
    await call(
      'GET',
      `${repository}/commits?sha=${options.base ?? 'main'}&per_page=1`,
    )
  ).body;
  const tree = await call('POST', `${repository}/git/trees`, {
    base_tree: latest.commit.tree.sha,
    tree: Object.entries(options.files).map(([path, content]) =>
      content === undefined
        ? { path, mode: '100644', type: 'blob', sha: null }
        : { path, mode: '100644', type: 'blob', content },
    ),
  });
  const commit = await call('POST', `${repository}/git/commits`, {
    message: `Change ${Object.keys(options.files).join(', ')}`,
    tree: tree.body.sha,
    parents: [latest.sha],
  });
  const { sha } = commit.body;
  if (options.update) {
    await call('PATCH', `${repository}/git/refs/heads%2F${options.branch}`, {
      sha,
    });
  } else {
    await call('POST', `${repository}/git/refs`, {
      ref: `refs/heads/${options.branch}`,
      sha,
    });
  }
  return sha;
}

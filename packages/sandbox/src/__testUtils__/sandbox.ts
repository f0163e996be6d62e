import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, SandboxOptions, startSandbox } from '../sandbox';
import { commitFiles } from './github';

/** A whole sandbox over a temporary directory, with a client for its git host. */
export interface TestSandbox {
  sandbox: Sandbox;
  github: TestClient;
  stop(): Promise<void>;
}

/** Calls the git host's REST API. */
export class TestClient {
  constructor(private readonly baseUrl: string) {}

  /** One call; an answer other than success is given, not thrown. */
  readonly call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        authorization: 'token sandbox-github-token',
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text ? JSON.parse(text) : undefined,
    };
  };

  /** Opens a pull request that changes the given files. */
  async openPull(
    branch: string,
    files: Record<string, string | undefined>,
  ): Promise<{ number: number; sha: string }> {
    const sha = await commitFiles(this, { branch, files });
    const { body } = await this.call(
      'POST',
      '/repos/myorg/infrastructure/pulls',
      { title: branch, head: branch, base: 'main' },
    );
    return { number: body.number, sha };
  }

  /** Newest state and description of every context on a commit. */
  async statuses(sha: string): Promise<Record<string, string>> {
    const { body } = await this.call(
      'GET',
      `/repos/myorg/infrastructure/commits/${sha}/status`,
    );
    return Object.fromEntries(
      body.statuses.map(
        (status: { context: string; state: string; description: string }) => [
          status.context,
          `${status.state}: ${status.description}`,
        ],
      ),
    );
  }

  /** Comments on a pull request. */
  async comment(number: number, body: string): Promise<void> {
    await this.call(
      'POST',
      `/repos/myorg/infrastructure/issues/${number}/comments`,
      { body },
    );
  }

  /** Bodies of a pull request's comments. */
  async comments(number: number): Promise<string[]> {
    const { body } = await this.call(
      'GET',
      `/repos/myorg/infrastructure/issues/${number}/comments`,
    );
    return body.map((comment: { body: string }) => comment.body);
  }
}

/** The configuration of one database project. */
export function databaseFile(
  name: string,
  options: { size?: string; environment?: string } = {},
): string {
  return `module "database" {
  source      = "../../modules/postgresql"
  name        = "${name}"
  environment = "${options.environment ?? 'dev'}"
  size        = "${options.size ?? 'small'}"
}
`;
}

/** Starts a whole sandbox on free ports. */
export async function startTestSandbox(
  options: Partial<SandboxOptions> = {},
): Promise<TestSandbox> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    delays: { planMs: 0, applyMs: 0 },
    enforcesLimits: false,
    ...options,
  });
  return {
    sandbox,
    github: new TestClient(sandbox.urls.githubApi),
    async stop() {
      await sandbox.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

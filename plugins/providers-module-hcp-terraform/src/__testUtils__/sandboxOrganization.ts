import { mockServices } from '@backstage/backend-test-utils';
import { GithubGitProvider } from '@self-service/plugin-providers-module-github';
import { GitlabGitProvider } from '@self-service/plugin-providers-module-gitlab';
import {
  FileContent,
  GitProvider,
  HttpClient,
  Repository,
} from '@self-service/plugin-providers-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Sandbox, startSandbox } from 'sandbox';
import { HcpTerraformProvider } from '../HcpTerraformProvider';

/** The portal's token at the stand-in. */
export const TOKEN = 'sandbox-hcp-token';
/** Long enough for a stand-in on a busy machine. */
export const LIMIT_MILLISECONDS = 5_000;

/** A suite asks for more in a minute than the vendor would let it. */
const unlimited = (vendor: string) => HttpClient.create({ vendor });

/** A git host of the sandbox, as the organization reads it. */
export interface SandboxGitHost {
  oauthTokenId: string;
  host(sandbox: Sandbox): string;
  createGit(sandbox: Sandbox): GitProvider;
}

/** The sandbox's GitHub. */
export const gitHub: SandboxGitHost = {
  oauthTokenId: 'ot-sandboxGitHub001',
  host: () => 'github.com',
  createGit: ({ urls, credentials }) => {
    const [git] = GithubGitProvider.listFromConfig(
      mockServices.rootConfig({
        data: {
          integrations: {
            github: [
              {
                host: 'github.com',
                apiBaseUrl: urls.githubApi,
                token: credentials.githubToken,
              },
            ],
          },
        },
      }),
      { logger: mockServices.logger.mock(), http: unlimited('GitHub') },
    );
    return git;
  },
};

/** The sandbox's GitLab. */
export const gitLab: SandboxGitHost = {
  oauthTokenId: 'ot-sandboxGitLab001',
  host: ({ urls }) => new URL(urls.standIns.gitlab).host,
  createGit: ({ urls }) => {
    const baseUrl = urls.standIns.gitlab;
    const [git] = GitlabGitProvider.listFromConfig(
      mockServices.rootConfig({
        data: {
          integrations: {
            gitlab: [
              {
                host: new URL(baseUrl).host,
                baseUrl,
                apiBaseUrl: `${baseUrl}/api/v4`,
                token: 'sandbox-gitlab-token',
              },
            ],
          },
        },
      }),
      { http: unlimited('GitLab') },
    );
    return git;
  },
};

/** An organization of the stand-in, and the provider for it. */
export interface SandboxOrganization {
  sandbox: Sandbox;
  git: GitProvider;
  repository: Repository;
  provider: HcpTerraformProvider;
  /** What was asked of the organization's API so far: `GET /runs/run-1`. */
  requests: string[];
  /**
   * Another provider for it, which remembers nothing.
   *
   * @param at - the address that it asks
   */
  restart(at?: string): HcpTerraformProvider;
  /** Lets this much time pass for providers; milliseconds. */
  pass(milliseconds: number): void;
  /**
   * Opens a pull request of one run with a database in each directory
   * `databases/<name>`, whose workspaces carry the run key `run-<first name>`.
   */
  openPullRequest(...names: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** The file that asks for a database, `small` or larger. */
export function toFile(name: string, size: string): FileContent {
  return {
    path: `databases/${name}/main.tf`,
    content: Buffer.from(`module "database" {
  source      = "../../modules/postgresql"
  name        = "${name}"
  environment = "dev"
  size        = "${size}"
}
`),
  };
}

/** Starts the stand-in of HCP Terraform over one of the sandbox's git hosts. */
export async function startSandboxOrganization(
  gitHost: SandboxGitHost,
): Promise<SandboxOrganization> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'hcp-provider-'));
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    enforcesLimits: false,
    delays: { planMs: 0, applyMs: 0 },
  });
  const address = sandbox.urls.standIns.hcp;
  const git = gitHost.createGit(sandbox);
  const host = gitHost.host(sandbox);
  const requests: string[] = [];
  let passed = 0;
  const client = HttpClient.create({
    vendor: 'HCP Terraform',
    timeoutMilliseconds: LIMIT_MILLISECONDS,
    clock: {
      now: () => Date.now() + passed,
      sleep: (milliseconds, signal) =>
        delay(milliseconds, undefined, { signal }),
    },
  });
  const http = {
    now: () => client.now(),
    sleep: client.sleep.bind(client),
    fetch: (...[url, init]: Parameters<HttpClient['fetch']>) => {
      const { pathname, search } = new URL(url);
      requests.push(
        `${init?.method} ${decodeURIComponent(
          pathname.replace('/api/v2', '') + search,
        )}`,
      );
      return client.fetch(url, init);
    },
  };
  const create = (at = address) =>
    HcpTerraformProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            hcpTerraform: [
              {
                gitHost: host,
                organization: 'myorg',
                address: at,
                token: TOKEN,
                vcs: { oauthTokenId: gitHost.oauthTokenId },
              },
            ],
          },
        },
      }),
      { gitProviders: [git], http, runListsPerMinute: 1000 },
    )[0];
  const provider = create();
  const repository = { host, owner: 'myorg', name: 'infrastructure' };
  return {
    sandbox,
    git,
    repository,
    provider,
    requests,
    restart: create,
    pass: milliseconds => {
      passed += milliseconds;
    },
    openPullRequest: async (...names) => {
      const runKey = `run-${names[0]}`;
      const directories = names.map(name => `databases/${name}`);
      await provider.createWorkspaces(repository, directories, { runKey });
      const { url } = await git.createPullRequest({
        repository,
        branch: `db-${names[0]}`,
        title: `Provision database: ${names[0]}`,
        body: '',
        commitMessage: `Add database ${names[0]}`,
        files: names.map(name => toFile(name, 'small')),
        runKey,
      });
      return url;
    },
    stop: async () => {
      await sandbox.idle();
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

import { mockServices } from '@backstage/backend-test-utils';
import { GitProvider, HttpClient } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  InfrastructureProviderFixture,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { HcpTerraformProvider } from '../HcpTerraformProvider';

const TOKEN = 'sandbox-hcp-token';
/** Long enough for a stand-in on a busy machine. */
const LIMIT_MILLISECONDS = 5_000;

function toModule(name: string): string {
  return `module "database" {
  source      = "../../modules/postgresql"
  name        = "${name}"
  environment = "dev"
  size        = "small"
}
`;
}

/** A git host of the sandbox, as the organization reads it. */
export interface SandboxGitHost {
  oauthTokenId: string;
  host(sandbox: Sandbox): string;
  createGit(sandbox: Sandbox): GitProvider;
}

/** The stand-in of HCP Terraform over one of the sandbox's git hosts. */
export async function createSandboxFixture({
  oauthTokenId,
  host,
  createGit,
}: SandboxGitHost): Promise<InfrastructureProviderFixture> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'hcp-provider-'));
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    delays: { planMs: 0, applyMs: 0 },
  });
  const address = sandbox.urls.standIns.hcp;
  // A whole suite in a minute is more than an organization's day.
  await fetch(`${address}/sandbox/limits`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ perSecond: 1000, runListsPerMinute: 1000 }),
  });
  const git = createGit(sandbox);
  const http = HttpClient.create({
    vendor: 'HCP Terraform',
    timeoutMilliseconds: LIMIT_MILLISECONDS,
  });
  const [provider] = HcpTerraformProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          hcpTerraform: [
            {
              gitHost: host(sandbox),
              organization: 'myorg',
              address,
              token: TOKEN,
              vcs: { oauthTokenId },
            },
          ],
        },
      },
    }),
    { gitProviders: [git], http, runListsPerMinute: 1000 },
  );
  const repository = {
    host: host(sandbox),
    owner: 'myorg',
    name: 'infrastructure',
  };
  const openPullRequest = async (name: string) => {
    await provider.createWorkspaces(repository, [`databases/${name}`], {
      runKey: `run-${name}`,
    });
    const { url } = await git.createPullRequest({
      repository,
      branch: `db-${name}`,
      title: `Provision database: ${name}`,
      body: '',
      commitMessage: `Add database ${name}`,
      files: [
        {
          path: `databases/${name}/main.tf`,
          content: Buffer.from(toModule(name)),
        },
      ],
      runKey: `run-${name}`,
    });
    return url;
  };
  const opened = new Map<string, string>();
  return {
    provider,
    repository,
    toDirectory: name => `databases/${name}`,
    faults: createProviderFaults(sandbox.faults, 'hcp', {
      slowMilliseconds: 2 * LIMIT_MILLISECONDS,
    }),
    read: () =>
      provider.readSensitive({
        url: {
          provider: provider.id,
          state: 'myorg/infrastructure-databases-contract-apply',
          output: 'url',
        },
      }),
    canary: TOKEN,
    sensitive: ['password', 'url'],
    openPullRequest: async name => {
      const url = await openPullRequest(name);
      opened.set(url, name);
      return url;
    },
    revertPullRequest: async url => {
      const revert = await git.revertPullRequest(url, { runKey: 'revert' });
      return revert.url;
    },
    countApplies: async url => {
      const { hcp } = await sandbox.inventory();
      const name = `infrastructure-databases-${opened.get(url)}`;
      const workspace = hcp.workspaces.find(
        (one: { name: string }) => one.name === name,
      );
      return workspace.runs.filter(
        (run: { status: string }) => run.status === 'applied',
      ).length;
    },
    failApply: async name => {
      sandbox.faults.add({
        service: 'hcp',
        kind: 'status',
        match: { pathPattern: `^/jobs/apply/.*/${name}$` },
        times: 1,
      });
    },
    exists: async name => {
      const { databases } = await sandbox.inventory();
      return databases.includes(name.replaceAll('-', '_'));
    },
    stop: async () => {
      await sandbox.idle();
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

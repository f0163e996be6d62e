import { mockServices } from '@backstage/backend-test-utils';
import { GithubGitProvider } from '@self-service/plugin-providers-module-github';
import { HttpClient } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeInfrastructureProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from 'sandbox';
import { AtlantisProvider } from './AtlantisProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

function toModule(name: string): string {
  return `module "database" {
  source      = "../../modules/postgresql"
  name        = "${name}"
  environment = "dev"
  size        = "small"
}
`;
}

describeInfrastructureProviderContract('Atlantis', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'atlantis-provider-'));
  const sandbox = await startSandbox({
    dataDirectory,
    ports: 'ephemeral',
    enforcesLimits: false,
    delays: { planMs: 0, applyMs: 0 },
  });
  const { urls, credentials } = sandbox;
  const config = mockServices.rootConfig({
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
      providers: {
        atlantis: [
          {
            gitHost: 'github.com',
            state: {
              url: `${urls.terraformState}/{owner}/{repository}/{project}`,
              ...credentials.terraformState,
            },
          },
        ],
      },
    },
  });
  const git = GithubGitProvider.fromConfig(config, {
    logger: mockServices.logger.mock(),
    // A suite asks for more in a minute than GitHub would let it.
    http: HttpClient.create({ vendor: 'GitHub' }),
  });
  const provider = AtlantisProvider.fromConfig(config, {
    gitProviders: [git],
    http: HttpClient.create({
      vendor: 'The Terraform state server',
      timeoutMilliseconds: 5_000,
    }),
  });
  const repository = {
    host: 'github.com',
    owner: 'myorg',
    name: 'infrastructure',
  };
  return {
    provider,
    repository,
    toDirectory: name => `databases/${name}`,
    // Atlantis is never called: what it has are the states.
    faults: createProviderFaults(sandbox.faults, 'terraform', {
      slowMilliseconds: 10_000,
    }),
    read: async () => {
      const project = 'databases/contract-apply/default';
      return provider.readSensitive({
        url: {
          provider: 'atlantis',
          state: `github.com/myorg/infrastructure//${project}`,
          output: 'url',
        },
      });
    },
    canary: credentials.terraformState.password,
    sensitive: ['password', 'url'],
    openPullRequest: async name => {
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
    },
    findMergeCommit: async url => (await git.getPullRequest(url)).mergeCommit,
    mergeRevert: async url => {
      const revert = await git.revertPullRequest(url, { runKey: 'revert' });
      await git.mergePullRequest(revert.url, { head: revert.head.commit });
    },
    countApplies: async url => {
      const comments = await git.listComments(url);
      return comments.filter(({ body }) => body === 'atlantis apply').length;
    },
    applyAndKeepOpen: async url => {
      await git.addComment(url, 'atlantis apply --auto-merge-disabled');
    },
    failApply: async name => {
      sandbox.faults.add({
        service: 'terraform',
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
});

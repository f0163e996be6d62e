import {
  createProviderFaults,
  InfrastructureProviderFixture,
} from '@self-service/plugin-providers-node/testing';
import {
  LIMIT_MILLISECONDS,
  SandboxGitHost,
  startSandboxOrganization,
  TOKEN,
} from './sandboxOrganization';

/** The stand-in of HCP Terraform over one of the sandbox's git hosts. */
export async function createSandboxFixture(
  gitHost: SandboxGitHost,
): Promise<InfrastructureProviderFixture> {
  const { sandbox, git, repository, provider, ...organization } =
    await startSandboxOrganization(gitHost);
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
      const url = await organization.openPullRequest(name);
      opened.set(url, name);
      return url;
    },
    findMergeCommit: async url => (await git.getPullRequest(url)).mergeCommit,
    mergeRevert: async url => {
      const revert = await git.revertPullRequest(url, { runKey: 'revert' });
      await git.mergePullRequest(revert.url, { head: revert.head.commit });
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
    stop: organization.stop,
  };
}

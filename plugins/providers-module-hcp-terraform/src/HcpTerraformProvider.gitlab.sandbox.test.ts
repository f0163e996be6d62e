import { mockServices } from '@backstage/backend-test-utils';
import { GitlabGitProvider } from '@self-service/plugin-providers-module-gitlab';
import { describeInfrastructureProviderContract } from '@self-service/plugin-providers-node/testing';
import { createSandboxFixture } from './__testUtils__/sandboxFixture';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

describeInfrastructureProviderContract('HCP Terraform over GitLab', () =>
  createSandboxFixture({
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
      );
      return git;
    },
  }),
);

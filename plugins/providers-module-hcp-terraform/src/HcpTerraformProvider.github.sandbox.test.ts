import { mockServices } from '@backstage/backend-test-utils';
import { GithubGitProvider } from '@self-service/plugin-providers-module-github';
import { describeInfrastructureProviderContract } from '@self-service/plugin-providers-node/testing';
import { createSandboxFixture } from './__testUtils__/sandboxFixture';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

describeInfrastructureProviderContract('HCP Terraform over GitHub', () =>
  createSandboxFixture({
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
        { logger: mockServices.logger.mock() },
      );
      return git;
    },
  }),
);

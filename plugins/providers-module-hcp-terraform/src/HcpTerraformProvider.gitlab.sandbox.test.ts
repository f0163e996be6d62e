import { describeInfrastructureProviderContract } from '@self-service/plugin-providers-node/testing';
import { createSandboxFixture } from './__testUtils__/sandboxFixture';
import { gitLab } from './__testUtils__/sandboxOrganization';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

describeInfrastructureProviderContract('HCP Terraform over GitLab', () =>
  createSandboxFixture(gitLab),
);

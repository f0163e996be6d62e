/**
 * Contract suites: each provider of a capability passes the same one.
 *
 * @packageDocumentation
 */
export {
  describeGitProviderContract,
  type GitProviderFixture,
} from './describeGitProviderContract';
export {
  describeInfrastructureProviderContract,
  type InfrastructureProviderFixture,
} from './describeInfrastructureProviderContract';
export {
  describeSecretsProviderContract,
  type SecretsProviderFixture,
} from './describeSecretsProviderContract';

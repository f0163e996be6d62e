/**
 * Contract suites: each provider of a capability passes the same one.
 *
 * @packageDocumentation
 */
export {
  describeGitProviderContract,
  type GitContractOptions,
  type GitProviderFixture,
} from './describeGitProviderContract';
export {
  describeInfrastructureProviderContract,
  type InfrastructureProviderFixture,
} from './describeInfrastructureProviderContract';
export {
  describeSecretsProviderContract,
  type SecretsContractOptions,
  type SecretsProviderFixture,
} from './describeSecretsProviderContract';
export {
  describeMessagingProviderContract,
  type MessagingContractOptions,
  type MessagingProviderFixture,
  type SeenMessage,
} from './describeMessagingProviderContract';
export {
  describeTicketingProviderContract,
  type TicketingContractOptions,
  type TicketingProviderFixture,
} from './describeTicketingProviderContract';
export {
  describeFailures,
  repeatAfterUnknownOutcomes,
  type FailuresFixture,
} from './describeFailures';
export {
  createProviderFaults,
  type FaultSwitchLike,
  type ProviderFault,
  type ProviderFaults,
} from './providerFaults';
export {
  describeObservabilityProviderContract,
  type ObservabilityProviderFixture,
  type SeenObservability,
} from './describeObservabilityProviderContract';

/**
 * Datadog as provider of the capability observability.
 *
 * @packageDocumentation
 */
export { datadogProviderServiceFactory as default } from './datadogProviderServiceFactory';
export type {
  DatadogObservabilityProvider,
  DatadogObservabilityProviderOptions,
} from './DatadogObservabilityProvider';

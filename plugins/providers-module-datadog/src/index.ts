/**
 * Datadog as provider of the capability observability.
 *
 * @packageDocumentation
 */
export { datadogProviderServiceFactory as default } from './datadogProviderServiceFactory';
export {
  DatadogObservabilityProvider,
  type DatadogObservabilityProviderOptions,
} from './DatadogObservabilityProvider';

/**
 * Grafana and Prometheus-compatible rulers as provider of the capability
 * observability.
 *
 * @packageDocumentation
 */
export { grafanaProviderServiceFactory as default } from './grafanaProviderServiceFactory';
export {
  GrafanaObservabilityProvider,
  type GrafanaObservabilityProviderOptions,
} from './GrafanaObservabilityProvider';

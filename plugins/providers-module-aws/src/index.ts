/**
 * AWS Secrets Manager as provider of the capability `secrets`.
 *
 * @packageDocumentation
 */
export { awsProviderServiceFactory as default } from './awsProviderServiceFactory';
export {
  AwsSecretsProvider,
  type AwsSecretsProviderOptions,
} from './AwsSecretsProvider';
export type { AwsClientOptions, AwsClock } from './AwsClient';

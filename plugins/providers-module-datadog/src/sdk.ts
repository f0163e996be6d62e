/**
 * What is used of Datadog's client. Its entry point loads 2,000 models of the
 * second API too, which takes four seconds and serves nothing here.
 */
export * as client from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common';
export * as v1 from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1';

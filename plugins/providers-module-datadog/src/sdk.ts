/**
 * What is used of Datadog's client. Its entry point loads the models of the
 * second version of the API too, which takes five times as long and serves
 * nothing here.
 */
export * as client from '@datadog/datadog-api-client/dist/packages/datadog-api-client-common';
export * as v1 from '@datadog/datadog-api-client/dist/packages/datadog-api-client-v1';

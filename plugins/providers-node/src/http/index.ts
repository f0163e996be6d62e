export { malformedAnswer, orUndefined } from './answers';
export {
  HttpClient,
  type HttpClientOptions,
  type HttpClock,
  type HttpRequestOptions,
} from './HttpClient';
export { JsonApi, type JsonApiOptions, type JsonCall } from './JsonApi';
export { toProviderError, type ProviderFailure } from './providerErrors';
export { type RequestLimit } from './RateBudget';
export { readRateLimit, readRetryAfter } from './rateLimit';
export { redact } from './redact';

export {
  HttpClient,
  type HttpClientOptions,
  type HttpClock,
  type HttpRequestOptions,
} from './HttpClient';
export { toProviderError, type ProviderFailure } from './providerErrors';
export { readRateLimit, readRetryAfter } from './rateLimit';
export { redact } from './redact';

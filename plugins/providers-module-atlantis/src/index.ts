/**
 * Atlantis as provider of the capability `infrastructure`.
 *
 * @packageDocumentation
 */
export { atlantisProviderServiceFactory as default } from './atlantisProviderServiceFactory';
export {
  AtlantisProvider,
  type AtlantisProviderOptions,
} from './AtlantisProvider';

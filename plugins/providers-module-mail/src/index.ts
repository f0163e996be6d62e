/**
 * Mail as provider of the capability `messaging`.
 *
 * @packageDocumentation
 */
export { mailProviderServiceFactory as default } from './mailProviderServiceFactory';
export {
  MailMessagingProvider,
  type MailMessagingProviderOptions,
} from './MailMessagingProvider';

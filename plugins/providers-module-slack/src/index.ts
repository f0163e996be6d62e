/**
 * Slack as provider of the capability `messaging`.
 *
 * @packageDocumentation
 */
export { slackProviderServiceFactory as default } from './slackProviderServiceFactory';
export {
  SlackMessagingProvider,
  type SlackMessagingProviderOptions,
} from './SlackMessagingProvider';

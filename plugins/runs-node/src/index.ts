/**
 * Service through which actions park runs and claim effects.
 *
 * @packageDocumentation
 */
export {
  effectUndoerServiceRef,
  type EffectUndoer,
  type SettleResult,
  type UndoResult,
} from './EffectUndoer';
export {
  webhookReceiverServiceRef,
  type WebhookDelivery,
  type WebhookNews,
  type WebhookReceiver,
} from './WebhookReceiver';
export { BackendCaller, type BackendCallerOptions } from './BackendCaller';
export {
  createLocalBackends,
  localBackendsServiceRef,
  serveLocally,
  type LocalBackend,
  type LocalBackends,
  type OperationMethod,
  type PluginOperation,
} from './LocalBackends';
export { runsServiceRef, type RunsService } from './RunsService';
export { waitCheckerServiceRef, type WaitChecker } from './WaitChecker';
export { createSecretSealer, type SecretSealer } from './secretSealer';
export { toRunKey } from './runKey';
export { EntityNames, shortName } from './EntityNames';
export { RecentAnswers } from './RecentAnswers';
export { VisibleTemplates } from './VisibleTemplates';

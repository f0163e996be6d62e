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
  CONDITION_WAIT,
  conditionServiceRef,
  type Condition,
  type ConditionState,
  type ConditionSubject,
} from './Condition';
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

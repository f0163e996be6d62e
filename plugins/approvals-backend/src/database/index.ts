export {
  DatabaseAnswerStore,
  type AnswerStore,
  type StoredAnswer,
} from './AnswerStore';
export * from './ApprovalsStore';
export { DatabaseApprovalsStore } from './DatabaseApprovalsStore';
export { DatabaseDeliveries } from './DatabaseDeliveries';
export { DatabaseOutbox } from './DatabaseOutbox';
export { DatabaseTimers } from './DatabaseTimers';
export { DecidedRequests, type DecidedRequest } from './DecidedRequests';
export type {
  DeliveredMessage,
  DeliveryLane,
  DeliveryRecord,
  DeliveryStore,
  NewDelivery,
} from './DeliveryStore';
export { DatabaseFreezeStore, type FreezeStore } from './FreezeStore';
export {
  DatabaseLinkStore,
  type DecisionLink,
  type LinkStore,
} from './LinkStore';
export {
  DatabasePreferenceStore,
  type PreferenceStore,
} from './PreferenceStore';
export {
  DatabasePolicyHistory,
  type PolicyHistory,
  type RecordedDecision,
} from './PolicyHistory';

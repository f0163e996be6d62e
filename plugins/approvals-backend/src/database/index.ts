export * from './ApprovalsStore';
export { DatabaseApprovalsStore } from './DatabaseApprovalsStore';
export { DatabaseOutbox } from './DatabaseOutbox';
export { DatabaseTimers } from './DatabaseTimers';
export { DatabaseFreezeStore, type FreezeStore } from './FreezeStore';
export {
  DatabasePolicyHistory,
  type PolicyHistory,
  type RecordedDecision,
} from './PolicyHistory';

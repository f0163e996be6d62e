export * from './ApprovalsStore';
export { DatabaseApprovalsStore } from './DatabaseApprovalsStore';
export { DatabaseOutbox } from './DatabaseOutbox';
export { DatabaseTimers } from './DatabaseTimers';

export {
  freezeSchema,
  type ApprovalData,
  type PolicyData,
  type PolicyFreeze,
} from './dataSchema';
export { readPolicyBundle, type PolicyBundle } from './PolicyBundle';
export { PolicyEngine } from './PolicyEngine';
export { PolicyError, type PolicyErrorKind } from './PolicyError';
export {
  PolicyService,
  type PolicyArtifacts,
  type PolicyDecision,
  type PolicyServiceOptions,
  type PolicyStatus,
} from './PolicyService';

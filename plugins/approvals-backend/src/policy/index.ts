export {
  freezeSchema,
  type ApprovalData,
  type PolicyData,
  type PolicyFreeze,
} from './dataSchema';
export {
  FileBundleSource,
  HttpBundleSource,
  type BundleSource,
} from './BundleSource';
export { canonicalJson } from './canonicalJson';
export { effectiveData, mergePatch } from './mergeData';
export { readPolicyBundle, type PolicyBundle } from './PolicyBundle';
export { PolicyEngine } from './PolicyEngine';
export { PolicyError, type PolicyErrorKind } from './PolicyError';
export { PolicyPoller } from './PolicyPoller';
export {
  PolicyService,
  type PolicyArtifacts,
  type PolicyDecision,
  type PolicyServiceOptions,
  type PolicyStatus,
} from './PolicyService';

/**
 * Facts, decisions, requests, stages and votes: types, pure rules and the
 * HTTP contract of the approvals plugin.
 *
 * @packageDocumentation
 */
export * from './alternatives';
export * from './api';
export * from './decision';
export * from './explanation';
export {
  explanationMessages,
  type ExplanationKey,
  type TranslateExplanation,
} from './explanationMessages';
export * from './facts';
export * from './formPreview';
export * from './formPreviewFields';
export * from './formPreviewParts';
export * from './freezes';
export * from './gateSteps';
export * from './messages';
export * from './permissions';
export * from './policyApi';
export * from './requests';
export * from './rules';
export * from './schedule';
export * from './selfServiceSpec';

export * from './approvalRequestResource';
export * from './rules';
export { RequestAccess } from './RequestAccess';

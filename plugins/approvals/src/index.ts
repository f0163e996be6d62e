/**
 * The Approvals page, its client, and the pieces that the run pages share
 * with it.
 *
 * @packageDocumentation
 */
export { approvalsPlugin as default } from './plugin';
export { approvalsApiRef, type ApprovalsApi } from './api/ApprovalsApi';
export { ApprovalsClient } from './api/ApprovalsClient';
export { messagesApiRef, type MessagesApi } from './api/MessagesApi';
export { MessagesClient } from './api/MessagesClient';
export { policyApiRef, type PolicyApi } from './api/PolicyApi';
export { PolicyClient } from './api/PolicyClient';
export { ApprovalSummary } from './components/ApprovalSummary';
export { RequestStatusChip } from './components/chips';
export { Explanations, useExplain } from './components/Explanations';
export { useApprovalsSignal } from './components/useApprovalsSignal';
export { useWrite } from './components/request/useWrite';
export { WriteDialog } from './components/WriteDialog';
export { useInboxCount } from './components/useInboxCount';
export { explanationTranslationRef } from './explanationTranslation';
export { messagesTranslationRef } from './messagesTranslation';
export { policyTranslationRef } from './policyTranslation';
export { requestRouteRef, rootRouteRef } from './routes';
export { approvalsTranslationRef } from './translation';
export * from './ui';

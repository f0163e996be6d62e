/**
 * Service through which other plugins ask for decisions and admission.
 *
 * @packageDocumentation
 */
export { approvalsServiceRef, type ApprovalsService } from './ApprovalsService';
export { DefaultApprovalsService } from './DefaultApprovalsService';

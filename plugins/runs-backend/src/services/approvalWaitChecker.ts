import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { WaitChecker } from '@self-service/plugin-runs-node';

/** Knows which approval requests are decided (or unknown). */
export function createApprovalWaitChecker(
  approvals: ApprovalsService,
): WaitChecker {
  return {
    kind: 'approval',
    findOver: refs => approvals.decidedAmong(refs),
  };
}

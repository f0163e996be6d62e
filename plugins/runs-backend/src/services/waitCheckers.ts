import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { WaitChecker } from '@self-service/plugin-runs-node';
import { StepStore } from '../database/StepStore';
import { Clock } from './Clock';

/** Knows which approval requests are decided (or unknown). */
export function createApprovalWaitChecker(
  approvals: ApprovalsService,
): WaitChecker {
  return {
    kind: 'approval',
    findOver: refs => approvals.decidedAmong(refs),
  };
}

/** Knows which questions to people are answered (or unknown). */
export function createInterventionWaitChecker(steps: StepStore): WaitChecker {
  return {
    kind: 'intervention',
    findOver: refs => steps.answeredAmong(refs),
  };
}

/**
 * Knows which times have come. A ref is `<ISO 8601 time>|<id>`; one that names
 * no time is over, so that nothing waits for ever.
 */
export function createTimerWaitChecker(clock: Clock): WaitChecker {
  return {
    kind: 'timer',
    findOver: async refs => {
      const now = (await clock.now()).getTime();
      return refs.filter(ref => {
        const time = Date.parse(ref.split('|')[0]);
        return Number.isNaN(time) || time <= now;
      });
    },
  };
}

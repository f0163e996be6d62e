import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { Problem } from '@self-service/plugin-runs-common';

/**
 * Asks policy again about a run that somebody has opened in the scaffolder
 * itself, which asks nobody.
 *
 * @remarks
 * Nobody is asked to approve here: whoever pressed there does not see that
 * the run waits. Retry on the run's page asks.
 *
 * @returns why it may not go on, for people; `undefined` where it may
 * @throws whatever keeps policy from answering: the run acts no more until
 * then
 */
export async function reviewReopened(
  approvals: ApprovalsService,
  taskId: string,
): Promise<Problem | undefined> {
  const preview = await approvals.reviewRun(taskId, { dryRun: true });
  const { outcome, changes, explanations } =
    preview.outcome === 'approved'
      ? await approvals.reviewRun(taskId, { dryRun: false })
      : preview;
  const why = [...changes, ...explanations].join(' ');
  switch (outcome) {
    case 'unchanged':
    case 'approved':
      return undefined;
    case 'pending':
      return {
        what: `It was started again in the scaffolder and stopped: people have to approve it first. ${why}`.trim(),
        whose: 'yours',
        canPass: false,
        remedy: 'Press Retry on the page of the run: it asks them.',
      };
    default:
      return {
        what: `It was started again in the scaffolder and stopped: policy denies it now. ${why}`.trim(),
        whose: 'yours',
        canPass: false,
        remedy:
          'Change what is asked for: edit and resubmit it, or roll it back.',
      };
  }
}

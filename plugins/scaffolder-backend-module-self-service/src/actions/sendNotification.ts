import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { redact, withProblem } from '@self-service/plugin-providers-node';
import { RunsService } from '@self-service/plugin-runs-node';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext, RunContext } from '../run/RunContext';
import { requireAdmission } from '../run/withEffect';
import { examples } from './sendNotification.examples';

const ACTION = 'notify:send';

/**
 * Sends a Backstage notification to the requester or to the owning team.
 *
 * @remarks
 * It leaves no effect: there is nothing to undo. Run again, it replaces its
 * own notification, which it finds by scope.
 */
export function createSendNotificationAction(
  services: FailureServices & { notifications: NotificationService },
) {
  return createTemplateAction({
    id: ACTION,
    description:
      "Sends a Backstage notification to the run's requester or its owning team.",
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        to: z =>
          z
            .enum(['requester', 'team'])
            .optional()
            .describe('Who gets it; the requester without'),
        title: z => z.string().min(1).describe('What has happened'),
        description: z => z.string().optional().describe('More about it'),
        link: z =>
          z
            .string()
            .optional()
            .describe('Page to look at; the page of the run without'),
        severity: z =>
          z
            .enum(['low', 'normal', 'high', 'critical'])
            .optional()
            .describe('normal without'),
      },
      output: {
        ...FAILURE_OUTPUTS,
        recipient: z => z.string().describe('Entity ref of who got it'),
      },
    },
    async handler(ctx) {
      const {
        to = 'requester',
        title,
        description,
        link,
        severity,
      } = ctx.input;
      if (ctx.isDryRun) {
        ctx.logger.info(`Dry run: would tell the ${to}: ${title}`);
        ctx.output('recipient', 'user:default/dry-run');
        return;
      }
      const digest = inputDigest({ to, title, description, link });
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: digest },
        async ({ run }) => {
          await requireAdmission(run.action, services.approvals, ACTION);
          const recipient = await findRecipient(run, services.runs, to);
          await send(services.notifications, {
            recipients: { type: 'entity', entityRef: recipient },
            payload: {
              title,
              description,
              link: link ?? `/create/tasks/${run.taskId}`,
              severity: severity ?? 'normal',
              topic: 'self-service',
              scope: `run:${run.taskId}/${run.stepId}/${digest.slice(0, 12)}`,
            },
          });
          ctx.logger.info(`Told ${recipient}: ${title}`);
          ctx.output('recipient', recipient);
        },
      );
    },
  });
}

async function findRecipient(
  run: RunContext,
  runs: RunsService,
  to: 'requester' | 'team',
): Promise<string> {
  const ref =
    to === 'requester' ? run.requester : (await runs.get(run.taskId))?.team;
  if (!ref) {
    throw new InputError(
      to === 'team'
        ? 'The run has no owning team. Name it in spec.selfService.team of the template.'
        : 'The run has no requester.',
    );
  }
  return ref;
}

/** The service says in words alone why it could not send. */
async function send(
  notifications: NotificationService,
  message: Parameters<NotificationService['send']>[0],
): Promise<void> {
  try {
    await notifications.send(message);
  } catch (error) {
    const what = 'The notification could not be sent.';
    throw withProblem(new ServiceUnavailableError(what, error), {
      what,
      whose: 'platform',
      canPass: true,
      remedy:
        'Try again in a few minutes. If it stays like this, tell the platform team: the notifications plugin does not answer.',
      raw: redact(String(error)),
    });
  }
}

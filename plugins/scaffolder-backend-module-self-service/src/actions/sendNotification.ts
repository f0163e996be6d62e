import { InputError, ServiceUnavailableError } from '@backstage/errors';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  Messenger,
  redact,
  withProblem,
} from '@self-service/plugin-providers-node';
import { RunsService } from '@self-service/plugin-runs-node';
import { FailureServices } from '../run/failure/ActingStep';
import { FAILURE_OUTPUTS } from '../run/failure/failureOutputs';
import { withFailureBehaviour } from '../run/failure/withFailureBehaviour';
import { inputDigest } from '../run/inputDigest';
import { AnyActionContext, RunContext } from '../run/RunContext';
import { requireAdmission } from '../run/withEffect';
import { examples } from './sendNotification.examples';

const ACTION = 'notify';

/** What the notification needs. */
export interface NotificationServices extends FailureServices {
  notifications: NotificationService;
  messenger: Messenger;
  /** `app.baseUrl`, for links in what is read outside Backstage. */
  appBaseUrl: string;
}

/**
 * Sends a Backstage notification to the requester or to the owning team, and
 * a message to a channel if the template says so.
 *
 * @remarks
 * It leaves no effect: there is nothing to undo. Run again, it replaces its
 * own notification, which it finds by scope, and the channel is told once.
 */
export function createSendNotificationAction(services: NotificationServices) {
  return createTemplateAction({
    id: ACTION,
    description:
      "Sends a Backstage notification to the run's requester or its owning team, and a message to a channel if one is named.",
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
        channel: z =>
          z
            .string()
            .min(1)
            .optional()
            .describe(
              'Channel to tell too, by its name, in chat or by mail as the portal is configured',
            ),
      },
      output: {
        ...FAILURE_OUTPUTS,
        recipient: z => z.string().describe('Entity ref of who got it'),
        provider: z =>
          z
            .string()
            .optional()
            .describe('Id of the messaging provider that told the channel'),
      },
    },
    async handler(ctx) {
      const {
        to = 'requester',
        title,
        description,
        link,
        severity = 'normal',
        channel,
      } = ctx.input;
      if (ctx.isDryRun) {
        const also = channel ? ` and the channel ${channel}` : '';
        ctx.logger.info(`Dry run: would tell the ${to}${also}: ${title}`);
        ctx.output('recipient', 'user:default/dry-run');
        return;
      }
      const digest = inputDigest({ to, title, description, link, channel });
      await withFailureBehaviour(
        ctx as unknown as AnyActionContext,
        services,
        { inputDigest: digest },
        async ({ run }) => {
          await requireAdmission(run.action, services.approvals, ACTION);
          const recipient = await findRecipient(run, services.runs, to);
          const page = link ?? `/create/tasks/${run.taskId}`;
          const scope = `run:${run.taskId}/${run.stepId}/${digest.slice(
            0,
            12,
          )}`;
          await send(services.notifications, {
            recipients: { type: 'entity', entityRef: recipient },
            payload: {
              title,
              description,
              link: page,
              severity,
              topic: 'self-service',
              scope,
            },
          });
          ctx.logger.info(`Told ${recipient}: ${title}`);
          ctx.output('recipient', recipient);
          if (channel) {
            const { reference } = await services.messenger.sendMessage({
              to: { channel },
              messageKey: scope,
              message: {
                title,
                summary: description,
                severity,
                link: {
                  label: 'Open in Backstage',
                  url: toAbsolute(page, services.appBaseUrl),
                },
              },
              signal: ctx.signal,
            });
            ctx.logger.info(`Told the channel ${channel}: ${title}`);
            ctx.output('provider', reference.provider);
          }
        },
      );
    },
  });
}

/** Paths are below the portal's address, which may have a path itself. */
function toAbsolute(link: string, appBaseUrl: string): string {
  return /^https?:\/\//.test(link)
    ? link
    : `${appBaseUrl.replace(/\/+$/, '')}/${link.replace(/^\/+/, '')}`;
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

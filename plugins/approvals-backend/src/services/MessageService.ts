import { NotificationService } from '@backstage/plugin-notifications-node';
import { ApprovalRequest, Stage } from '@self-service/plugin-approvals-common';
import { ApprovalsStore, Announcement } from '../database';
import { ApproverRefresher } from './ApproverRefresher';
import { toRequest } from './presentation';

interface Message {
  to: string[];
  title: string;
  description: string;
  severity: 'normal' | 'high';
}

function displayTime(time: string | undefined): string {
  return time ? `${time.slice(0, 16).replace('T', ' ')} UTC` : 'no set time';
}

function reasonsOf(request: ApprovalRequest): string {
  return request.decision.explanations.join(' ');
}

/** Those who may still decide a stage. */
function deciders(request: ApprovalRequest, stage: Stage): string[] {
  const voted = request.stages.flatMap(({ votes }) =>
    votes.map(({ voter }) => voter),
  );
  return stage.eligible.filter(ref => !voted.includes(ref));
}

function forApprovers(
  event: Announcement['event'],
  request: ApprovalRequest,
  stage: Stage,
): Message {
  const to = deciders(request, stage);
  const due = `Due ${displayTime(stage.dueAt)}.`;
  const asks = `${request.requester} asks for "${request.title}".`;
  switch (event) {
    case 'stage-reminded':
      return {
        to,
        title: `Still waiting for your approval: ${request.title}`,
        description: `${due} ${reasonsOf(request)}`,
        severity: 'high',
      };
    case 'stage-escalated':
      return {
        to,
        title: `Escalated: ${request.title} needs an approval`,
        description: `Nobody has decided yet, so backups may decide as well. ${asks} ${due} ${reasonsOf(
          request,
        )}`,
        severity: 'high',
      };
    default:
      return {
        to,
        title: `Approval needed: ${request.title}`,
        description: `${asks} ${due} ${reasonsOf(request)}`,
        severity: 'normal',
      };
  }
}

const outcomes: Partial<Record<ApprovalRequest['status'], string>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  expired: 'Nobody decided in time',
  cancelled: 'Cancelled',
};

function forRequester(request: ApprovalRequest): Message | undefined {
  const { status, requester, title, outcomeBy, outcomeComment } = request;
  const outcome = outcomes[status];
  // Who has cancelled a request knows it.
  if (!outcome || (status === 'cancelled' && outcomeBy === requester)) {
    return undefined;
  }
  const by = outcomeBy ? `By ${outcomeBy}.` : '';
  const next =
    status === 'approved'
      ? 'The run goes on by itself.'
      : 'Nothing after the gate was done; start a new run to ask again.';
  return {
    to: [requester],
    title: `${outcome}: ${title}`,
    description: [by, outcomeComment, next].filter(Boolean).join(' '),
    severity: status === 'approved' ? 'normal' : 'high',
  };
}

/**
 * Tells people by Backstage notifications what they have to do, or what
 * became of what they asked for.
 *
 * @remarks
 * Who is told, and whether there is still a reason to, is found out when a
 * message is delivered. Its scope makes the notifications backend keep one per
 * person, however often it is delivered.
 */
export class MessageService {
  readonly #store: ApprovalsStore;
  readonly #refresher: ApproverRefresher;
  readonly #notifications: NotificationService;
  readonly #platformTeam: string;

  /**
   * @param options.platformTeam - group that is told of stages which nobody
   * can decide
   */
  constructor(options: {
    store: ApprovalsStore;
    refresher: ApproverRefresher;
    notifications: NotificationService;
    platformTeam: string;
  }) {
    this.#store = options.store;
    this.#refresher = options.refresher;
    this.#notifications = options.notifications;
    this.#platformTeam = options.platformTeam;
  }

  /**
   * Sends one message, or none where it has no point any more.
   *
   * @throws when catalog or notifications backend do not answer: to be tried
   * again
   */
  async deliver(announcement: Announcement): Promise<void> {
    const { event, requestId, stageId } = announcement;
    const stored = await this.#store.findRequest(requestId);
    if (!stored) {
      return;
    }
    const request = toRequest(await this.#refresher.refresh(stored));
    const message = this.#compose(announcement, request);
    if (!message || message.to.length === 0) {
      return;
    }
    const { to, title, description, severity } = message;
    await this.#notifications.send({
      recipients: { type: 'entity', entityRef: to },
      payload: {
        title,
        description,
        severity,
        link: `/approvals/${requestId}`,
        topic: 'approvals',
        scope: [requestId, stageId, event].filter(Boolean).join(':'),
      },
    });
  }

  #compose(
    { event, stageId }: Announcement,
    request: ApprovalRequest,
  ): Message | undefined {
    if (event === 'request-ended') {
      return forRequester(request);
    }
    const stage = request.stages.find(({ id }) => id === stageId);
    if (!stage) {
      return undefined;
    }
    if (event === 'stage-stuck') {
      return stage.problem === undefined
        ? undefined
        : {
            to: [request.requester, this.#platformTeam],
            title: `Nobody can decide: ${request.title}`,
            description: stage.problem,
            severity: 'high',
          };
    }
    return stage.status === 'open'
      ? forApprovers(event, request, stage)
      : undefined;
  }
}

import { Stage, votableStages } from '@self-service/plugin-approvals-common';
import { Message } from '@self-service/plugin-providers-node';
import { Announcement } from '../../database';
import {
  describeEnd,
  describeStage,
  displayTime,
  enumerate,
  factsOf,
  MessageContext,
  pageOf,
  reasonSections,
  requestFacts,
  stageLabel,
} from './composeParts';

type Event = Announcement['event'];

/** A message, and whether there is any point in sending it for the first time. */
export interface Composed {
  message: Message;
  isDue: boolean;
  /** The stage in which the person may vote now. */
  votableStage?: string;
}

/** What a message is for. */
export interface MessageOccasion {
  event: Event;
  stageId?: string;
  /** User ref of the recipient. */
  person: string;
}

/** What a button of a chat message stands for; who gets it back trusts none. */
export interface ButtonValue {
  requestId: string;
  stageId: string;
}

function headOf(
  { request, name }: MessageContext,
  event: Event,
): Pick<Message, 'title' | 'summary' | 'severity'> {
  const asks = `${name(request.requester)} asks for "${request.title}".`;
  switch (event) {
    case 'stage-reminded':
      return {
        title: `Still waiting for your approval: ${request.title}`,
        summary: asks,
        severity: 'high',
      };
    case 'stage-escalated':
      return {
        title: `Escalated: ${request.title} needs an approval`,
        summary: `Nobody has decided yet, so backups may decide as well. ${asks}`,
        severity: 'high',
      };
    default:
      return {
        title: `Approval needed: ${request.title}`,
        summary: asks,
        severity: 'normal',
      };
  }
}

/** Why an approver has nothing to decide (any more), or not yet. */
function headWithoutVote(
  context: MessageContext,
  stage: Stage,
  person: string,
): Pick<Message, 'title' | 'summary'> {
  const { request } = context;
  if (request.status !== 'pending') {
    return describeEnd(context);
  }
  const own = request.stages
    .flatMap(({ votes }) => votes)
    .find(({ voter }) => voter === person);
  if (stage.status === 'open' && own?.stageId === stage.id) {
    return {
      title: `You have approved: ${request.title}`,
      summary: describeStage(context, stage),
    };
  }
  if (stage.status !== 'open') {
    return {
      title: `Decided by others: ${request.title}`,
      summary: `${describeStage(
        context,
        stage,
      )}. The request still waits for ${waitsFor(context)}.`,
    };
  }
  const { because } = votableStages(request, person);
  return { title: `Not yours to decide: ${request.title}`, summary: because };
}

/** The stages that a request waits for, in words. */
function waitsFor(context: MessageContext): string {
  const { request } = context;
  const open = request.stages.filter(({ status }) => status === 'open');
  return (
    enumerate(open.map(stage => stageLabel(context, stage))) || 'its next stage'
  );
}

function forApprover(
  context: MessageContext,
  stage: Stage,
  { event, person }: MessageOccasion,
): Composed {
  const { request } = context;
  const mayVote = votableStages(request, person).stages.includes(stage.id);
  const base = {
    sections: reasonSections(context),
    link: pageOf(context),
    links: request.links.map(({ title, url }) => ({ label: title, url })),
  };
  if (!mayVote) {
    const head = headWithoutVote(context, stage, person);
    const facts = requestFacts(context);
    return { message: { ...base, ...head, facts }, isDue: false };
  }
  const value: ButtonValue = { requestId: request.id, stageId: stage.id };
  const button = { value: JSON.stringify(value) };
  return {
    message: {
      ...base,
      ...headOf(context, event),
      facts: [
        ...requestFacts(context),
        ...factsOf({
          'Waits for': stageLabel(context, stage),
          Approvals: `${stage.votes.length} of ${stage.quorum}`,
          Due: displayTime(stage.dueAt),
        }),
      ],
      buttons: [
        { ...button, label: 'Approve', action: 'approve', style: 'primary' },
        {
          ...button,
          label: 'Reject',
          action: 'reject',
          style: 'danger',
          comment: { label: 'Comment: why, and what would help' },
        },
      ],
    },
    isDue: true,
    votableStage: stage.id,
  };
}

/** The first message of the requester's thread, as things are now. */
function asked(context: MessageContext): Composed {
  const { request } = context;
  const isPending = request.status === 'pending';
  const head = isPending
    ? {
        title: `Waits for approval: ${request.title}`,
        summary: `You asked for it; it waits for ${waitsFor(context)}.`,
      }
    : describeEnd(context);
  return {
    message: {
      ...head,
      facts: requestFacts(context).slice(1),
      sections: [
        ...reasonSections(context),
        {
          heading: 'Who decides',
          text: request.stages
            .map(stage => describeStage(context, stage))
            .join('\n'),
        },
      ],
      link: pageOf(context),
      links: request.links.map(({ title, url }) => ({ label: title, url })),
    },
    isDue: isPending,
  };
}

function ended(context: MessageContext, person: string): Composed {
  const { request } = context;
  const { status, outcomeBy } = request;
  const { title, summary } = describeEnd(context);
  const next =
    status === 'approved'
      ? 'The run goes on by itself.'
      : 'Nothing after the gate was done; start a new run to ask again.';
  return {
    message: {
      title,
      summary: `${summary} ${next}`,
      severity: status === 'approved' ? 'normal' : 'high',
      link: pageOf(context),
    },
    // Who has cancelled a request knows it.
    isDue:
      status !== 'pending' && !(status === 'cancelled' && outcomeBy === person),
  };
}

function stuck(context: MessageContext, stage: Stage): Composed {
  const { request } = context;
  return {
    message: {
      title: stage.problem
        ? `Nobody can decide: ${request.title}`
        : `No longer stuck: ${request.title}`,
      summary: stage.problem ?? describeStage(context, stage),
      severity: stage.problem ? 'high' : 'normal',
      link: pageOf(context),
    },
    isDue: stage.problem !== undefined,
  };
}

function stageApproved(context: MessageContext, stage: Stage): Composed {
  const { request } = context;
  return {
    message: {
      title: `One stage approved: ${request.title}`,
      summary: `${describeStage(context, stage)}. It still waits for ${waitsFor(
        context,
      )}.`,
      severity: 'low',
      link: pageOf(context),
    },
    isDue: request.status === 'pending' && stage.status === 'approved',
  };
}

/**
 * Puts what a person should know of a request into words, as things are now.
 *
 * @returns `undefined` when it is about a stage that the request has not
 */
export function composeMessage(
  context: MessageContext,
  occasion: MessageOccasion,
): Composed | undefined {
  const { event, stageId, person } = occasion;
  if (event === 'request-created') {
    return asked(context);
  }
  if (event === 'request-ended') {
    return ended(context, person);
  }
  const stage = context.request.stages.find(({ id }) => id === stageId);
  if (!stage) {
    return undefined;
  }
  switch (event) {
    case 'stage-stuck':
      return stuck(context, stage);
    case 'stage-approved':
      return stageApproved(context, stage);
    default:
      return forApprover(context, stage, occasion);
  }
}

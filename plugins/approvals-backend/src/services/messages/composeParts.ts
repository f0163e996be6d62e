import {
  ApprovalRequest,
  formatMoney,
  Stage,
} from '@self-service/plugin-approvals-common';
import { Message, MessageLink } from '@self-service/plugin-providers-node';
import { asSentence } from '@self-service/plugin-runs-common';

/** What every message about a request is made from. */
export interface MessageContext {
  request: ApprovalRequest;
  /** What a person or a group is called. */
  name: (ref: string) => string;
  /** `app.baseUrl`, without a slash at its end. */
  baseUrl: string;
  /** Of costs, as the policy data says. */
  currency?: string;
}

type Fact = NonNullable<Message['facts']>[number];

/** A time for people. */
export function displayTime(time: string | undefined): string {
  return time ? `${time.slice(0, 16).replace('T', ' ')} UTC` : 'no set time';
}

/** Words with commas, and one `and`. */
export function enumerate(words: string[]): string {
  return words.length > 1
    ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
    : words.join('');
}

/** Who decides a stage, for people: `lead of payments`. */
export function stageLabel(
  { name }: Pick<MessageContext, 'name'>,
  { approvers }: Pick<Stage, 'approvers'>,
): string {
  return enumerate(
    approvers.map(({ leadOf, group }) =>
      leadOf ? `lead of ${name(leadOf)}` : name(group ?? ''),
    ),
  );
}

/** The page of a request. */
export function pageOf({ request, baseUrl }: MessageContext): MessageLink {
  return {
    label: 'Open the request',
    url: `${baseUrl}/approvals/${encodeURIComponent(request.id)}`,
  };
}

function costOf({ request, currency }: MessageContext): string | undefined {
  const { facts, subject } = request.decision;
  const cost = subject?.monthlyCost ?? facts.monthlyCost;
  return cost === undefined
    ? undefined
    : `${formatMoney(cost, currency)} a month`;
}

function planOf({ decision }: ApprovalRequest): string | undefined {
  const { plan } = decision.subject ?? {};
  return (
    plan &&
    `${plan.add} to add, ${plan.change} to change, ${plan.destroy} to destroy`
  );
}

/** Keeps the facts that there are. */
export function factsOf(facts: Record<string, string | undefined>): Fact[] {
  return Object.entries(facts).flatMap(([label, value]) =>
    value ? [{ label, value }] : [],
  );
}

/** What a request is about, in the order in which people ask. */
export function requestFacts(context: MessageContext): Fact[] {
  const { request, name } = context;
  const { facts, decision } = request.decision;
  return factsOf({
    'Asked for by': `${name(request.requester)} (${request.requester})`,
    Environment: facts.environment,
    Operation: facts.operation,
    Team: facts.team && name(facts.team),
    Cost: costOf(context),
    Risk: decision.risk,
    Plan: planOf(request),
  });
}

/** Why people are asked. */
export function reasonSections({
  request,
}: MessageContext): NonNullable<Message['sections']> {
  const text = request.decision.explanations.join('\n');
  return text ? [{ heading: 'Why a person decides', text }] : [];
}

function votersOf(stage: Stage, name: MessageContext['name']): string {
  return enumerate(stage.votes.map(({ voter }) => name(voter)));
}

/** What a request that is over has come to: a title and who, when and why. */
export function describeEnd({ request, name }: MessageContext): {
  title: string;
  summary: string;
} {
  const { status, title, outcomeBy, outcomeComment, decidedAt } = request;
  const at = `on ${displayTime(decidedAt)}`;
  const by = outcomeBy ? ` by ${name(outcomeBy)}` : '';
  const comment = outcomeComment ? ` ${asSentence(outcomeComment)}` : '';
  switch (status) {
    case 'approved': {
      const voters = request.stages.flatMap(({ votes }) =>
        votes.map(({ voter }) => name(voter)),
      );
      return {
        title: `Approved: ${title}`,
        summary: `Approved by ${enumerate([...new Set(voters)])} ${at}.`,
      };
    }
    case 'rejected':
      return {
        title: `Rejected: ${title}`,
        summary: `Rejected${by} ${at}.${comment}`,
      };
    case 'expired':
      return {
        title: `Nobody decided in time: ${title}`,
        summary: `It expired ${at}.`,
      };
    default:
      return {
        title: `Cancelled: ${title}`,
        summary: `Cancelled${by} ${at}.${comment}`,
      };
  }
}

/** What has become of one stage, in words. */
export function describeStage(context: MessageContext, stage: Stage): string {
  const { request, name } = context;
  const label = stageLabel(context, stage);
  if (stage.status === 'approved') {
    return `${label}: approved by ${votersOf(stage, name)}`;
  }
  const missing = stage.quorum - stage.votes.length;
  const state =
    stage.status === 'open'
      ? `${missing} ${
          missing === 1 ? 'approval' : 'approvals'
        } needed until ${displayTime(stage.dueAt)}`
      : stage.status;
  return `${label}: ${request.status === 'pending' ? state : stage.status}`;
}

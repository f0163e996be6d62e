import {
  ApprovalRequest,
  explain,
  Facts,
  fillPlaceholders,
  SelfServiceSpec,
  selfServiceSpecSchema,
  stageProblem,
  StoredDecision,
  Subject,
} from '@self-service/plugin-approvals-common';
import { withoutFullStop } from '@self-service/plugin-runs-common';
import { TaskSpec } from '@backstage/plugin-scaffolder-common';
import { JsonObject } from '@backstage/types';
import { DecisionRecord, RequestRecord } from '../database';

/** A stored decision as the API shows it. */
export function toStoredDecision(record: DecisionRecord): StoredDecision {
  return {
    id: record.id,
    taskId: record.taskId,
    stepId: record.stepId,
    facts: record.input.request,
    decision: record.result,
    explanations: explain(record.result),
    subject: record.subject,
    bundleDigest: record.bundleDigest,
    dataDigest: record.dataDigest,
    createdAt: record.createdAt,
  };
}

/** A stored request as the API shows it. */
export function toRequest(record: RequestRecord): ApprovalRequest {
  const voted = record.stages.flatMap(({ votes }) =>
    votes.map(({ voter }) => voter),
  );
  return {
    id: record.id,
    taskId: record.taskId,
    stepId: record.decision.stepId,
    status: record.status,
    title: record.title,
    requester: record.requester,
    decision: toStoredDecision(record.decision),
    stages: record.stages.map(({ escalateTo, unresolved, ...stage }) => ({
      ...stage,
      approvers: stage.approvers.map(approver => ({ ...approver })),
      escalatedTo: stage.escalatedAt
        ? escalateTo.map(approver => ({ ...approver }))
        : undefined,
      problem: stageProblem({ stage, voted, unresolved }),
    })),
    links: record.links,
    outcomeComment: record.outcomeComment,
    outcomeBy: record.outcomeBy,
    createdAt: record.createdAt,
    decidedAt: record.decidedAt,
  };
}

function asText(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') ||
    typeof value === 'number'
    ? String(value)
    : undefined;
}

function nameOf(
  declaration: SelfServiceSpec | undefined,
  parameters: JsonObject,
): string | undefined {
  const name = declaration?.creates?.[0]?.name;
  return typeof name === 'object'
    ? asText(parameters[name.parameter])
    : name && fillPlaceholders(name, parameters);
}

/**
 * What a request is called: the template, what it creates, and where.
 *
 * @param options.selfService - the declaration, still unchecked
 * @param options.resource - name of the resource that it is about
 */
export function titleOf(options: {
  taskId: string;
  spec: TaskSpec;
  selfService: unknown;
  facts: Pick<Facts, 'environment'>;
  resource?: string;
}): string {
  const { taskId, spec, selfService, facts, resource } = options;
  const metadata = spec.templateInfo?.entity?.metadata;
  const declaration = selfServiceSpecSchema.safeParse(selfService).data;
  const name =
    resource ??
    nameOf(declaration, spec.parameters) ??
    asText(spec.parameters.name) ??
    taskId;
  const title = metadata?.title ?? metadata?.name ?? 'Run';
  return facts.environment
    ? `${title}: ${name} (${facts.environment})`
    : `${title}: ${name}`;
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/**
 * How a request ended without approval, and what to do.
 *
 * @param request - one that was rejected or cancelled, or has expired
 */
export function describeEnd({
  title,
  status,
  outcomeComment,
}: RequestRecord): string {
  const said = outcomeComment ? `: ${withoutFullStop(outcomeComment)}` : '';
  const ended = status === 'expired' ? 'has expired' : `was ${status}`;
  return `The request "${title}" ${ended}${said}. Start a new run to ask again.`;
}

/**
 * What an approver can look at. Anything but a web address is left out, as a
 * link is there to be clicked.
 */
export function linksOf(
  subject: Subject | undefined,
): { title: string; url: string }[] {
  return [
    { title: 'Pull request', url: subject?.pullRequestUrl ?? '' },
    { title: 'Plan', url: subject?.plan?.url ?? '' },
  ].filter(({ url }) => isWebAddress(url));
}

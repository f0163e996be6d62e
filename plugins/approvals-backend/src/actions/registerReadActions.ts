import {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { NotAllowedError } from '@backstage/errors';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import { Caller, toCaller } from '../services/Caller';
import { RequestService } from '../services/RequestService';

/** What an action tells of a request in a list. */
function summarise(request: ApprovalRequest) {
  const { id, title, status, requester, createdAt, decision, stages } = request;
  return {
    id,
    title,
    status,
    requester,
    createdAt,
    environment: decision.facts.environment,
    risk: decision.decision.risk,
    reasons: decision.explanations,
    stages: stages.map(stage => ({
      name: stage.name,
      status: stage.status,
      dueAt: stage.dueAt,
      approvers: stage.eligible,
      problem: stage.problem,
    })),
  };
}

/**
 * Registers what can be read of requests as actions, for assistants (MCP) and
 * for templates.
 *
 * @remarks
 * They act with the caller's own permissions. Voting, withdrawing and
 * cancelling are not among them, and must never be: an action can be called
 * in a person's name by a template or a model, and decisions are for people.
 */
export function registerReadActions(options: {
  actionsRegistry: ActionsRegistryService;
  auth: AuthService;
  requests: RequestService;
}): void {
  const { actionsRegistry, auth, requests } = options;

  /** The person for whom an action is called. */
  function personOf(credentials: BackstageCredentials): Caller {
    if (!auth.isPrincipal(credentials, 'user')) {
      throw new NotAllowedError(
        'Approval requests are read in the name of a person',
      );
    }
    return toCaller(credentials);
  }

  actionsRegistry.register({
    name: 'list-approval-requests',
    title: 'List approval requests',
    description:
      'Lists approval requests, newest first: those that wait for the caller (inbox), those that the caller made (mine), or every one that the caller may read (all).',
    attributes: { readOnly: true, idempotent: true, destructive: false },
    schema: {
      input: z =>
        z.object({
          view: z
            .enum(['inbox', 'mine', 'all'])
            .default('inbox')
            .describe('Whose requests'),
          status: z
            .enum(['pending', 'approved', 'rejected', 'expired', 'cancelled'])
            .optional(),
          environment: z.string().optional(),
          team: z
            .string()
            .optional()
            .describe('Entity ref of a group that the request concerns'),
          text: z.string().optional().describe('Part of the title'),
          limit: z.number().int().min(1).max(100).default(25),
          cursor: z
            .string()
            .optional()
            .describe('nextCursor of the answer before'),
        }),
      output: z =>
        z.object({
          requests: z.array(
            z.object({
              id: z.string(),
              title: z.string(),
              status: z.string(),
              requester: z.string(),
              createdAt: z.string(),
              environment: z.string().optional(),
              risk: z.string().optional(),
              reasons: z.array(z.string()),
              stages: z.array(
                z.object({
                  name: z.string(),
                  status: z.string(),
                  dueAt: z.string().optional(),
                  approvers: z.array(z.string()),
                  problem: z.string().optional(),
                }),
              ),
            }),
          ),
          total: z.number(),
          nextCursor: z.string().optional(),
        }),
    },
    action: async ({ input, credentials }) => {
      const list = await requests.list(personOf(credentials), input);
      const { total, nextCursor } = list;
      return {
        output: { requests: list.items.map(summarise), total, nextCursor },
      };
    },
  });

  actionsRegistry.register({
    name: 'get-approval-request',
    title: 'Get an approval request',
    description:
      'One approval request with its facts, stages, votes and history, and what the caller may do with it. Approving and rejecting is done by people on the Approvals page.',
    attributes: { readOnly: true, idempotent: true, destructive: false },
    schema: {
      input: z =>
        z.object({ id: z.string().describe('Id of the approval request') }),
      output: z =>
        z.object({
          request: z.record(z.unknown()),
          history: z.array(z.record(z.unknown())),
          viewer: z.record(z.unknown()),
        }),
    },
    action: async ({ input, credentials }) => {
      const detail = await requests.getDetail(personOf(credentials), input.id);
      const { request, history, viewer } = detail;
      return { output: { request, history, viewer } };
    },
  });
}

import {
  ApprovalRequest,
  StoredDecision,
  Subject,
} from '@self-service/plugin-approvals-common';
import { ApprovalsService } from '@self-service/plugin-approvals-node';
import { createProblemError } from '@self-service/plugin-providers-node';
import { withoutFullStop } from '@self-service/plugin-runs-common';
import { RunsService, SecretSealer } from '@self-service/plugin-runs-node';
import { WaitAuthoriser } from '../authorisation/WaitAuthoriser';
import { findSecretProblems, parkRun } from './parkRun';
import { describeRun } from './describeRun';
import { RefusedError } from './RefusedError';
import { findRunResource } from './resource';
import { RunContext } from './RunContext';
import { findMissingSecrets } from './secrets';
import { WaitingError } from './WaitingError';
import { emptyDir } from 'fs-extra';

/** What gates and waits are made of. */
export interface WaitServices {
  approvals: ApprovalsService;
  runs: RunsService;
  waitAuthoriser: WaitAuthoriser;
  sealer: SecretSealer | undefined;
}

/** How a run got through its gate. */
export interface GatePass {
  decision: StoredDecision;
  /** Absent where policy approved by itself. */
  request?: ApprovalRequest;
}

/**
 * Asks policy, and people where policy says so, whether the run may go on.
 * Returns when it may; parks the run while people decide.
 *
 * @throws RefusedError - denied, rejected, expired or cancelled, or the
 * run may not wait; the message says why and what to do
 * @throws WaitingError - the run is parked
 */
export async function passGate(
  run: RunContext,
  services: WaitServices,
  gate: { inputDigest: string; subject?: Subject },
): Promise<GatePass> {
  const { approvals, runs, sealer } = services;
  const waitProblems = await registerRun(run, services);
  const { decision, request } = await approvals.openGate({
    taskId: run.taskId,
    stepId: run.stepId,
    inputDigest: gate.inputDigest,
    subject: gate.subject,
    waitProblems,
  });
  const { outcome } = decision.decision;
  for (const explanation of decision.explanations) {
    run.action.logger.info(explanation);
  }
  if (outcome === 'auto-approve') {
    run.action.logger.info('Approved by policy: no one has to look.');
    return { decision };
  }
  if (outcome !== 'require-approval') {
    throw new RefusedError(
      `Denied by policy. ${decision.explanations.join(' ')}`,
    );
  }
  if (!request) {
    throw new RefusedError(
      `This run needs an approval and can't wait for it. ${waitProblems.join(
        ' ',
      )}`,
    );
  }
  if (request.status === 'pending') {
    await parkRun({
      run,
      runs,
      sealer,
      inputDigest: gate.inputDigest,
      wait: { kind: 'approval', ref: request.id },
      title: describeWait(request),
      url: `/approvals/${request.id}`,
    });
    // Decided between the question and the parking: ask again.
    return passGate(run, services, gate);
  }
  await settleWait(run, runs, gate.inputDigest);
  if (request.status !== 'approved') {
    // Stored again when the step ends: a refused run keeps no workspace.
    await emptyDir(run.action.workspacePath);
    throw describeRefusal(request);
  }
  run.action.logger.info(`Approved by ${describeVoters(request)}.`);
  return { decision, request };
}

/**
 * Says that the run has passed a wait. The runs backend then forgets the
 * secrets that it kept for it, so an attempt that came without them, such as
 * one by the stock Retry button, leaves the run to the backend.
 *
 * @throws WaitingError - this attempt lacks the run's secrets
 */
export async function settleWait(
  run: RunContext,
  runs: RunsService,
  digest: string,
): Promise<void> {
  const missing = await findMissingSecrets(run.action, runs);
  if (missing.length > 0) {
    throw new WaitingError(
      `This attempt was started without the run's secrets (${missing.join(
        ', ',
      )}). The run goes on by itself, with them.`,
    );
  }
  await runs.settle({
    taskId: run.taskId,
    stepId: run.stepId,
    inputDigest: digest,
  });
}

/**
 * Tells whether this run may wait, and records it with the attempt of the
 * requester, the only one that can tell.
 *
 * @returns why it may not wait, in words; empty when it may
 */
export async function registerRun(
  run: RunContext,
  services: WaitServices,
): Promise<string[]> {
  const { runs, waitAuthoriser, sealer } = services;
  if (run.initiator !== 'requester') {
    const record = await runs.get(run.taskId);
    return record?.authorised ? [] : waitAuthoriser.findProblems(run);
  }
  const problems = [
    ...(await waitAuthoriser.findProblems(run)),
    ...findSecretProblems(run, sealer),
  ];
  await runs.register(run.taskId, {
    ...describeRun(run, await findRunResource(run, runs)),
    authorised: problems.length === 0,
    secretNames: Object.keys(run.userSecrets),
  });
  return problems;
}

/**
 * Why the run may not be parked in this attempt, in words; empty when it may.
 * An attempt without credentials is the tail of a park that stands.
 */
export async function findWaitProblems(
  run: RunContext,
  services: WaitServices,
): Promise<string[]> {
  return run.initiator === 'none' ? [] : registerRun(run, services);
}

function describeWait({ stages }: ApprovalRequest): string {
  const problems = stages.flatMap(({ problem }) => (problem ? [problem] : []));
  const names = stages
    .filter(({ status }) => status === 'open' || status === 'waiting')
    .map(({ kind }) => kind.replace('-', ' '));
  return [
    `Waits for approval: ${[...new Set(names)].join(', ')}`,
    ...problems,
  ].join('. ');
}

function describeVoters({ stages }: ApprovalRequest): string {
  return stages
    .flatMap(({ votes }) => votes)
    .map(({ voter, comment }) => (comment ? `${voter} (“${comment}”)` : voter))
    .join(', ');
}

/** The error of a run whose request ended without approval. */
function describeRefusal(request: ApprovalRequest): RefusedError {
  const by = request.outcomeBy ? ` by ${request.outcomeBy}` : '';
  const said = request.outcomeComment
    ? `: ${withoutFullStop(request.outcomeComment)}`
    : '';
  switch (request.status) {
    case 'rejected':
      return createProblemError(RefusedError, {
        what: `Rejected${by}${said}. Nothing more is created.`,
        remedy: 'Change what they ask for and start again.',
        refused: 'rejected',
      });
    case 'cancelled':
      return createProblemError(RefusedError, {
        what: `The request was cancelled${by}${said}. Nothing more is created.`,
        remedy: 'Start again if you still need it.',
        refused: 'cancelled',
      });
    case 'expired':
      return createProblemError(RefusedError, {
        what: `Nobody decided in time, and the request has expired${said}.`,
        remedy: 'Start again, and talk to the approvers.',
        refused: 'expired',
      });
    default:
      return new RefusedError(
        `The request is '${request.status}', which this version does not know. Ask the platform team.`,
      );
  }
}

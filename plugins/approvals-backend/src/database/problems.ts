import { stageProblem } from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { StageRecord } from './ApprovalsStore';
import { announce } from './DatabaseOutbox';
import { loadRequests, RequestRow, StageRow } from './rows';
import { SELF, writeHistory } from './turn';

async function raise(
  tx: Knex.Transaction,
  requestId: string,
  stage: StageRecord,
  options: { problem: string; at: string },
): Promise<void> {
  const { problem, at } = options;
  const raised = await tx<StageRow>('stages')
    .where({ id: stage.id })
    .whereNull('problem_since')
    .update({ problem_since: at });
  if (raised === 1) {
    await writeHistory(tx, {
      requestId,
      at,
      actor: SELF,
      event: 'stage stuck',
      detail: `${stage.name}: ${problem}`,
    });
    await announce(tx, { event: 'stage-stuck', requestId, stage, at });
  }
}

async function settle(
  tx: Knex.Transaction,
  requestId: string,
  stage: StageRecord,
  at: string,
): Promise<void> {
  const settled = await tx<StageRow>('stages')
    .where({ id: stage.id })
    .whereNotNull('problem_since')
    .update({ problem_since: null });
  if (settled === 1 && stage.status === 'open') {
    await writeHistory(tx, {
      requestId,
      at,
      actor: SELF,
      event: 'stage unstuck',
      detail: stage.name,
    });
    // Whoever can decide it now has not heard of it.
    await announce(tx, { event: 'stage-opened', requestId, stage, at });
  }
}

/**
 * Notes which stages of a request nobody can decide (any more), and has it
 * told to people, once each time.
 */
export async function noteProblems(
  tx: Knex.Transaction,
  requestId: string,
  at: string,
): Promise<void> {
  const rows = await tx<RequestRow>('requests').where({ id: requestId });
  const [request] = await loadRequests(tx, rows);
  const voted =
    request?.stages.flatMap(({ votes }) => votes.map(({ voter }) => voter)) ??
    [];
  for (const stage of request?.stages ?? []) {
    const { unresolved } = stage;
    const problem = stageProblem({ stage, voted, unresolved });
    if (problem) {
      await raise(tx, requestId, stage, { problem, at });
    } else {
      await settle(tx, requestId, stage, at);
    }
  }
}

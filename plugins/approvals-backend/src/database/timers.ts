import { randomUUID } from 'node:crypto';
import { Calendar, scheduleStage } from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { announce } from './DatabaseOutbox';
import { StageRow, TimerRow } from './rows';
import { SELF, writeHistory } from './turn';

/**
 * Starts the time of a stage that is open now: when it is due, and its timers.
 */
export async function openStage(
  tx: Knex.Transaction,
  stage: StageRow,
  at: string,
  calendar: Calendar,
): Promise<void> {
  const { dueAt, timers } = scheduleStage({
    openedAt: new Date(at),
    due: stage.due,
    escalateAfter: stage.escalate_after,
    hasBackups: JSON.parse(stage.escalate_to).length > 0,
    calendar,
  });
  await tx<StageRow>('stages')
    .where({ id: stage.id })
    .update({ opened_at: at, due_at: dueAt.toISOString() });
  await tx<TimerRow>('timers').insert(
    timers.map(({ kind, firesAt }) => ({
      id: randomUUID(),
      request_id: stage.request_id,
      stage_id: stage.id,
      kind,
      fires_at: firesAt.toISOString(),
    })),
  );
  await writeHistory(tx, {
    requestId: stage.request_id,
    at,
    actor: SELF,
    event: 'stage opened',
    detail: stage.name,
  });
  const { request_id: requestId } = stage;
  await announce(tx, { event: 'stage-opened', requestId, stage, at });
}

/** Takes back what would have happened to a stage that has ended. */
export async function removeTimers(
  tx: Knex.Transaction,
  stageId: string,
): Promise<void> {
  await tx<TimerRow>('timers')
    .where({ stage_id: stageId })
    .whereNull('fired_at')
    .delete();
}

import {
  closeStages,
  TimerKind,
  wallClockCalendar,
} from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import { DueStage, TimerStore } from './ApprovalsStore';
import { announce } from './DatabaseOutbox';
import { StageRow, TimerRow } from './rows';
import { applyToStages, endRequest } from './transitions';
import { lockPending, SELF, writeHistory } from './turn';

/** Adds the backups; who they are is looked up in the catalog afterwards. */
async function escalate(
  tx: Knex.Transaction,
  stage: StageRow,
  at: string,
): Promise<void> {
  await tx<StageRow>('stages')
    .where({ id: stage.id })
    .update({ escalated_at: at });
  const backups: Record<string, string>[] = JSON.parse(stage.escalate_to);
  await writeHistory(tx, {
    requestId: stage.request_id,
    at,
    actor: SELF,
    event: 'stage escalated',
    detail: `${stage.name}: ${backups.flatMap(Object.values).join(', ')}`,
  });
  const { request_id: requestId } = stage;
  await announce(tx, { event: 'stage-escalated', requestId, stage, at });
}

/** Ends a stage that nobody decided, and with it the request. */
async function expire(
  tx: Knex.Transaction,
  stage: StageRow,
  at: string,
): Promise<void> {
  const stages = await tx<StageRow>('stages').where({
    request_id: stage.request_id,
  });
  await applyToStages(
    tx,
    stages,
    [
      { stageId: stage.id, from: 'open', to: 'expired' },
      ...closeStages(stages.filter(({ id }) => id !== stage.id)),
    ],
    // No stage opens here.
    { at, calendar: wallClockCalendar },
  );
  await endRequest(tx, {
    requestId: stage.request_id,
    status: 'expired',
    actor: SELF,
    comment: `The stage ${stage.name} was due at ${stage.due_at}`,
    at,
  });
}

async function remind(
  tx: Knex.Transaction,
  stage: StageRow,
  at: string,
): Promise<void> {
  await writeHistory(tx, {
    requestId: stage.request_id,
    at,
    actor: SELF,
    event: 'approvers reminded',
    detail: stage.name,
  });
  const { request_id: requestId } = stage;
  await announce(tx, { event: 'stage-reminded', requestId, stage, at });
}

const effects: Record<
  TimerKind,
  (tx: Knex.Transaction, stage: StageRow, at: string) => Promise<void>
> = { reminder: remind, escalation: escalate, expiry: expire };

/** The timers in SQL. */
export class DatabaseTimers implements TimerStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc TimerStore.listDue} */
  async listDue(now: string, limit: number): Promise<DueStage[]> {
    const rows = await this.#knex<TimerRow>('timers')
      .whereNull('fired_at')
      .andWhere('fires_at', '<=', now)
      .groupBy('request_id', 'stage_id')
      .select('request_id', 'stage_id')
      .min({ since: 'fires_at' })
      .orderBy('since')
      .limit(limit);
    return rows.map(({ request_id, stage_id }) => ({
      requestId: request_id,
      stageId: stage_id,
    }));
  }

  /** {@inheritdoc TimerStore.fire} */
  async fire(
    { requestId, stageId }: DueStage,
    at: string,
  ): Promise<TimerKind | undefined> {
    return this.#knex.transaction(async tx => {
      // From here on neither a vote nor another process can come between.
      if (!(await lockPending(tx, requestId))) {
        return undefined;
      }
      const stage = await tx<StageRow>('stages').where({ id: stageId }).first();
      const due = await tx<TimerRow>('timers')
        .where({ stage_id: stageId })
        .whereNull('fired_at')
        .andWhere('fires_at', '<=', at)
        .orderBy('fires_at');
      const last = due.at(-1);
      if (!last || stage?.status !== 'open') {
        return undefined;
      }
      await tx<TimerRow>('timers')
        .whereIn(
          'id',
          due.map(({ id }) => id),
        )
        .whereNull('fired_at')
        .update({ fired_at: at });
      await effects[last.kind](tx, stage, at);
      return last.kind;
    });
  }
}

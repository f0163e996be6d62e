import {
  DatabaseService,
  resolvePackagePath,
} from '@backstage/backend-plugin-api';
import {
  Calendar,
  HistoryEntry,
  StageState,
  Transition,
  Vote,
  wallClockCalendar,
} from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';
import {
  ApprovalsStore,
  DecisionRecord,
  GateKey,
  NewRequest,
  NewVote,
  PolicyArchive,
  RequestCursor,
  RequestFilter,
  RequestRecord,
  StageApprovers,
  UndecidedStage,
  VoteOutcome,
  WithdrawalOutcome,
} from './ApprovalsStore';
import { announce } from './DatabaseOutbox';
import { refreshInbox } from './inbox';
import { noteProblems } from './problems';
import { replaceDecision } from './replaceDecision';
import { countFiltered, newestFiltered } from './requestFilter';
import {
  castVote,
  closePending,
  insertRequest,
  supersede,
  withdrawVote,
} from './transitions';
import {
  ApproverRow,
  DecisionRow,
  fromDecision,
  loadRequests,
  RequestRow,
  StageRow,
  toDecision,
} from './rows';
import { lockRequest } from './turn';
import { listUndecidedStages } from './undecided';

const MIGRATIONS = resolvePackagePath(
  '@self-service/plugin-approvals-backend',
  'migrations',
);

/** The store in SQL, for SQLite and PostgreSQL. */
export class DatabaseApprovalsStore implements ApprovalsStore {
  readonly #knex: Knex;
  readonly #calendar: Calendar;

  /**
   * Runs the migrations, unless the database service says not to.
   *
   * @param calendar - tells when a stage that opens is due
   */
  static async create(
    database: DatabaseService,
    calendar: Calendar = wallClockCalendar,
  ): Promise<DatabaseApprovalsStore> {
    const knex = await database.getClient();
    if (!database.migrations?.skip) {
      await knex.migrate.latest({ directory: MIGRATIONS });
    }
    return new DatabaseApprovalsStore(knex, calendar);
  }

  private constructor(knex: Knex, calendar: Calendar) {
    this.#knex = knex;
    this.#calendar = calendar;
  }

  /** {@inheritdoc ApprovalsStore.archivePolicy} */
  async archivePolicy(archive: PolicyArchive): Promise<void> {
    await this.#knex('policy_bundles')
      .insert({
        digest: archive.bundleDigest,
        bytes: Buffer.from(archive.bundle),
      })
      .onConflict('digest')
      .ignore();
    await this.#knex('policy_data')
      .insert({
        digest: archive.dataDigest,
        json: JSON.stringify(archive.data),
      })
      .onConflict('digest')
      .ignore();
  }

  /** {@inheritdoc ApprovalsStore.findDecision} */
  async findDecision(key: GateKey): Promise<DecisionRecord | undefined> {
    let row = await this.#knex<DecisionRow>('decisions')
      .where({
        task_id: key.taskId,
        step_id: key.stepId,
        input_digest: key.inputDigest,
      })
      .first();
    while (row?.replaced_by) {
      row = await this.#knex<DecisionRow>('decisions')
        .where({ id: row.replaced_by })
        .first();
    }
    return row && toDecision(row);
  }

  /** {@inheritdoc ApprovalsStore.saveDecision} */
  async saveDecision(
    decision: DecisionRecord,
    request?: NewRequest,
  ): Promise<boolean> {
    return this.#knex.transaction(async tx => {
      const stored = await tx('decisions')
        .insert(fromDecision(decision))
        .onConflict(['task_id', 'step_id', 'input_digest'])
        .ignore()
        .returning('seq');
      if (stored.length === 0) {
        return false;
      }
      await supersede(tx, decision, this.#calendar);
      if (request) {
        await insertRequest(tx, request, this.#calendar);
      }
      return true;
    });
  }

  /** {@inheritdoc ApprovalsStore.replaceDecision} */
  async replaceDecision(
    replaced: DecisionRecord,
    decision: DecisionRecord,
    request?: NewRequest,
  ): Promise<boolean> {
    return this.#knex.transaction(tx =>
      replaceDecision(tx, { replaced, decision, request }, this.#calendar),
    );
  }

  /** {@inheritdoc ApprovalsStore.saveRequest} */
  async saveRequest(request: NewRequest): Promise<boolean> {
    return this.#knex.transaction(tx =>
      insertRequest(tx, request, this.#calendar),
    );
  }

  /** {@inheritdoc ApprovalsStore.listDecisions} */
  async listDecisions(taskId: string): Promise<DecisionRecord[]> {
    const rows = await this.#knex<DecisionRow>('decisions')
      .where({ task_id: taskId })
      .orderBy('seq');
    return rows.map(toDecision);
  }

  /** {@inheritdoc ApprovalsStore.findRequest} */
  async findRequest(id: string): Promise<RequestRecord | undefined> {
    return this.#first({ id });
  }

  /** {@inheritdoc ApprovalsStore.findRequestOfDecision} */
  async findRequestOfDecision(
    decisionId: string,
  ): Promise<RequestRecord | undefined> {
    return this.#first({ decision_id: decisionId });
  }

  /** {@inheritdoc ApprovalsStore.listRequestsOfRun} */
  async listRequestsOfRun(taskId: string): Promise<RequestRecord[]> {
    const rows = await this.#knex<RequestRow>('requests')
      .where({ task_id: taskId })
      .orderBy('seq');
    return loadRequests(this.#knex, rows);
  }

  /** {@inheritdoc ApprovalsStore.listRequests} */
  async listRequests(
    filter: RequestFilter,
  ): Promise<{ items: RequestRecord[]; total: number }> {
    const [items, total] = await Promise.all([
      newestFiltered(this.#knex, filter).then(rows =>
        loadRequests(this.#knex, rows),
      ),
      this.countRequests(filter),
    ]);
    return { items, total };
  }

  /** {@inheritdoc ApprovalsStore.countRequests} */
  async countRequests(
    filter: Omit<RequestFilter, 'limit' | 'after'>,
  ): Promise<number> {
    return countFiltered(this.#knex, filter);
  }

  /** {@inheritdoc ApprovalsStore.listHistory} */
  async listHistory(requestId: string): Promise<HistoryEntry[]> {
    const rows = await this.#knex('request_history')
      .where({ request_id: requestId })
      .orderBy('seq');
    return rows.map(({ at, actor, event, detail }) => ({
      at,
      actor,
      event,
      detail: detail ?? undefined,
    }));
  }

  /** {@inheritdoc ApprovalsStore.pendingAmong} */
  async pendingAmong(ids: string[]): Promise<string[]> {
    // By id alone: told the status as well, SQLite would go through all that
    // is pending instead.
    const rows = await this.#knex<RequestRow>('requests')
      .whereIn('id', ids)
      .select('id', 'status');
    return rows.flatMap(({ id, status }) => (status === 'pending' ? [id] : []));
  }

  /** {@inheritdoc ApprovalsStore.castVote} */
  async castVote(
    vote: NewVote,
    decide: (stages: StageState[], votes: Vote[]) => Transition,
  ): Promise<VoteOutcome> {
    return this.#knex.transaction(tx =>
      castVote(tx, vote, decide, this.#calendar),
    );
  }

  /** {@inheritdoc ApprovalsStore.withdrawVote} */
  async withdrawVote(withdrawal: {
    requestId: string;
    voter: string;
    at: string;
  }): Promise<WithdrawalOutcome> {
    return this.#knex.transaction(tx => withdrawVote(tx, withdrawal));
  }

  /** {@inheritdoc ApprovalsStore.cancelRequest} */
  async cancelRequest(cancel: {
    requestId: string;
    by: string;
    comment?: string;
    at: string;
  }): Promise<boolean> {
    return this.#knex.transaction(tx =>
      closePending(tx, cancel, this.#calendar),
    );
  }

  /** {@inheritdoc ApprovalsStore.closeRun} */
  async closeRun(close: {
    taskId: string;
    by?: string;
    comment: string;
    at: string;
  }): Promise<string[]> {
    const { taskId, by, comment, at } = close;
    return this.#knex.transaction(async tx => {
      await tx('closed_runs')
        .insert({ task_id: taskId, comment, closed_by: by, closed_at: at })
        .onConflict('task_id')
        .ignore();
      const pending: string[] = await tx<RequestRow>('requests')
        .where({ task_id: taskId, status: 'pending' })
        .orderBy('seq')
        .pluck('id');
      const cancelled: string[] = [];
      for (const requestId of pending) {
        const cancel = { requestId, by, comment, at };
        if (await closePending(tx, cancel, this.#calendar)) {
          cancelled.push(requestId);
        }
      }
      return cancelled;
    });
  }

  /** {@inheritdoc ApprovalsStore.isRunClosed} */
  async isRunClosed(taskId: string): Promise<boolean> {
    const row = await this.#knex('closed_runs')
      .where({ task_id: taskId })
      .first('task_id');
    return row !== undefined;
  }

  /** {@inheritdoc ApprovalsStore.listUndecidedStages} */
  async listUndecidedStages(page: {
    limit: number;
    after?: RequestCursor;
  }): Promise<{ stages: UndecidedStage[]; next?: RequestCursor }> {
    return listUndecidedStages(this.#knex, page);
  }

  /** {@inheritdoc ApprovalsStore.replaceApprovers} */
  async replaceApprovers(
    stageId: string,
    approvers: StageApprovers,
    at: string,
  ): Promise<boolean> {
    const { users, unresolved } = approvers;
    return this.#knex.transaction(async tx => {
      const stage = await tx<StageRow>('stages').where({ id: stageId }).first();
      if (!stage) {
        return false;
      }
      await lockRequest(tx, stage.request_id);
      const before: string[] = await tx<ApproverRow>('stage_approvers')
        .where({ stage_id: stageId })
        .pluck('user_ref');
      const gone = before.filter(ref => !users.includes(ref));
      const added = users.filter(ref => !before.includes(ref));
      await tx('stage_approvers')
        .where({ stage_id: stageId })
        .whereIn('user_ref', gone)
        .delete();
      if (added.length > 0) {
        await tx('stage_approvers')
          .insert(added.map(ref => ({ stage_id: stageId, user_ref: ref })))
          .onConflict(['stage_id', 'user_ref'])
          .ignore();
      }
      await tx<StageRow>('stages')
        .where({ id: stageId })
        .update({ unresolved: unresolved ?? null });
      const changed = gone.length + added.length > 0;
      if (changed) {
        const { request_id: requestId } = stage;
        await refreshInbox(tx, requestId);
        await announce(tx, {
          event: 'approvers-changed',
          requestId,
          stage,
          at,
        });
        await noteProblems(tx, requestId, at);
      }
      return changed;
    });
  }

  async #first(where: Partial<RequestRow>): Promise<RequestRecord | undefined> {
    const rows = await this.#knex<RequestRow>('requests').where(where).limit(1);
    const [request] = await loadRequests(this.#knex, rows);
    return request;
  }
}

import {
  ProviderFailure,
  providerFailureSchema,
  providerHealthSchema,
  RecordedHealth,
} from '@self-service/plugin-runs-common';
import { Knex } from 'knex';
import { toDate } from './values';

/** What names a provider. */
export interface ProviderKey {
  capability: string;
  id: string;
}

interface CheckRow {
  capability: string;
  provider: string;
  health: string;
  checked_at: Date | number | string;
}

interface FailureRow {
  task_id: string;
  step_id: string;
  problem: string;
  created_at: Date | number | string;
}

/** How providers were at their last check, and which steps failed at them. */
export class ProviderCheckStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): ProviderCheckStore {
    return new ProviderCheckStore(database);
  }

  /** Keeps the newest check of a provider. */
  async save(
    { capability, id }: ProviderKey,
    health: Omit<RecordedHealth, 'checkedAt'>,
    now: Date,
  ): Promise<void> {
    const row = { health: JSON.stringify(health), checked_at: now };
    await this.#database('provider_checks')
      .insert({ capability, provider: id, ...row })
      .onConflict(['capability', 'provider'])
      .merge(row);
  }

  /** Every check that is kept, also of providers that are no longer there. */
  async list(): Promise<(ProviderKey & { health: RecordedHealth })[]> {
    const rows = await this.#database<CheckRow>('provider_checks').select();
    return rows.map(row => ({
      capability: row.capability,
      id: row.provider,
      health: providerHealthSchema.parse({
        ...JSON.parse(row.health),
        checkedAt: toDate(row.checked_at).toISOString(),
      }),
    }));
  }

  /** What failed in steps since then, newest first. */
  async listFailures(since: Date, limit: number): Promise<ProviderFailure[]> {
    const rows = await this.#database<FailureRow>('step_reports')
      .whereNotNull('problem')
      .where('created_at', '>=', since)
      .orderBy('created_at', 'desc')
      .limit(limit)
      .select('task_id', 'step_id', 'problem', 'created_at');
    return rows.map(row =>
      providerFailureSchema.parse({
        taskId: row.task_id,
        stepId: row.step_id,
        problem: JSON.parse(row.problem),
        at: toDate(row.created_at).toISOString(),
      }),
    );
  }
}

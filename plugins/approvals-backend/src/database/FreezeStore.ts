import { Exemption, FreezeRecord } from '@self-service/plugin-approvals-common';
import { Knex } from 'knex';

/** A freeze to be stored. */
export type NewFreezeRecord = Pick<
  FreezeRecord,
  'id' | 'from' | 'to' | 'environments' | 'reason' | 'createdBy' | 'createdAt'
>;

/** What became of an exemption. */
export type ExemptionOutcome = 'added' | 'exists' | 'over';

/**
 * Change freezes that people made.
 *
 * @remarks
 * Every change raises the version in its own transaction, so that a reader
 * who knows a version needs to look at nothing else.
 */
export interface FreezeStore {
  /** Raised by every change. */
  version(): Promise<number>;
  /** Every freeze, the latest start first, with its exemptions. */
  list(): Promise<FreezeRecord[]>;
  create(freeze: NewFreezeRecord): Promise<void>;
  /** @returns whether it was there, not ended before and not over */
  end(ending: { id: string; by: string; at: string }): Promise<boolean>;
  /** Adds an exemption to a freeze that is neither ended nor over. */
  exempt(freezeId: string, exemption: Exemption): Promise<ExemptionOutcome>;
}

interface FreezeRow {
  id: string;
  from_at: string;
  to_at: string;
  environments: string | null;
  reason: string;
  created_by: string;
  created_at: string;
  ended_by: string | null;
  ended_at: string | null;
}

interface ExemptionRow {
  id: string;
  freeze_id: string;
  kind: Exemption['kind'];
  value: string;
  reason: string;
  created_by: string;
  created_at: string;
}

function toFreeze(row: FreezeRow, exemptions: ExemptionRow[]): FreezeRecord {
  return {
    id: row.id,
    from: row.from_at,
    to: row.to_at,
    environments: row.environments ? JSON.parse(row.environments) : undefined,
    reason: row.reason,
    exemptions: exemptions
      .filter(({ freeze_id }) => freeze_id === row.id)
      .map(({ id, kind, value, reason, created_by, created_at }) => ({
        id,
        kind,
        value,
        reason,
        createdBy: created_by,
        createdAt: created_at,
      })),
    createdBy: row.created_by,
    createdAt: row.created_at,
    endedBy: row.ended_by ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

/** The store in SQL, for SQLite and PostgreSQL. */
export class DatabaseFreezeStore implements FreezeStore {
  readonly #knex: Knex;

  /** @param knex - with the migrations run */
  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc FreezeStore.version} */
  async version(): Promise<number> {
    const { version } = await this.#knex('freeze_version')
      .where({ id: 1 })
      .first();
    return version;
  }

  /** {@inheritdoc FreezeStore.list} */
  async list(): Promise<FreezeRecord[]> {
    const freezes = await this.#knex<FreezeRow>('freezes').orderBy([
      { column: 'from_at', order: 'desc' },
      { column: 'id' },
    ]);
    const exemptions = await this.#knex<ExemptionRow>(
      'freeze_exemptions',
    ).orderBy(['created_at', 'id']);
    return freezes.map(row => toFreeze(row, exemptions));
  }

  /** {@inheritdoc FreezeStore.create} */
  async create(freeze: NewFreezeRecord): Promise<void> {
    await this.#changing(tx =>
      tx<FreezeRow>('freezes').insert({
        id: freeze.id,
        from_at: freeze.from,
        to_at: freeze.to,
        environments: freeze.environments
          ? JSON.stringify(freeze.environments)
          : null,
        reason: freeze.reason,
        created_by: freeze.createdBy,
        created_at: freeze.createdAt,
      }),
    );
  }

  /** {@inheritdoc FreezeStore.end} */
  async end(ending: { id: string; by: string; at: string }): Promise<boolean> {
    const { id, by, at } = ending;
    const ended = await this.#changing(tx =>
      tx<FreezeRow>('freezes')
        .where({ id, ended_at: null })
        .andWhere('to_at', '>', at)
        .update({ ended_by: by, ended_at: at }),
    );
    return ended === 1;
  }

  /** {@inheritdoc FreezeStore.exempt} */
  async exempt(
    freezeId: string,
    exemption: Exemption,
  ): Promise<ExemptionOutcome> {
    return this.#changing(async tx => {
      const freeze = await tx<FreezeRow>('freezes')
        .where({ id: freezeId, ended_at: null })
        .andWhere('to_at', '>', exemption.createdAt)
        .first();
      if (!freeze) {
        return 'over';
      }
      const added = await tx<ExemptionRow>('freeze_exemptions')
        .insert({
          id: exemption.id,
          freeze_id: freezeId,
          kind: exemption.kind,
          value: exemption.value,
          reason: exemption.reason,
          created_by: exemption.createdBy,
          created_at: exemption.createdAt,
        })
        .onConflict(['freeze_id', 'kind', 'value'])
        .ignore()
        .returning('id');
      return added.length === 1 ? 'added' : 'exists';
    });
  }

  /** Raises the version first, at which every other writer waits. */
  #changing<T>(change: (tx: Knex.Transaction) => PromiseLike<T>): Promise<T> {
    return this.#knex.transaction(async tx => {
      await tx('freeze_version').where({ id: 1 }).increment('version', 1);
      return change(tx);
    });
  }
}

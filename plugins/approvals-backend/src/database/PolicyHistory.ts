import { Knex } from 'knex';
import { DecisionRecord } from './ApprovalsStore';
import { DecisionRow, toDecision } from './rows';

/** A stored decision, with its place in the order and its request's title. */
export interface RecordedDecision {
  /** Rises with every decision stored. */
  sequence: number;
  decision: DecisionRecord;
  /** Absent where no request was made. */
  title?: string;
}

/**
 * Stored decisions and the policies that made them.
 */
export interface PolicyHistory {
  /** Decisions from a time on, oldest first, a page at a time. */
  pageDecisions(page: {
    /** ISO 8601. */
    since: string;
    /** Sequence of the last decision of the page before. */
    after?: number;
    limit: number;
  }): Promise<RecordedDecision[]>;
  /** The file of an archived bundle. */
  findBundle(digest: string): Promise<Uint8Array | undefined>;
  /** An archived data document. */
  findData(digest: string): Promise<unknown>;
  /** Keeps a bundle as the one that worked last. */
  saveLastGood(
    source: string,
    bundle: { digest: string; content: Uint8Array },
  ): Promise<void>;
  /** The file of the bundle that worked last. */
  findLastGood(source: string): Promise<Uint8Array | undefined>;
}

/** The history in SQL, for SQLite and PostgreSQL. */
export class DatabasePolicyHistory implements PolicyHistory {
  readonly #knex: Knex;

  /** @param knex - with the migrations run */
  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** {@inheritdoc PolicyHistory.pageDecisions} */
  async pageDecisions(page: {
    since: string;
    after?: number;
    limit: number;
  }): Promise<RecordedDecision[]> {
    const rows: (DecisionRow & { seq: number; title: string | null })[] =
      await this.#knex('decisions')
        .leftJoin('requests', 'requests.decision_id', 'decisions.id')
        .where('decisions.created_at', '>=', page.since)
        .andWhere('decisions.seq', '>', page.after ?? 0)
        .orderBy('decisions.seq')
        .limit(page.limit)
        .select('decisions.*', 'requests.title');
    return rows.map(row => ({
      sequence: row.seq,
      decision: toDecision(row),
      title: row.title ?? undefined,
    }));
  }

  /** {@inheritdoc PolicyHistory.findBundle} */
  async findBundle(digest: string): Promise<Uint8Array | undefined> {
    const row = await this.#knex('policy_bundles').where({ digest }).first();
    return row?.bytes;
  }

  /** {@inheritdoc PolicyHistory.findData} */
  async findData(digest: string): Promise<unknown> {
    const row = await this.#knex('policy_data').where({ digest }).first();
    return row && JSON.parse(row.json);
  }

  /** {@inheritdoc PolicyHistory.saveLastGood} */
  async saveLastGood(
    source: string,
    bundle: { digest: string; content: Uint8Array },
  ): Promise<void> {
    const { digest, content } = bundle;
    await this.#knex.transaction(async tx => {
      await tx('policy_bundles')
        .insert({ digest, bytes: Buffer.from(content) })
        .onConflict('digest')
        .ignore();
      await tx('policy_sources')
        .insert({ source, bundle_digest: digest })
        .onConflict('source')
        .merge();
    });
  }

  /** {@inheritdoc PolicyHistory.findLastGood} */
  async findLastGood(source: string): Promise<Uint8Array | undefined> {
    const row = await this.#knex('policy_sources')
      .join(
        'policy_bundles',
        'policy_bundles.digest',
        'policy_sources.bundle_digest',
      )
      .where({ source })
      .first('bytes');
    return row?.bytes;
  }
}

import { Knex } from 'knex';
import { RequestRow, StageRow } from './rows';

/** SQLite and PostgreSQL take this many values in a query easily. */
const BATCH = 500;

/** How long people took over a request. */
export interface DecidedRequest {
  /** From the request to its approval or rejection. */
  seconds: number;
  /** The kinds of all its stages. */
  kinds: string[];
  /** Stages that were approved or rejected, from their opening on. */
  stages: { kind: string; seconds: number }[];
}

/** What people have decided, in SQL, for SQLite and PostgreSQL. */
export class DecidedRequests {
  readonly #knex: Knex;

  /** @param knex - with the migrations run */
  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /**
   * The requests that were approved or rejected since a time, newest decision
   * first.
   *
   * @param limit - of how many that ended since then they are picked
   */
  async list(since: Date, limit: number): Promise<DecidedRequest[]> {
    // By time alone: told the status as well, SQLite would go through all that
    // was ever approved.
    const ended = await this.#knex<RequestRow>('requests')
      .where('decided_at', '>=', since.toISOString())
      .orderBy('decided_at', 'desc')
      .limit(limit)
      .select('id', 'status', 'created_at', 'decided_at');
    const requests = ended.filter(({ status }) => isDecided(status));
    const stages = new Map<string, StageRow[]>();
    for (let from = 0; from < requests.length; from += BATCH) {
      const ids = requests.slice(from, from + BATCH).map(({ id }) => id);
      const rows = await this.#knex<StageRow>('stages')
        .whereIn('request_id', ids)
        .select();
      for (const row of rows) {
        stages.set(row.request_id, [
          ...(stages.get(row.request_id) ?? []),
          row,
        ]);
      }
    }
    return requests.map(({ id, created_at, decided_at }) => {
      const own = stages.get(id) ?? [];
      return {
        seconds: secondsBetween(created_at, decided_at),
        kinds: own.map(({ kind }) => kind),
        stages: own
          .filter(({ status }) => isDecided(status))
          .map(stage => ({
            kind: stage.kind,
            seconds: secondsBetween(stage.opened_at, stage.decided_at),
          })),
      };
    });
  }
}

function isDecided(status: string): boolean {
  return status === 'approved' || status === 'rejected';
}

function secondsBetween(from: string | null, to: string | null): number {
  return (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
}

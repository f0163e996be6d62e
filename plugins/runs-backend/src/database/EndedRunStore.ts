import { Knex } from 'knex';
import { RunRow } from './runRows';
import { toDate } from './values';

/** How a run of a template ended. */
export interface EndedRun {
  templateRef: string;
  outcome: 'completed' | 'cancelled' | 'failed';
  /** From its start to its end, waits included. */
  seconds: number;
  endedAt: Date;
}

type EndedRow = Pick<
  RunRow,
  'template_ref' | 'phase' | 'created_at' | 'cancelled_at'
> & { ended_at: Date | number };

function toOutcome({ phase, cancelled_at }: EndedRow): EndedRun['outcome'] {
  if (phase === 'completed') {
    return 'completed';
  }
  return cancelled_at === null ? 'failed' : 'cancelled';
}

/** Reads how runs ended, in SQL, for SQLite and PostgreSQL. */
export class EndedRunStore {
  readonly #database: Knex;

  private constructor(database: Knex) {
    this.#database = database;
  }

  static create(database: Knex): EndedRunStore {
    return new EndedRunStore(database);
  }

  /** The runs of templates that ended since a time, newest end first. */
  async list(since: Date, limit: number): Promise<EndedRun[]> {
    const rows: EndedRow[] = await this.#database<RunRow>('runs')
      .where('ended_at', '>=', since)
      .orderBy('ended_at', 'desc')
      .limit(limit)
      .select(
        'template_ref',
        'phase',
        'created_at',
        'ended_at',
        'cancelled_at',
      );
    return rows.flatMap(row => {
      const endedAt = toDate(row.ended_at);
      // One that was opened again has not ended, whatever it says.
      return row.template_ref === null || row.phase === 'active'
        ? []
        : [
            {
              templateRef: row.template_ref,
              outcome: toOutcome(row),
              seconds:
                (endedAt.getTime() - toDate(row.created_at).getTime()) / 1000,
              endedAt,
            },
          ];
    });
  }
}

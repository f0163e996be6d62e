import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';

type Connection = InstanceType<typeof Database>;
type Row = Record<string, string | number | null>;

/** One table's share of a run. */
interface Share {
  table: string;
  /** The numbered primary key, if it has one. */
  numbered?: string;
  next: number;
  rows: Row[];
}

const plugins = ['scaffolder', 'runs', 'approvals'];
/** Columns by which rows of a run hang together. */
const links = ['id', 'task_id', 'decision_id', 'request_id', 'stage_id'];
const chunk = 200;

/**
 * Adds parked runs by copying everything that the scaffolder, the runs and
 * the approvals backend have stored of a run that was really parked, with
 * other ids.
 *
 * @param directory - where the SQLite files of a running backend lie
 */
export async function seedParkedRuns(
  directory: string,
  count: number,
): Promise<void> {
  const connections = plugins.map(
    plugin => new Database(join(directory, `${plugin}.sqlite`)),
  );
  try {
    const [, runs] = connections;
    connections.forEach(connection => connection.pragma('foreign_keys = OFF'));
    const { task_id: model } = runs
      .prepare(
        "SELECT task_id FROM suspensions WHERE status = 'parked' LIMIT 1",
      )
      .get() as Row;
    const { ids, shares } = findRun(connections, String(model));
    for (let start = 0; start < count; start += chunk) {
      const turns = Math.min(chunk, count - start);
      copyRuns(connections, shares, ids, turns);
      // The backend has to get a turn: it shares the process and the files.
      await new Promise(setImmediate);
    }
  } finally {
    connections.forEach(connection => connection.close());
  }
}

/** Follows the links from a task through all tables. */
function findRun(connections: Connection[], taskId: string) {
  const ids = new Set([taskId]);
  let shares: Share[][] = [];
  for (let known = 0; known < ids.size; ) {
    known = ids.size;
    shares = connections.map(connection => findShares(connection, ids));
    for (const { numbered, rows } of shares.flat()) {
      rows.forEach(({ id }) => {
        if (numbered !== 'id' && id) {
          ids.add(String(id));
        }
      });
    }
  }
  return { ids: [...ids], shares };
}

function findShares(connection: Connection, ids: Set<string>): Share[] {
  const tables = connection
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all() as { name: string }[];
  return tables.flatMap(({ name: table }) => {
    const columns = connection.pragma(`table_info("${table}")`) as {
      name: string;
      type: string;
      pk: number;
    }[];
    const numbered = columns.find(
      ({ pk, type }) => pk === 1 && type.toLowerCase() === 'integer',
    )?.name;
    const by = columns
      .map(({ name }) => name)
      .filter(name => links.includes(name) && name !== numbered);
    if (by.length === 0) {
      return [];
    }
    const wanted = [...ids];
    const marks = wanted.map(() => '?').join(', ');
    const rows = connection
      .prepare(
        `SELECT * FROM "${table}" WHERE ${by
          .map(name => `"${name}" IN (${marks})`)
          .join(' OR ')}`,
      )
      .all(by.flatMap(() => wanted)) as Row[];
    const { last } = connection
      .prepare(`SELECT max("${numbered ?? by[0]}") AS last FROM "${table}"`)
      .get() as { last: number };
    const next = numbered ? Number(last) + 1 : 0;
    return rows.length > 0 ? [{ table, numbered, next, rows }] : [];
  });
}

function copyRuns(
  connections: Connection[],
  shares: Share[][],
  ids: string[],
  turns: number,
): void {
  connections.forEach(connection => connection.exec('BEGIN IMMEDIATE'));
  for (let turn = 0; turn < turns; turn++) {
    const renamed = new Map(ids.map(id => [id, randomUUID()]));
    const pattern = new RegExp(ids.join('|'), 'g');
    const rename = (text: string) =>
      text.replace(pattern, id => renamed.get(id) ?? id);
    const renumbered = new Map<number, number>();
    connections.forEach((connection, index) => {
      for (const share of shares[index]) {
        copyRows(connection, share, rename, renumbered);
      }
    });
  }
  connections.forEach(connection => connection.exec('COMMIT'));
}

function copyRows(
  connection: Connection,
  share: Share,
  rename: (text: string) => string,
  renumbered: Map<number, number>,
): void {
  const names = Object.keys(share.rows[0]);
  const insert = connection.prepare(
    `INSERT INTO "${share.table}" (${names
      .map(name => `"${name}"`)
      .join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
  );
  for (const row of share.rows) {
    const values = names.map(name => {
      const value = row[name];
      if (name === share.numbered) {
        const number = share.next++;
        if (share.table === 'task_events') {
          renumbered.set(Number(value), number);
        }
        return number;
      }
      if (name === 'park_event_id' && value !== null) {
        return renumbered.get(Number(value)) ?? value;
      }
      return typeof value === 'string' ? rename(value) : value;
    });
    insert.run(values);
  }
}

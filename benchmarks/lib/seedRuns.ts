import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
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

/** Where a task to copy is found: the plugin that knows it, and the query. */
const models = {
  parked: {
    plugin: 'runs',
    query: "SELECT task_id AS id FROM suspensions WHERE status = 'parked'",
  },
  ended: {
    plugin: 'scaffolder',
    query: "SELECT id FROM tasks WHERE status = 'completed'",
  },
};

/**
 * Adds runs by copying everything that the scaffolder, the runs and the
 * approvals backend have stored of one that was really parked, or that has
 * really ended, with other ids. Does so in a process of its own: the backend
 * must not be held up.
 *
 * @param directory - where the SQLite files of a running backend lie
 */
export async function seedRuns(
  directory: string,
  kind: keyof typeof models,
  count: number,
): Promise<void> {
  const child = fork(__filename, [directory, kind, String(count)]);
  const [status] = await once(child, 'exit');
  if (status !== 0) {
    throw new Error(`Seeding ${count} ${kind} runs has failed`);
  }
}

function seed(
  directory: string,
  kind: keyof typeof models,
  count: number,
): void {
  const connections = plugins.map(
    name =>
      new Database(join(directory, `${name}.sqlite`), { timeout: 60_000 }),
  );
  for (const connection of connections) {
    connection.pragma('foreign_keys = OFF');
    // The rows need not survive a power cut.
    connection.pragma('synchronous = OFF');
  }
  const { plugin, query } = models[kind];
  const { id } = connections[plugins.indexOf(plugin)]
    .prepare(`${query} LIMIT 1`)
    .get() as Row;
  const { ids, shares } = findRun(connections, String(id));
  for (let start = 0; start < count; start += chunk) {
    copyRuns(connections, shares, ids, Math.min(chunk, count - start));
  }
  connections.forEach(connection => connection.close());
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

if (require.main === module) {
  const [directory, kind, count] = process.argv.slice(2);
  seed(directory, kind as keyof typeof models, Number(count));
}

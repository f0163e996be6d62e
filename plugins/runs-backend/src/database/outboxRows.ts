import { randomUUID } from 'node:crypto';
import { Knex } from 'knex';

/** A row of the table `outbox` as the database gives it. */
export interface OutboxRow {
  id: string;
  kind: string;
  task_id: string;
  attempts: number;
  next_attempt_at: Date | number;
  created_at: Date | number;
}

/** Writes a message, unless one of its kind waits for this run. */
export async function writeMessage(
  client: Knex,
  taskId: string,
  kind: string,
  now: Date,
): Promise<void> {
  await client<OutboxRow>('outbox')
    .insert({
      id: randomUUID(),
      kind,
      task_id: taskId,
      attempts: 0,
      next_attempt_at: now,
      created_at: now,
    })
    .onConflict(['kind', 'task_id'])
    .ignore();
}

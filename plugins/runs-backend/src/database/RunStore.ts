import { RegisterRun, RunRecord } from '@self-service/plugin-runs-common';

/** A message to another plugin that is still to be delivered. */
export interface OutboxMessage {
  id: string;
  /** `run.cancelled`: a person cancelled the run while it waited. */
  kind: string;
  taskId: string;
  /** How often delivery has failed. */
  attempts: number;
}

/** What was recorded of runs, and what others are to be told of them. */
export interface RunStore {
  /**
   * Records a run. The first write stands, except that `authorised` may
   * become true and that secret names add up.
   */
  register(taskId: string, run: RegisterRun, now: Date): Promise<RunRecord>;
  find(taskId: string): Promise<RunRecord | undefined>;
  /** Whether a person cancelled the run while it waited. */
  isCancelled(taskId: string): Promise<boolean>;
  /** Messages that are due, oldest first. */
  listOutbox(now: Date, limit: number): Promise<OutboxMessage[]>;
  /** Forgets a message that was delivered. */
  removeMessage(id: string): Promise<void>;
  /** Notes that delivery has failed. */
  postponeMessage(message: OutboxMessage, nextAttemptAt: Date): Promise<void>;
}

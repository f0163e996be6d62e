import { SuspensionStatus, Wait } from '@self-service/plugin-runs-common';

/** What identifies a suspension: one wait of one run. */
export interface SuspensionKey {
  taskId: string;
  stepId: string;
  inputDigest: string;
}

/** A suspension as it is stored. */
export interface StoredSuspension extends SuspensionKey {
  id: string;
  status: SuspensionStatus;
  /** Grows with each transition. */
  version: number;
  wait: Wait;
  title: string;
  url?: string;
  /**
   * The task event that ended the parked attempt: our `cancelled` event, or
   * the `completion` of an attempt that ended without one. A stock retry
   * deletes it, so that its absence tells of a newer attempt.
   */
  parkEventId?: number;
  /**
   * How often we asked to cancel the attempt that parks. More `cancelled`
   * events than that: a person cancelled it.
   */
  cancelsSent: number;
  /** The run's user secrets, sealed. */
  sealedSecrets?: string;
  attention?: string;
  signalledAt?: Date;
  /** When we first asked to retry the parked task. */
  retrySentAt?: Date;
  /** How often resuming was put off. */
  attempts: number;
  nextAttemptAt?: Date;
  /** Until when somebody is at work on it. */
  leaseUntil?: Date;
  /** When the sweep last looked at its task. */
  checkedAt: Date;
  /** When the newest attempt began to park. */
  suspendedAt: Date;
  resumedAt?: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** What a transition may change. */
export type SuspensionChange = Partial<
  Omit<StoredSuspension, 'id' | 'version' | keyof SuspensionKey | 'createdAt'>
>;

/**
 * Suspensions and the signals that end them.
 *
 * @remarks
 * A transition compares and sets: it holds only while nobody else has
 * changed the suspension since it was read.
 */
export interface SuspensionStore {
  find(key: SuspensionKey): Promise<StoredSuspension | undefined>;
  get(id: string): Promise<StoredSuspension | undefined>;
  /** Of one run, in the order in which they were made. */
  listByTask(taskId: string): Promise<StoredSuspension[]>;
  /** The newest (by `suspendedAt`) of each of these runs that has one. */
  listNewest(taskIds: string[]): Promise<StoredSuspension[]>;
  /** Stores a new one; `undefined` if one with its key stands. */
  insert(
    suspension: Omit<StoredSuspension, 'id' | 'version'>,
  ): Promise<StoredSuspension | undefined>;
  /**
   * Changes what was read. A change to `resumed` or `cancelled` also forgets
   * the secrets; one to `cancelled` marks the run as cancelled and tells the
   * approvals backend by the outbox, in one transaction.
   *
   * @returns what stands then; `undefined` if somebody else was faster
   * @throws ConflictError - no suspension may take this transition
   */
  transition(
    current: StoredSuspension,
    change: SuspensionChange,
    now: Date,
  ): Promise<StoredSuspension | undefined>;
  /** Puts the next try off, unless somebody has changed the suspension. */
  postpone(
    current: StoredSuspension,
    nextAttemptAt: Date,
    now: Date,
  ): Promise<void>;
  /**
   * Stores that something has happened, then marks those who wait for it.
   *
   * @returns ids of the suspensions that were marked
   */
  signal(wait: Wait, now: Date): Promise<string[]>;
  /** When it last happened; `undefined` if it did not. */
  findSignal(wait: Wait): Promise<Date | undefined>;
  /**
   * Marks every suspension whose signal is stored and was missed.
   *
   * @param since - looks at newer signals only; at all without it
   * @returns ids of the suspensions that were marked
   */
  matchSignals(now: Date, since?: Date): Promise<string[]>;
  /** Forgets signals older than this. */
  deleteSignalsBefore(time: Date): Promise<void>;
  /** Ids of those that somebody should advance now, oldest first. */
  listDue(now: Date, limit: number): Promise<string[]>;
  /**
   * Refs that parked runs wait for, in order, without those signalled.
   *
   * @param page - at most so many, behind the ref `after`
   */
  listAwaited(
    kind: string,
    page: { limit: number; after?: string },
  ): Promise<string[]>;
  /** Refs of this kind that are waited for and are about this subject. */
  listAwaitedAbout(kind: string, subject: string): Promise<string[]>;
  /** Ids of parked ones that nobody has looked at since, oldest first. */
  listUnchecked(before: Date, limit: number): Promise<string[]>;
  /** Notes that somebody has looked at it. */
  markChecked(id: string, now: Date): Promise<void>;
}

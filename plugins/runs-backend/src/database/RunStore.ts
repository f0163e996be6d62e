import {
  RegisterRun,
  RunPhase,
  RunState,
  RunStatus,
} from '@self-service/plugin-runs-common';

/** A message that is still to be delivered. */
export interface OutboxMessage {
  id: string;
  /**
   * `run.cancelled`, `run.rolled-back`: the approvals backend closes the run.
   * `run.completed`: what it has made is written down as a resource.
   * `notify.*`: people are told, see `RunMessages`.
   */
  kind: string;
  taskId: string;
  /** How often delivery has failed. */
  attempts: number;
}

/** A run as it is stored. */
export interface StoredRun {
  taskId: string;
  phase: RunPhase;
  /** Grows with each change that compares and sets it. */
  version: number;
  /** Seen in the scaffolder; no gate has registered it (yet). */
  imported: boolean;
  templateRef?: string;
  requester?: string;
  /** Entity ref of the owning team. */
  team?: string;
  authorised: boolean;
  secretNames: string[];
  onFailure: 'hold' | 'rollback';
  holdHours: number;
  /** What the run is called, for people. */
  title?: string;
  /** Stock status of the task, as last seen. */
  taskStatus?: string;
  heldUntil?: Date;
  remindedAt?: Date;
  failure?: RunState['failure'];
  /** Who cancelled it or asked for its rollback. */
  endedBy?: string;
  endComment?: string;
  endedAt?: Date;
  /** A person cancelled it: it never acts again. */
  cancelledAt?: Date;
  replaces?: string;
  replacedBy?: string;
  /** When the sweep looks at it, where nothing has told of it. */
  nextLookAt?: Date;
  /**
   * Until when somebody is at work on it: whoever rolls it back, or opens its
   * task again. The follower leaves an active run alone meanwhile, whose task
   * still reads as failed.
   */
  leaseUntil?: Date;
  createdAt: Date;
}

/** What a change of phase may change; `undefined` empties the column. */
export type RunChange = Partial<
  Omit<
    StoredRun,
    | 'taskId'
    | 'version'
    | 'imported'
    | 'authorised'
    | 'secretNames'
    | 'holdHours'
    | 'createdAt'
  >
>;

/** What is known of a task that was seen in the scaffolder. */
export type ImportedRun = Pick<
  StoredRun,
  'templateRef' | 'requester' | 'title' | 'taskStatus' | 'createdAt'
>;

/** Which runs to list; all conditions hold at once. */
export interface RunQuery {
  requester?: string;
  /** Of any of these teams. */
  teams?: string[];
  /** About this entity. */
  entityRef?: string;
  status?: RunStatus;
  templateRef?: string;
  /** Part of the title, whatever the case. */
  text?: string;
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A page of runs, newest first. */
export interface RunRows {
  items: StoredRun[];
  total: number;
  nextCursor?: string;
}

/** Runs, and what others are to be told of them. */
export interface RunStore {
  /**
   * Records a run at its gate. The first write stands, except that
   * `authorised` may become true, that secret names and entities add up, and
   * that what was empty is filled in. What a gate says replaces what was
   * imported.
   */
  register(taskId: string, run: RegisterRun, now: Date): Promise<StoredRun>;
  /**
   * Records a task that was seen in the scaffolder, where nothing stands;
   * gives a run that stands without a title its title.
   */
  import(taskId: string, run: ImportedRun, now: Date): Promise<void>;
  find(taskId: string): Promise<StoredRun | undefined>;
  /** Those of these runs that are known. */
  findAll(taskIds: string[]): Promise<StoredRun[]>;
  /** Entity refs of the catalog that the run is about, sorted. */
  listEntities(taskId: string): Promise<string[]>;
  /**
   * Changes what was read, only while nobody else has changed it since.
   *
   * @remarks
   * A change to `cancelled` also notes when. A cancel and a change to
   * `rolling-back` tell the approvals backend, and a change to `completed`
   * has what the run has made written down, all in one transaction.
   *
   * @param tell - kinds of messages to write in the same transaction; by
   * default people are told of the new phase, unless it is `active` or
   * `rolling-back`
   * @returns what stands then; `undefined` if somebody else was faster
   * @throws ConflictError - no run may take this transition
   */
  movePhase(
    current: StoredRun,
    change: RunChange,
    now: Date,
    tell?: readonly string[],
  ): Promise<StoredRun | undefined>;
  /**
   * Notes what was seen, and when to look next. Compares nothing: what it
   * changes decides nothing.
   *
   * @param dueBy - only of runs that were due then: what has become due since
   * stays so
   */
  note(
    taskIds: string[],
    seen: Pick<RunChange, 'taskStatus' | 'nextLookAt'>,
    dueBy?: Date,
  ): Promise<void>;
  /**
   * Runs in these phases that are due (`nextLookAt`) and that nobody has a
   * lease of, longest due first.
   */
  listByPhase(
    phases: readonly RunPhase[],
    due: { now: Date; limit: number },
  ): Promise<StoredRun[]>;
  /** A page of runs, newest first. */
  list(query: RunQuery): Promise<RunRows>;
  /**
   * Why the run may create nothing and wait for nothing: `cancelled`, or a
   * phase other than `active`. `undefined` for one that may, or is unknown.
   */
  findClosed(taskId: string): Promise<RunPhase | undefined>;
  /** Writes a message, unless one of its kind waits for this run. */
  tell(taskId: string, kind: string, now: Date): Promise<void>;
  /** Messages that are due, oldest first. */
  listOutbox(now: Date, limit: number): Promise<OutboxMessage[]>;
  /** Forgets a message that was delivered. */
  removeMessage(id: string): Promise<void>;
  /** Notes that delivery has failed. */
  postponeMessage(message: OutboxMessage, nextAttemptAt: Date): Promise<void>;
}

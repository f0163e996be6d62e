import {
  Effect,
  Resource,
  ResourceStatus,
} from '@self-service/plugin-runs-common';
import { UndoableEffect } from './EffectStore';

/** Entity refs of the templates that remove, change and extend a resource. */
export interface Lifecycle {
  remove?: string;
  change?: string;
  extend?: string;
}

/** A resource as it is stored. */
export interface StoredResource
  extends Pick<
    Resource,
    | 'id'
    | 'title'
    | 'kind'
    | 'name'
    | 'templateRef'
    | 'requester'
    | 'team'
    | 'environment'
    | 'monthlyCost'
  > {
  status: ResourceStatus;
  /** Grows with each change that compares and sets it. */
  version: number;
  lifecycle: Lifecycle;
  /** When it is removed by itself. */
  expiresAt?: Date;
  /** Days before the end of the newest warning, given or passed over. */
  warnedDays?: number;
  /** The run that removes it, or was the last to; absent: its end does. */
  removalTaskId?: string;
  /** How often its removal was begun. */
  removalRound: number;
  /** Whether that run knows that its removal has failed. */
  isRemovalTold: boolean;
  /** When there is something to do about it; absent: nothing. */
  nextLookAt?: Date;
  /** Until when somebody removes it. */
  leaseUntil?: Date;
  createdAt: Date;
}

/** What is known of a resource when it comes into being. */
export type NewResource = Omit<
  StoredResource,
  | 'status'
  | 'version'
  | 'removalTaskId'
  | 'removalRound'
  | 'isRemovalTold'
  | 'leaseUntil'
>;

/** What may change; `undefined` empties the column. */
export type ResourceChange = Partial<
  Pick<
    StoredResource,
    | 'status'
    | 'monthlyCost'
    | 'expiresAt'
    | 'warnedDays'
    | 'removalTaskId'
    | 'removalRound'
    | 'isRemovalTold'
    | 'nextLookAt'
    | 'leaseUntil'
  >
>;

/** What a run does with a resource. */
export type ResourceRole = 'change' | 'removal' | 'extension';

/** Which resources to list; all conditions hold at once. */
export interface ResourceQuery {
  requester?: string;
  /** Of any of these teams. */
  teams?: string[];
  /** Of this person, or of any of these teams. */
  of?: { requester: string; teams: string[] };
  entityRef?: string;
  kind?: string;
  /** Those that are not `removed`, where it is absent. */
  status?: ResourceStatus;
  /** Part of title or name, whatever the case. */
  text?: string;
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A page of resources, newest first, with totals over all pages. */
export interface ResourceRows {
  items: StoredResource[];
  total: number;
  monthlyCost?: number;
  nextCursor?: string;
}

/** Resources, and what runs do with them. */
export interface ResourceStore {
  /** Writes one down; the first write stands. */
  insert(resource: NewResource, now: Date): Promise<void>;
  find(id: string): Promise<StoredResource | undefined>;
  /** The one of which this secret, by its path, is a part. */
  findBySecret(path: string): Promise<StoredResource | undefined>;
  /** The one that a run changes, removes or extends. */
  findByRun(
    taskId: string,
    role: ResourceRole,
  ): Promise<StoredResource | undefined>;
  /**
   * Changes what was read, only while nobody else has changed it since.
   *
   * @param more.tell - kinds of messages to write in the same transaction
   * @param more.run - notes what a run does with it in the same transaction
   * @returns what stands then; `undefined` if somebody else was faster
   */
  move(
    current: StoredResource,
    change: ResourceChange,
    now: Date,
    more?: {
      tell?: readonly string[];
      run?: { taskId: string; role: ResourceRole };
    },
  ): Promise<StoredResource | undefined>;
  /** Runs of these roles, newest first. */
  listRuns(
    id: string,
    roles: readonly ResourceRole[],
  ): Promise<{ taskId: string; role: ResourceRole; createdAt: Date }[]>;
  /**
   * Other resources with access to secrets that are, or were, a part of this
   * one: they are of no use without it, and a name may be used again.
   */
  listAccesses(id: string): Promise<StoredResource[]>;
  /** Those that are due and that nobody has a lease of, longest due first. */
  listDue(now: Date, limit: number): Promise<StoredResource[]>;
  /** A page, newest first. */
  list(query: ResourceQuery): Promise<ResourceRows>;
  /**
   * Every effect of the runs that made and changed these resources, oldest
   * first.
   */
  listEffects(ids: string[]): Promise<{ resourceId: string; effect: Effect }[]>;
  /** What of it stands outside, or may; in the order of its undoing. */
  listLive(id: string): Promise<UndoableEffect[]>;
  /** Entity refs that each of these is about, sorted. */
  listEntities(ids: string[]): Promise<Map<string, string[]>>;
}

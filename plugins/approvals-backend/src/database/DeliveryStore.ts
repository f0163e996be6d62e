import {
  DeliveryStatus,
  MessageChannel,
  MessageKind,
} from '@self-service/plugin-approvals-common';
import { MessageReference } from '@self-service/plugin-providers-node';
import { Announcement } from './ApprovalsStore';

/**
 * What shares one pace and holds up nothing else: a channel, or the updates of
 * chat messages.
 */
export type DeliveryLane = MessageChannel | 'update';

/** A message to one person in one channel, to be stored. */
export interface NewDelivery {
  id: string;
  /** Outbox message that causes it. */
  announcementId: string;
  requestId: string;
  stageId?: string;
  event: Announcement['event'];
  kind: MessageKind;
  /** User ref. */
  recipient: string;
  channel: MessageChannel;
  /** ISO 8601, as every time here. */
  createdAt: string;
}

/** Where a chat message lies; without a thread it is one that is updated. */
export type DeliveredMessage = Pick<MessageReference, 'provider'> &
  Partial<MessageReference>;

/** A delivery as stored. */
export interface DeliveryRecord extends NewDelivery {
  lane: DeliveryLane;
  /** Of an update: the delivery whose message it changes. */
  updates?: string;
  status: DeliveryStatus;
  /** Raised whenever an update has to be sent anew. */
  version: number;
  /** Attempts that failed. */
  attempts: number;
  /** Names the claim: whoever has another number has lost it. */
  claims: number;
  isClaimed: boolean;
  /** Whether an attempt was made of which nobody knows the outcome. */
  perhapsSent: boolean;
  /** Id of the messaging provider that took it. */
  provider?: string;
  /** Where a chat message lies. */
  reference?: MessageReference;
  error?: string;
  changedAt: string;
}

/**
 * Messages to people, each with its own fate.
 *
 * @remarks
 * Whoever works on one claims it; what they find out counts only while the
 * claim is theirs. A claim that outlives its process is free again after its
 * time.
 */
export interface DeliveryStore {
  /** Adds deliveries; none twice for an announcement, person and channel. */
  add(deliveries: NewDelivery[]): Promise<void>;
  /**
   * Has every chat message of a request that was sent, or is just being sent,
   * shown anew.
   */
  updateMessages(requestId: string, at: string): Promise<void>;
  /**
   * Those whose time has come: one a person, whom nobody is writing to.
   *
   * @param recipient - to this person alone
   */
  listDue(
    lane: DeliveryLane,
    now: string,
    limit: number,
    recipient?: string,
  ): Promise<DeliveryRecord[]>;
  /**
   * @returns the delivery as claimed; `undefined` when somebody else has it
   */
  claim(
    delivery: DeliveryRecord,
    until: string,
  ): Promise<DeliveryRecord | undefined>;
  /**
   * Notes that a message was sent. An update that has to be sent anew
   * meanwhile stays due.
   *
   * @returns whether the claim still held
   */
  markSent(
    claimed: DeliveryRecord,
    sent: { message?: DeliveredMessage; at: string },
  ): Promise<boolean>;
  /** Puts a delivery off that was not sent, which is no failure. */
  postpone(
    claimed: DeliveryRecord,
    options: { until: string; perhapsSent: boolean },
  ): Promise<void>;
  /** Notes a failure, and when it is tried again. */
  markFailed(
    claimed: DeliveryRecord,
    failure: { error: string; nextAttemptAt: string; at: string },
  ): Promise<void>;
  /** Gives a delivery up and adds another in its place, if there is one. */
  giveUp(
    claimed: DeliveryRecord,
    failure: { error: string; at: string; instead?: NewDelivery },
  ): Promise<void>;
  /** Removes a delivery that has no point any more. */
  remove(claimed: DeliveryRecord): Promise<void>;
  find(id: string): Promise<DeliveryRecord | undefined>;
  /** Deliveries of a request, updates included, oldest first. */
  listOfRequest(requestId: string): Promise<DeliveryRecord[]>;
  /**
   * Has a failed delivery tried again from the start.
   *
   * @returns whether it had failed
   */
  retry(id: string, at: string): Promise<boolean>;
}

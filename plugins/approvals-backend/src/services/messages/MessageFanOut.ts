import { randomUUID } from 'node:crypto';
import {
  ApprovalRequest,
  MessageChannel,
  MessageKind,
  Stage,
} from '@self-service/plugin-approvals-common';
import {
  Announcement,
  ApprovalsStore,
  DeliveryLane,
  DeliveryStore,
  NewDelivery,
} from '../../database';
import { ApproverRefresher } from '../ApproverRefresher';
import { ApproverResolver } from '../ApproverResolver';
import { Clock } from '../Clock';
import { toRequest } from '../presentation';
import { DeliveryWorker } from './DeliveryWorker';
import { Preferences } from './Preferences';

/** Some people who are told of something, as one kind of message. */
interface Audience {
  kind: MessageKind;
  people: string[];
  /** The only channels for it, whatever people chose. */
  only?: MessageChannel[];
}

/** After these, messages that were sent show what was. */
const CHANGES: readonly Announcement['event'][] = [
  'stage-escalated',
  'stage-stuck',
  'stage-approved',
  'votes-changed',
  'approvers-changed',
  'request-ended',
];

/** Those who may still decide a stage. */
function decidersOf(request: ApprovalRequest, stage: Stage): string[] {
  const voted = request.stages.flatMap(({ votes }) =>
    votes.map(({ voter }) => voter),
  );
  return stage.status === 'open'
    ? stage.eligible.filter(ref => !voted.includes(ref))
    : [];
}

/**
 * Finds out who is told of an announcement and where, and stores a delivery
 * for each; sending them is the worker's.
 *
 * @remarks
 * Idempotent: an announcement that comes again adds nothing.
 */
export class MessageFanOut {
  readonly #store: ApprovalsStore;
  readonly #deliveries: DeliveryStore;
  readonly #refresher: ApproverRefresher;
  readonly #newResolver: () => ApproverResolver;
  readonly #preferences: Preferences;
  readonly #worker: Pick<DeliveryWorker, 'wake'>;
  readonly #clock: Clock;
  readonly #platformTeam: string;

  /**
   * @param options.platformTeam - group that is told of stages which nobody
   * can decide
   */
  constructor(options: {
    store: ApprovalsStore;
    deliveries: DeliveryStore;
    refresher: ApproverRefresher;
    newResolver: () => ApproverResolver;
    preferences: Preferences;
    worker: Pick<DeliveryWorker, 'wake'>;
    clock: Clock;
    platformTeam: string;
  }) {
    this.#store = options.store;
    this.#deliveries = options.deliveries;
    this.#refresher = options.refresher;
    this.#newResolver = options.newResolver;
    this.#preferences = options.preferences;
    this.#worker = options.worker;
    this.#clock = options.clock;
    this.#platformTeam = options.platformTeam;
  }

  /**
   * Stores what has to be sent because of an announcement.
   *
   * @param id - of the announcement, the same each time it comes
   * @throws when the catalog does not answer: to be tried again
   */
  async deliver(id: string, announcement: Announcement): Promise<void> {
    const { event, requestId } = announcement;
    const stored = await this.#store.findRequest(requestId);
    if (!stored) {
      return;
    }
    const createdAt = (await this.#clock.now()).toISOString();
    const request = toRequest(
      // Whoever asked is who they are.
      event === 'request-created'
        ? stored
        : await this.#refresher.refresh(stored),
    );
    const lanes = new Set<DeliveryLane>();
    for (const audience of await this.#audiences(announcement, request)) {
      const cause = { id, announcement, createdAt };
      const deliveries = await this.#deliveriesTo(audience, cause);
      await this.#deliveries.add(deliveries);
      deliveries.forEach(({ channel }) => lanes.add(channel));
    }
    if (CHANGES.includes(event)) {
      await this.#deliveries.updateMessages(requestId, createdAt);
      lanes.add('update');
    }
    this.#worker.wake(lanes);
  }

  async #audiences(
    { event, stageId }: Announcement,
    request: ApprovalRequest,
  ): Promise<Audience[]> {
    const requester: Audience = {
      kind: 'request-progress',
      people: [request.requester],
    };
    const stage = request.stages.find(({ id }) => id === stageId);
    const deciders = stage ? decidersOf(request, stage) : [];
    switch (event) {
      case 'request-created':
        // It opens the thread; whoever asked looks at the page anyway.
        return [{ ...requester, only: ['chat'] }];
      case 'stage-opened':
        return [{ kind: 'approval-needed', people: deciders }];
      case 'stage-reminded':
        return [{ kind: 'approval-reminder', people: deciders }];
      case 'stage-escalated':
        return [{ kind: 'approval-escalated', people: deciders }];
      case 'stage-stuck':
        return stage?.problem
          ? [
              requester,
              {
                kind: 'approval-escalated',
                people: await this.#membersOfPlatformTeam(request),
              },
            ]
          : [];
      case 'stage-approved':
        return request.status === 'pending' ? [requester] : [];
      case 'request-ended':
        return request.status === 'cancelled' &&
          request.outcomeBy === request.requester
          ? []
          : [requester];
      default:
        return [];
    }
  }

  async #membersOfPlatformTeam({
    requester,
  }: ApprovalRequest): Promise<string[]> {
    const { users } = await this.#newResolver().resolve(
      [{ group: this.#platformTeam }],
      requester,
    );
    return users;
  }

  async #deliveriesTo(
    { kind, people, only }: Audience,
    cause: { id: string; announcement: Announcement; createdAt: string },
  ): Promise<NewDelivery[]> {
    const { id: announcementId, announcement, createdAt } = cause;
    const channels = await this.#preferences.channelsOf(people, kind);
    return [...channels].flatMap(([recipient, chosen]) =>
      chosen
        .filter(channel => !only || only.includes(channel))
        .map(channel => ({
          id: randomUUID(),
          announcementId,
          ...announcement,
          kind,
          recipient,
          channel,
          createdAt,
        })),
    );
  }
}

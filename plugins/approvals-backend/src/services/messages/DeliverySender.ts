import { InputError, NotFoundError } from '@backstage/errors';
import { NotificationService } from '@backstage/plugin-notifications-node';
import { ApprovalRequest } from '@self-service/plugin-approvals-common';
import {
  Message,
  MessagePerson,
  Messenger,
} from '@self-service/plugin-providers-node';
import { EntityNames } from '@self-service/plugin-runs-node';
import {
  ApprovalsStore,
  DeliveredMessage,
  DeliveryRecord,
  DeliveryStore,
} from '../../database';
import { toRequest } from '../presentation';
import { Channels } from './Channels';
import { Composed, composeMessage } from './composeMessage';
import { DecisionLinkIssuer } from './DecisionLinks';
import { People } from './People';

/** What became of an attempt that did not fail. */
export type Sent =
  | { outcome: 'sent'; message?: DeliveredMessage }
  /** Nobody needs it any more. */
  | { outcome: 'pointless' }
  /** The message on which it depends is not there yet. */
  | { outcome: 'too-early' };

const POINTLESS: Sent = { outcome: 'pointless' };

/**
 * Makes one attempt to deliver.
 *
 * @remarks
 * A message is composed when it is sent, from what is stored at that moment,
 * and an update likewise: one that comes late shows what is, not what was.
 */
export class DeliverySender {
  readonly #store: ApprovalsStore;
  readonly #deliveries: DeliveryStore;
  readonly #channels: Channels;
  readonly #people: People;
  readonly #links: DecisionLinkIssuer;
  readonly #notifications: NotificationService;
  readonly #baseUrl: string;
  readonly #currency: () => string | undefined;
  readonly #chatVotes: boolean;

  /**
   * @param options.baseUrl - `app.baseUrl`, without a slash at its end
   * @param options.currency - of costs, as the policy data says
   * @param options.chatVotes - whether messages in chat have buttons
   */
  constructor(options: {
    store: ApprovalsStore;
    deliveries: DeliveryStore;
    channels: Channels;
    people: People;
    links: DecisionLinkIssuer;
    notifications: NotificationService;
    baseUrl: string;
    currency: () => string | undefined;
    chatVotes: boolean;
  }) {
    this.#store = options.store;
    this.#deliveries = options.deliveries;
    this.#channels = options.channels;
    this.#people = options.people;
    this.#links = options.links;
    this.#notifications = options.notifications;
    this.#baseUrl = options.baseUrl;
    this.#currency = options.currency;
    this.#chatVotes = options.chatVotes;
  }

  /**
   * Sends what has been claimed.
   *
   * @throws what went wrong, with its problem where a provider said so
   */
  async send(delivery: DeliveryRecord, signal: AbortSignal): Promise<Sent> {
    const composed = await this.#compose(delivery);
    if (!composed) {
      return POINTLESS;
    }
    if (delivery.updates) {
      return this.#update(delivery.updates, composed.message, signal);
    }
    if (!composed.isDue) {
      return POINTLESS;
    }
    switch (delivery.channel) {
      case 'chat':
        return this.#chat(delivery, composed.message, signal);
      case 'mail':
        return this.#mail(delivery, composed, signal);
      default:
        await this.#notify(delivery, composed.message);
        return { outcome: 'sent' };
    }
  }

  async #compose(delivery: DeliveryRecord): Promise<Composed | undefined> {
    const { requestId, event, stageId, recipient } = delivery;
    const stored = await this.#store.findRequest(requestId);
    if (!stored) {
      return undefined;
    }
    const request = toRequest(stored);
    const { names } = this.#people;
    const name = await names.read(refsOf(request));
    const composed = composeMessage(
      {
        request,
        name,
        baseUrl: this.#baseUrl,
        currency: this.#currency(),
      },
      { event, stageId, person: recipient },
    );
    return (
      composed && {
        ...composed,
        message: await withNames(composed.message, names),
      }
    );
  }

  async #notify(delivery: DeliveryRecord, message: Message): Promise<void> {
    const { requestId, stageId, event, recipient } = delivery;
    const due = message.facts?.find(({ label }) => label === 'Due')?.value;
    await this.#notifications.send({
      recipients: { type: 'entity', entityRef: recipient },
      payload: {
        title: message.title,
        description: [
          message.summary,
          due && `Due ${due}.`,
          ...(message.sections ?? []).map(({ text }) => text),
        ]
          .filter(Boolean)
          .join(' '),
        severity: message.severity ?? 'normal',
        link: `/approvals/${requestId}`,
        topic: 'approvals',
        // The notifications backend keeps one of these for a person.
        scope: [requestId, stageId, event].filter(Boolean).join(':'),
      },
    });
  }

  async #mail(
    delivery: DeliveryRecord,
    { message, votableStage }: Composed,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { requestId, recipient } = delivery;
    const person = await this.#addressOf(recipient);
    const link = votableStage && {
      label: 'Decide: approve or reject',
      url: await this.#links.issue({
        person: recipient,
        requestId,
        stageId: votableStage,
      }),
    };
    const { reference } = await this.#messenger('mail').sendMessage({
      to: { person },
      message: link
        ? {
            ...message,
            link,
            links: [
              ...(message.link ? [message.link] : []),
              ...(message.links ?? []),
            ],
          }
        : message,
      messageKey: delivery.id,
      isFirstAttempt: !delivery.perhapsSent,
      signal,
    });
    // Where a mail lies is its address, which is nobody's business here.
    return { outcome: 'sent', message: { provider: reference.provider } };
  }

  async #chat(
    delivery: DeliveryRecord,
    composed: Message,
    signal: AbortSignal,
  ): Promise<Sent> {
    const root = await this.#rootOf(delivery);
    if (root && !root.reference) {
      return { outcome: 'too-early' };
    }
    const messenger = this.#messenger('chat');
    const options = {
      message: this.#forChat(composed, !root),
      messageKey: delivery.id,
      isFirstAttempt: !delivery.perhapsSent,
      signal,
    };
    if (root?.reference) {
      const message = await messenger.reply(root.reference, options);
      return { outcome: 'sent', message };
    }
    const person = await this.#addressOf(delivery.recipient);
    const { reference } = await messenger.sendMessage({
      ...options,
      to: { person },
    });
    return { outcome: 'sent', message: reference };
  }

  /**
   * The message that opened the thread into which another one goes: the
   * request's for whoever asked, the stage's for its approvers.
   */
  async #rootOf(delivery: DeliveryRecord): Promise<DeliveryRecord | undefined> {
    if (delivery.event === 'request-created') {
      return undefined;
    }
    const isProgress = (other: DeliveryRecord) =>
      other.kind === 'request-progress';
    const all = await this.#deliveries.listOfRequest(delivery.requestId);
    const root = all.find(
      other =>
        other.lane === 'chat' &&
        other.recipient === delivery.recipient &&
        other.status !== 'given-up' &&
        isProgress(other) === isProgress(delivery) &&
        (isProgress(other) || other.stageId === delivery.stageId),
    );
    return root?.id === delivery.id ? undefined : root;
  }

  /** The buttons are on the message that opened the thread. */
  #forChat(message: Message, isRoot: boolean): Message {
    if (isRoot && this.#chatVotes) {
      return message;
    }
    const { buttons: _, ...rest } = message;
    return rest;
  }

  async #update(
    id: string,
    message: Message,
    signal: AbortSignal,
  ): Promise<Sent> {
    const sent = await this.#deliveries.find(id);
    if (sent?.reference) {
      await this.#messenger('chat').updateMessage(
        sent.reference,
        this.#forChat(message, true),
        { signal },
      );
      return {
        outcome: 'sent',
        message: { provider: sent.reference.provider },
      };
    }
    // While it is being sent, nobody knows what it shows.
    return sent?.isClaimed ? { outcome: 'too-early' } : POINTLESS;
  }

  #messenger(channel: 'chat' | 'mail'): Messenger {
    const messenger = this.#channels.messenger(channel);
    if (!messenger) {
      throw new InputError(`This portal has no ${channel} any more`);
    }
    return messenger;
  }

  async #addressOf(userRef: string): Promise<MessagePerson> {
    const person = await this.#people.findAddress(userRef);
    if (!person) {
      throw new NotFoundError(
        `${userRef} has no mail address in the catalog (spec.profile.email), by which messengers know people`,
      );
    }
    return person;
  }
}

/** Everybody of whom a message about the request speaks. */
function refsOf(request: ApprovalRequest): string[] {
  const { requester, outcomeBy, stages, decision } = request;
  return [
    requester,
    outcomeBy,
    decision.facts.team,
    ...stages.flatMap(({ approvers, votes }) => [
      ...approvers.map(({ leadOf, group }) => leadOf ?? group),
      ...votes.map(({ voter }) => voter),
    ]),
  ].filter(ref => ref !== undefined);
}

/** What policy and people have said may speak of others by their refs. */
async function withNames(
  message: Message,
  names: EntityNames,
): Promise<Message> {
  const { summary, sections } = message;
  return {
    ...message,
    ...(summary && { summary: await names.nameIn(summary) }),
    ...(sections && {
      sections: await Promise.all(
        sections.map(async section => ({
          ...section,
          text: await names.nameIn(section.text),
        })),
      ),
    }),
  };
}

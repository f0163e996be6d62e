import { createServiceRef } from '@backstage/backend-plugin-api';
import { CallOptions, Provider } from './provider';

/**
 * The optional parts of the ticketing port.
 *
 * @remarks
 * `webhooks`: the vendor tells of a ticket that has changed; without it, it has
 * to be asked.
 *
 * @public
 */
export const TICKETING_FEATURES = ['webhooks'] as const;

/** @public */
export type TicketingFeature = (typeof TICKETING_FEATURES)[number];

/**
 * Where a ticket stands, whatever its vendor's workflow calls it.
 *
 * @remarks
 * `done` and `rejected` are ends: what was asked for was done, or will not be.
 * A state that the provider does not know is `in-progress`: it is no end.
 *
 * @public
 */
export type TicketState = 'open' | 'in-progress' | 'done' | 'rejected';

/** Names a ticket for good; can be stored as JSON. @public */
export interface TicketReference {
  /** Id of the provider that has it. */
  provider: string;
  /** As people write it, for example `OPS-123`. */
  key: string;
}

/** @public */
export interface Ticket {
  reference: TicketReference;
  url: string;
  title: string;
  state: TicketState;
  /** What the vendor calls the state, for people. */
  stateName: string;
  /** The run that created it, where one of ours did. */
  createdBy?: string;
  /** ISO 8601. */
  updatedAt: string;
}

/** See {@link TicketingProvider.createTicket}. @public */
export interface CreateTicketOptions extends CallOptions {
  /** Project, board or service desk, as its vendor names it. */
  queue: string;
  title: string;
  /** Plain text. */
  description: string;
  runKey: string;
}

/** See {@link TicketingProvider.addComment}. @public */
export interface TicketCommentOptions extends CallOptions {
  /** Plain text. */
  text: string;
  commentKey: string;
}

/** See {@link TicketingProvider.moveTicket}. @public */
export interface MoveTicketOptions extends CallOptions {
  state: TicketState;
  /** Only a ticket that this run created; another one is a ConflictError. */
  runKey?: string;
}

/** A call from outside, as it came. @public */
export interface TicketDelivery {
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  /** The raw body: signatures are over its bytes. */
  body: Buffer;
}

/** What a delivery says: look at the ticket again. @public */
export interface TicketNews {
  /** The vendor's id of the delivery: one that came before is ignored. */
  deliveryId: string;
  ticket: TicketReference;
}

/**
 * Port of the capability `ticketing`; errors as for the git port.
 *
 * @public
 */
export interface TicketingProvider extends Provider {
  readonly capability: 'ticketing';
  readonly features: readonly TicketingFeature[];
  /**
   * Creates a ticket. Repeated with the same `runKey`, it gives the ticket
   * that stands, whatever has become of it.
   *
   * @throws NotFoundError - no such queue
   */
  createTicket(options: CreateTicketOptions): Promise<Ticket>;
  /** Finds a ticket; `undefined`: there is none, or not for us. */
  findTicket(
    reference: TicketReference,
    options?: CallOptions,
  ): Promise<Ticket | undefined>;
  /**
   * Comments on a ticket, once for each `commentKey`.
   *
   * @throws NotFoundError - no such ticket
   */
  addComment(
    reference: TicketReference,
    options: TicketCommentOptions,
  ): Promise<void>;
  /**
   * Moves a ticket to a state, by whatever steps its workflow has. One that is
   * there already stays as it is.
   *
   * @throws NotFoundError - no such ticket
   * @throws ConflictError - its workflow has no way there
   */
  moveTicket(
    reference: TicketReference,
    options: MoveTicketOptions,
  ): Promise<Ticket>;
  /**
   * Verifies and reads what the vendor sends when a ticket changes. Feature
   * `webhooks`; absent without it.
   *
   * @returns `undefined` for a delivery that is genuine and about no ticket
   * @throws AuthenticationError - the signature is wrong
   * @throws InputError - genuine, but not to be understood
   */
  receiveNews?(delivery: TicketDelivery): Promise<TicketNews | undefined>;
}

/**
 * Multiton: each vendor's factory gives the ticketing providers that app-config
 * names, or none; `.flat()` is all of them.
 *
 * @public
 */
export const ticketingProviderServiceRef = createServiceRef<
  readonly TicketingProvider[]
>({
  id: 'self-service.provider.ticketing',
  scope: 'root',
  multiton: true,
});

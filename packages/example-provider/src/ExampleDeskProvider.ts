import {
  ConflictError,
  NotFoundError,
  NotImplementedError,
} from '@backstage/errors';
import {
  createProblemError,
  healthOfError,
  HttpClient,
  JsonApi,
  ProviderHealth,
  Ticket,
  TicketingProvider,
  TicketReference,
  TicketState,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';

const STATES: Record<string, TicketState> = {
  New: 'open',
  Working: 'in-progress',
  Solved: 'done',
  Declined: 'rejected',
};

type Options<Method extends 'createTicket' | 'addComment' | 'moveTicket'> =
  NonNullable<
    Parameters<TicketingProvider[Method]>[Method extends 'createTicket' ? 0 : 1]
  >;

/** Tickets at Example Desk. */
export class ExampleDeskProvider implements TicketingProvider {
  readonly id = 'example-desk';
  readonly capability = 'ticketing';
  readonly vendor = 'Example Desk';
  readonly features = [] as const;
  readonly endpoint: string;
  readonly #api: JsonApi;

  constructor(options: { address: string; token: string }, http?: HttpClient) {
    const { address, token } = options;
    this.endpoint = new URL(address).origin;
    this.#api = JsonApi.create({
      vendor: this.vendor,
      address,
      headers: { authorization: `Bearer ${token}` },
      secrets: [token],
      http,
    });
  }

  async checkHealth({
    signal,
  }: { signal?: AbortSignal } = {}): Promise<ProviderHealth> {
    try {
      const answer = z.object({ name: z.string() });
      const { name } = await this.#api.call({
        action: 'read its account',
        path: ['me'],
        answer,
        signal,
      });
      return { status: 'ok', description: `Signed in as ${name}.` };
    } catch (error) {
      signal?.throwIfAborted();
      return healthOfError(error);
    }
  }

  async createTicket({
    queue,
    title,
    description,
    runKey: externalId,
    signal,
  }: Options<'createTicket'>): Promise<Ticket> {
    // Look before you create: what a lost answer has created is found by its
    // external id, which the vendor keeps unique.
    const [known] = await this.#api.call({
      action: 'look for a ticket',
      path: ['tickets'],
      query: { externalId },
      answer: z.array(this.#answer),
      signal,
    });
    return (
      known ??
      this.#api.call({
        action: `create a ticket in ${queue}`,
        method: 'POST',
        path: ['tickets'],
        body: { queue, title, description, externalId },
        answer: this.#answer,
        signal,
      })
    );
  }

  async findTicket(
    { key }: TicketReference,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Ticket | undefined> {
    try {
      return await this.#read(key, signal);
    } catch (error) {
      if (error instanceof NotFoundError) {
        return undefined;
      }
      throw error;
    }
  }

  async addComment(
    { key }: TicketReference,
    { text, commentKey, signal }: Options<'addComment'>,
  ): Promise<void> {
    await this.#api.call({
      action: `comment on ${key}`,
      // The same comment put twice is one.
      method: 'PUT',
      repeatable: true,
      path: ['tickets', key, 'comments', commentKey],
      body: { text },
      answer: z.unknown(),
      signal,
    });
  }

  async moveTicket(
    { key }: TicketReference,
    { state, runKey, signal }: Options<'moveTicket'>,
  ): Promise<Ticket> {
    const ticket = await this.#read(key, signal);
    if (runKey !== undefined && ticket.createdBy !== runKey) {
      throw createProblemError(ConflictError, {
        what: `Ticket ${key} is not this run's.`,
        vendor: this.vendor,
        remedy: 'Look at the ticket and move it by hand.',
      });
    }
    if (ticket.state === state) {
      return ticket;
    }
    return this.#api.call({
      action: `move ${key}`,
      method: 'PUT',
      repeatable: true,
      path: ['tickets', key],
      body: {
        status: Object.keys(STATES).find(name => STATES[name] === state),
      },
      answer: this.#answer,
      signal,
    });
  }

  async receiveNews(): Promise<undefined> {
    throw new NotImplementedError('Example Desk sends no news of tickets.');
  }

  async #read(key: string, signal?: AbortSignal): Promise<Ticket> {
    return this.#api.call({
      action: `read ${key}`,
      path: ['tickets', key],
      answer: this.#answer,
      signal,
    });
  }

  /** The vendor's ticket as the port's; nothing else of an answer is believed. */
  get #answer() {
    return z
      .object({
        key: z.string(),
        title: z.string(),
        status: z.string(),
        externalId: z.string().optional(),
        updated: z.string(),
      })
      .transform(
        ({ key, title, status, externalId, updated }): Ticket => ({
          reference: { provider: this.id, key },
          url: `${this.endpoint}/tickets/${key}`,
          title,
          // A status that is not known is no end.
          state: STATES[status] ?? 'in-progress',
          stateName: status,
          createdBy: externalId,
          updatedAt: updated,
        }),
      );
  }
}

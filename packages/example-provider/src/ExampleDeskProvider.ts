import {
  askHealth,
  CallOptions,
  CreateTicketOptions,
  HttpClient,
  JsonApi,
  MoveTicketOptions,
  notMadeByRun,
  Ticket,
  TicketCommentOptions,
  TicketingProvider,
  TicketReference,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';

const STATES: Record<string, Ticket['state']> = {
  New: 'open',
  Working: 'in-progress',
  Solved: 'done',
  Declined: 'rejected',
};

/** Tickets at Example Desk. */
export class ExampleDeskProvider implements TicketingProvider {
  readonly id = 'example-desk';
  readonly capability = 'ticketing';
  readonly vendor = 'Example Desk';
  readonly features = [];
  readonly endpoint: string;
  readonly #api: JsonApi;
  /** The vendor's ticket as the port's; nothing else of an answer is believed. */
  readonly #answer = z
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

  constructor(address: string, token: string, http?: HttpClient) {
    this.endpoint = new URL(address).origin;
    this.#api = JsonApi.create({ vendor: this.vendor, address, token, http });
  }

  async checkHealth(options: CallOptions = {}) {
    return askHealth(options, async () => {
      const answer = z.object({ name: z.string() });
      const call = { action: 'read its account', path: ['me'], answer };
      const { name } = await this.#api.call({ ...call, ...options });
      return { status: 'ok', description: `Signed in as ${name}.` };
    });
  }

  async createTicket({ runKey, signal, ...ticket }: CreateTicketOptions) {
    const call = { path: ['tickets'], signal };
    // Look before you create: what a lost answer has created is found by its
    // external id, which the vendor keeps unique.
    const [known] = await this.#api.call({
      action: 'look for a ticket',
      query: { externalId: runKey },
      answer: z.array(this.#answer),
      ...call,
    });
    if (known) {
      return known;
    }
    return this.#api.call({
      action: `create a ticket in ${ticket.queue}`,
      method: 'POST',
      body: { ...ticket, externalId: runKey },
      answer: this.#answer,
      ...call,
    });
  }

  async findTicket({ key }: TicketReference, options: CallOptions = {}) {
    return this.#api.find(this.#toRead(key, options));
  }

  async addComment({ key }: TicketReference, options: TicketCommentOptions) {
    const { text, commentKey, signal } = options;
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

  async moveTicket({ key }: TicketReference, options: MoveTicketOptions) {
    const { state, runKey, signal } = options;
    const call = this.#toRead(key, { signal });
    const ticket = await this.#api.call(call);
    if (runKey !== undefined && ticket.createdBy !== runKey) {
      throw notMadeByRun(`Ticket ${key}`, 'Move it by hand.', this.vendor);
    }
    const status = Object.keys(STATES).find(name => STATES[name] === state);
    return this.#api.call({
      ...call,
      action: `move ${key}`,
      method: 'PUT',
      repeatable: true,
      body: { status },
    });
  }

  #toRead(key: string, options: CallOptions) {
    const path = ['tickets', key];
    return { action: `read ${key}`, path, answer: this.#answer, ...options };
  }
}

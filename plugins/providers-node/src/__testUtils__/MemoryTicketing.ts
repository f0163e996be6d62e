import { createHash, createHmac } from 'node:crypto';
import {
  AuthenticationError,
  ConflictError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { toProviderError } from '../http';
import { createProblemError } from '../problems';
import { ProviderHealth } from '../provider';
import { ProviderFault, ProviderFaults } from '../testing/providerFaults';
import {
  CreateTicketOptions,
  MoveTicketOptions,
  Ticket,
  TicketCommentOptions,
  TicketDelivery,
  TicketingProvider,
  TicketNews,
  TicketReference,
  TicketState,
} from '../ticketing';

interface MemoryTicket extends Ticket {
  comments: Map<string, string>;
}

const VENDOR = 'Memory';
const SIGNING_SECRET = 'memory-signing-secret';
const STATE_NAMES: Record<TicketState, string> = {
  open: 'To do',
  'in-progress': 'In progress',
  done: 'Done',
  rejected: "Won't do",
};

/** Ticketing as the port wants it, without a vendor: what the suite is tried on. */
export class MemoryTicketing implements TicketingProvider {
  readonly id = 'memory';
  readonly capability = 'ticketing';
  readonly vendor = VENDOR;
  readonly endpoint = 'https://tickets.example.com';
  readonly features = ['webhooks'] as const;
  /** Echoed by the vendor's answers to requests. */
  readonly canary = 'canary-token-7f3a';
  readonly faults: ProviderFaults;
  readonly #tickets = new Map<string, MemoryTicket>();
  readonly #fault: {
    kind?: ProviderFault;
    skip: number;
    times: number;
    hits: number;
  } = { skip: 0, times: 0, hits: 0 };

  constructor() {
    const fault = this.#fault;
    this.faults = {
      set: (kind, { skip = 0, times = Infinity } = {}) => {
        Object.assign(fault, { kind, skip, times, hits: 0 });
      },
      clear: () => {
        const wasHit = fault.hits > 0;
        Object.assign(fault, { kind: undefined, hits: 0 });
        return wasHit;
      },
    };
  }

  tickets(): Ticket[] {
    return [...this.#tickets.values()];
  }

  commentsOf(key: string): string[] {
    return [...this.#require(key).comments.values()];
  }

  createByHand(title: string): TicketReference {
    return this.#add(title).reference;
  }

  /** As its vendor's administrators may name a state any day. */
  nameState({ key }: TicketReference, stateName: string): void {
    const known = Object.entries(STATE_NAMES).find(
      ([, name]) => name === stateName,
    );
    const state = (known?.[0] ?? 'in-progress') as TicketState;
    Object.assign(this.#require(key), { state, stateName });
  }

  notify(reference: TicketReference): TicketDelivery {
    const body = Buffer.from(JSON.stringify({ ticket: reference.key }));
    return { headers: { 'x-signature': this.#sign(body) }, body };
  }

  async checkHealth(): Promise<ProviderHealth> {
    return { status: 'ok', description: 'In memory.' };
  }

  async createTicket(options: CreateTicketOptions): Promise<Ticket> {
    return this.#request(options.signal, () => {
      if (options.queue !== 'OPS') {
        throw this.#notFound(options.queue);
      }
      const existing = [...this.#tickets.values()].find(
        ({ createdBy }) => createdBy === options.runKey,
      );
      return show(existing ?? this.#add(options.title, options.runKey));
    });
  }

  async findTicket(
    { key }: TicketReference,
    options: { signal?: AbortSignal } = {},
  ): Promise<Ticket | undefined> {
    return this.#request(options.signal, () => {
      const found = this.#tickets.get(key);
      return found && show(found);
    });
  }

  async addComment(
    { key }: TicketReference,
    options: TicketCommentOptions,
  ): Promise<void> {
    await this.#request(options.signal, () =>
      this.#require(key).comments.set(options.commentKey, options.text),
    );
  }

  async moveTicket(
    { key }: TicketReference,
    options: MoveTicketOptions,
  ): Promise<Ticket> {
    return this.#request(options.signal, () => {
      const ticket = this.#require(key);
      if (options.runKey && ticket.createdBy !== options.runKey) {
        throw createProblemError(ConflictError, {
          what: `The ticket ${key} is not this run's.`,
          remedy: 'Look at it.',
          vendor: VENDOR,
        });
      }
      ticket.state = options.state;
      ticket.stateName = STATE_NAMES[options.state];
      return show(ticket);
    });
  }

  async receiveNews({
    headers,
    body,
  }: TicketDelivery): Promise<TicketNews | undefined> {
    if (headers['x-signature'] !== this.#sign(body)) {
      throw new AuthenticationError('The signature does not fit the body.');
    }
    const { ticket } = JSON.parse(body.toString('utf8'));
    return {
      deliveryId: createHash('sha256').update(body).digest('hex'),
      ticket: { provider: this.id, key: ticket },
    };
  }

  #sign(body: Buffer): string {
    return createHmac('sha256', SIGNING_SECRET).update(body).digest('hex');
  }

  #add(title: string, runKey?: string): MemoryTicket {
    const key = `OPS-${this.#tickets.size + 1}`;
    const ticket: MemoryTicket = {
      reference: { provider: this.id, key },
      url: `${this.endpoint}/${key}`,
      title,
      state: 'open',
      stateName: STATE_NAMES.open,
      updatedAt: '2026-01-02T03:04:05.000Z',
      ...(runKey && { createdBy: runKey }),
      comments: new Map(),
    };
    this.#tickets.set(key, ticket);
    return ticket;
  }

  #require(key: string): MemoryTicket {
    const ticket = this.#tickets.get(key);
    if (!ticket) {
      throw this.#notFound(key);
    }
    return ticket;
  }

  #notFound(what: string): Error {
    return createProblemError(NotFoundError, {
      what: `There is no ${what}.`,
      remedy: 'Check the name.',
      vendor: VENDOR,
    });
  }

  /** One request to a vendor that may fail before it acts, or after. */
  #request<T>(signal: AbortSignal | undefined, act: () => T): T {
    signal?.throwIfAborted();
    const { kind } = this.#fault;
    if (kind === undefined || this.#fault.skip > 0) {
      this.#fault.skip -= 1;
      return act();
    }
    if (this.#fault.hits >= this.#fault.times) {
      return act();
    }
    this.#fault.hits += 1;
    if (kind === 'cut-after') {
      act();
    }
    if (typeof kind === 'number') {
      throw toProviderError({
        vendor: VENDOR,
        action: 'do it',
        status: kind,
        headers: new Headers(),
        message: `refused ${this.canary}`,
        secrets: [this.canary],
        now: 0,
      });
    }
    throw createProblemError(ServiceUnavailableError, {
      what: `${VENDOR} gave no usable answer.`,
      whose: 'vendor',
      canPass: true,
      remedy: 'Try again.',
      vendor: VENDOR,
    });
  }
}

function show({ comments: _comments, ...ticket }: MemoryTicket): Ticket {
  return { ...ticket };
}

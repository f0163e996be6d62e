import { once } from 'node:events';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import {
  ProviderFault,
  ProviderFaults,
} from '@self-service/plugin-providers-node/testing';
import express, { RequestHandler } from 'express';

interface DeskTicket {
  key: string;
  queue: string;
  title: string;
  status: string;
  externalId?: string;
  updated: string;
}

/** Words of the vendor for what a client did wrong; they echo its token. */
const refusal = (token: string) => ({ error: `no, ${token}` });

/** A stand-in for Example Desk: its API over HTTP, with faults. */
export class Desk {
  readonly token = 'canary-desk-token';
  readonly tickets: DeskTicket[] = [];
  readonly comments: { key: string; id: string; text: string }[] = [];
  readonly #fault: {
    kind?: ProviderFault;
    skip: number;
    times: number;
    hits: number;
  } = { skip: 0, times: 0, hits: 0 };
  readonly #server: Server;

  static async start(): Promise<Desk> {
    const desk = new Desk();
    desk.#server.listen(0, '127.0.0.1');
    await once(desk.#server, 'listening');
    return desk;
  }

  private constructor() {
    const app = express();
    app.use(express.json(), this.#goWrong, this.#authenticate);
    app.get('/api/me', (_, response) => response.json({ name: 'portal' }));
    app.get('/api/tickets', ({ query }, response) =>
      response.json(
        this.tickets.filter(it => it.externalId === query.externalId),
      ),
    );
    app.post('/api/tickets', ({ body }, response) =>
      body.queue === 'OPS'
        ? response.status(201).json(this.add(body))
        : response.status(404).json({ error: 'no such queue' }),
    );
    app.use('/api/tickets/:key', ({ params }, response, next) =>
      this.tickets.some(({ key }) => key === params.key)
        ? next()
        : response.status(404).json({ error: 'no such ticket' }),
    );
    app.get('/api/tickets/:key', ({ params }, response) =>
      response.json(this.tickets.find(({ key }) => key === params.key)),
    );
    app.put('/api/tickets/:key', ({ params, body }, response) =>
      response.json(
        Object.assign(this.tickets.find(({ key }) => key === params.key)!, {
          status: body.status,
        }),
      ),
    );
    app.put('/api/tickets/:key/comments/:id', ({ params, body }, response) => {
      if (
        !this.comments.some(it => it.key === params.key && it.id === params.id)
      ) {
        this.comments.push({ key: params.key, id: params.id, text: body.text });
      }
      response.json({});
    });
    this.#server = createServer(app);
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/api`;
  }

  add(ticket: Pick<DeskTicket, 'queue' | 'title' | 'externalId'>): DeskTicket {
    const { queue, title, externalId } = ticket;
    const added = {
      key: `${queue}-${this.tickets.length + 1}`,
      queue,
      title,
      externalId,
      status: 'New',
      updated: new Date(Date.UTC(2026, 0, 5)).toISOString(),
    };
    this.tickets.push(added);
    return added;
  }

  readonly faults: ProviderFaults = {
    set: (kind, { skip = 0, times = Infinity } = {}) => {
      Object.assign(this.#fault, { kind, skip, times, hits: 0 });
    },
    clear: () => {
      const wasHit = this.#fault.hits > 0;
      Object.assign(this.#fault, { kind: undefined, hits: 0 });
      return wasHit;
    },
  };

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  readonly #authenticate: RequestHandler = (request, response, next) =>
    request.headers.authorization === `Bearer ${this.token}`
      ? next()
      : response.status(401).json(refusal(this.token));

  readonly #goWrong: RequestHandler = (request, response, next) => {
    const fault = this.#fault;
    if (fault.kind === undefined || fault.hits >= fault.times) {
      next();
    } else if (fault.skip > 0) {
      fault.skip -= 1;
      next();
    } else {
      fault.hits += 1;
      switch (fault.kind) {
        case 'slow':
          break;
        case 'cut':
          request.socket.destroy();
          break;
        case 'cut-after':
          response.end = () => {
            request.socket.destroy();
            return response;
          };
          next();
          break;
        case 'wrong':
          response.json({ odd: true });
          break;
        default:
          response.status(fault.kind);
          if (fault.kind === 429) {
            response.set('retry-after', '60');
          }
          response.json(refusal(this.token));
      }
    }
  };
}

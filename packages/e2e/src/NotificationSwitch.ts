import { once } from 'node:events';
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Stands between the backend's plugins and its notifications, so that a test
 * can have them fail: they are part of the portal, and of no stand-in.
 */
export class NotificationSwitch {
  /** While set, every notification whose title contains it is refused. */
  failing: string | undefined;

  readonly #server: Server;

  private constructor(private readonly backendPort: number) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param backendPort - where the portal is going to listen */
  static async start(backendPort: number): Promise<NotificationSwitch> {
    const created = new NotificationSwitch(backendPort);
    created.#server.listen(0, 'localhost');
    await once(created.#server, 'listening');
    return created;
  }

  /** What to lay over the portal's configuration. */
  get config(): object {
    const { port } = this.#server.address() as AddressInfo;
    return {
      discovery: {
        endpoints: [
          {
            target: { internal: `http://localhost:${port}/api/notifications` },
            plugins: ['notifications'],
          },
        ],
      },
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await text(request);
    if (this.failing && body.includes(this.failing)) {
      response.writeHead(503).end('Out of order');
      return;
    }
    const { authorization, 'content-type': type } = request.headers;
    const answer = await fetch(
      `http://localhost:${this.backendPort}${request.url}`,
      {
        method: request.method,
        headers: {
          ...(authorization && { authorization }),
          ...(type && { 'content-type': type }),
        },
        body: body || undefined,
      },
    );
    response
      .writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
      })
      .end(await answer.text());
  }
}

import { once } from 'node:events';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * Stands between the backend's plugins and its notifications, so that a test
 * can have them fail: they are part of the portal, and of no stand-in.
 */
export class NotificationSwitch {
  /** While set, every notification whose title contains it is refused. */
  failing: string | undefined;

  private constructor(private readonly server: Server) {}

  /** @param backendPort - where the portal is going to listen */
  static async start(backendPort: number): Promise<NotificationSwitch> {
    const server = createServer(async (request, response) => {
      const body = await text(request);
      if (self.failing && body.includes(self.failing)) {
        response.writeHead(503).end('Out of order');
        return;
      }
      const { authorization, 'content-type': type } = request.headers;
      const answer = await fetch(
        `http://localhost:${backendPort}${request.url}`,
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
    });
    const self = new NotificationSwitch(server);
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return self;
  }

  /** What to lay over the portal's configuration. */
  get config(): object {
    const { port } = this.server.address() as AddressInfo;
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
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

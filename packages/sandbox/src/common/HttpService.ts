import { lookup } from 'node:dns/promises';
import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { PortInUseError } from './errors';

/**
 * One HTTP port of the sandbox, bound to this machine's loopback addresses only.
 *
 * @remarks
 * The port is opened before the stand-in behind it exists, because stand-ins
 * need to know their own URL and each other's. Until `handle` is called,
 * requests are answered 503.
 */
export class HttpService {
  readonly #servers: Server[];
  #listener: RequestListener = (_request, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end('starting');
  };

  #refused: (packet: Buffer, socket: Duplex) => boolean = () => false;

  private constructor(
    servers: Server[],
    /** The TCP port in use. */
    readonly port: number,
    /** Base URL without a trailing slash. */
    readonly url: string,
  ) {
    this.#servers = servers;
  }

  /**
   * Opens the port.
   *
   * @param options - `name` for messages, `port` (0 picks a free one), `host`
   * the name used in URLs
   * @throws PortInUseError when another program holds the port
   */
  static async listen(options: {
    name: string;
    port: number;
    host: string;
  }): Promise<HttpService> {
    const holder: { service?: HttpService } = {};
    const servers: Server[] = [];
    let port = options.port;
    for (const address of await loopbackAddresses(options.host)) {
      const server = createServer((request, response) =>
        holder.service!.#listener(request, response),
      );
      server.on('clientError', (error, socket) =>
        holder.service!.#onClientError(error, socket),
      );
      try {
        await listenOn(server, address, port);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (servers.length > 0 && code !== 'EADDRINUSE') {
          continue; // IPv6 resolves but is switched off on this machine
        }
        servers.forEach(open => open.close());
        throw code === 'EADDRINUSE'
          ? new PortInUseError(port, options.name)
          : error;
      }
      servers.push(server);
      port = (server.address() as AddressInfo).port;
    }
    holder.service = new HttpService(
      servers,
      port,
      `http://${options.host}:${port}`,
    );
    return holder.service;
  }

  /** Sets what answers requests from now on. */
  handle(listener: RequestListener): void {
    this.#listener = listener;
  }

  /**
   * Sets what may answer requests whose method Node's parser does not know.
   *
   * @param handler - gets the bytes as they came, and says whether it answers
   */
  handleUnknownMethods(
    handler: (packet: Buffer, socket: Duplex) => boolean,
  ): void {
    this.#refused = handler;
  }

  #onClientError(
    error: Error & { code?: string; rawPacket?: Buffer },
    socket: Duplex,
  ): void {
    const unknownMethod = error.code === 'HPE_INVALID_METHOD';
    if (
      unknownMethod &&
      error.rawPacket &&
      this.#refused(error.rawPacket, socket)
    ) {
      return;
    }
    if (socket.writable) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    }
  }

  /** Stops listening and cuts what is still open. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map(
        server =>
          new Promise<void>(resolve => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  }
}

async function loopbackAddresses(host: string): Promise<string[]> {
  const resolved = await lookup(host, { all: true }).catch(() => []);
  const hasIpv6 = resolved.some(entry => entry.address === '::1');
  return hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { AddressInfo } from 'node:net';

/** One request with its answer, as they went over the wire. */
export interface Exchange {
  /** Name of the operation, of `X-Amz-Target`. */
  operation: string;
  request: string;
  status: number;
  requestId: string;
  contentType: string;
  answer: string;
}

/**
 * Stands between a client and Secrets Manager, and writes down what is said.
 *
 * @param target - where to pass requests on to
 * @param tamper - changes a request's body on its way
 */
export async function recordTraffic(
  target: string,
  tamper: (body: string) => string = body => body,
) {
  const exchanges: Exchange[] = [];
  const server = createServer(async (request, response) => {
    const sent = await readAll(request);
    const passedOn = tamper(sent);
    const outgoing = httpRequest(target, {
      method: request.method,
      headers: {
        // With the host, which is signed.
        ...request.headers,
        'content-length': Buffer.byteLength(passedOn),
      },
    });
    outgoing.end(passedOn);
    const [incoming] = await once(outgoing, 'response');
    const answer = await readAll(incoming);
    exchanges.push({
      operation: String(request.headers['x-amz-target']).split('.')[1],
      request: sent,
      status: incoming.statusCode,
      requestId: String(incoming.headers['x-amzn-requestid']),
      contentType: String(incoming.headers['content-type']),
      answer,
    });
    response.writeHead(incoming.statusCode, incoming.headers);
    response.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

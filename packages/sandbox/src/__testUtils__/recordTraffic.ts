import { once } from 'node:events';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';

/** One request with its answer, as they went over the wire. */
export interface Exchange {
  method: string;
  /** Below the host, as it was sent, without query. */
  path: string;
  query: URLSearchParams;
  /** Parsed JSON; `undefined` without a body. */
  body: any;
  status: number;
  answer: any;
}

/** What is about the connection, or would be wrong for a changed answer. */
const OWN = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'etag',
  'keep-alive',
  'transfer-encoding',
]);

function parse(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

/**
 * Stands between a client and a server that speak JSON, and writes down what
 * is said.
 *
 * @param target - where to pass requests on to, without a path
 */
export async function recordTraffic(target: string) {
  const exchanges: Exchange[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const sent = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '', target);
    const {
      authorization = '',
      accept = '',
      'content-type': contentType = 'application/json',
    } = request.headers;
    const answered = await fetch(url, {
      method: request.method,
      headers: { authorization, accept, 'content-type': contentType },
      body: sent || undefined,
    });
    const answer = Buffer.from(await answered.arrayBuffer());
    const type = answered.headers.get('content-type') ?? '';
    exchanges.push({
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      body: parse(sent),
      status: answered.status,
      answer: type.includes('json') ? parse(answer.toString()) : undefined,
    });
    const kept = [...answered.headers].filter(([name]) => !OWN.has(name));
    response.writeHead(answered.status, Object.fromEntries(kept));
    // Whoever follows an address from an answer is to come by here again.
    const own = `http://${request.headers.host}`;
    response.end(
      type.includes('json')
        ? answer.toString().replaceAll(target, own)
        : answer,
    );
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

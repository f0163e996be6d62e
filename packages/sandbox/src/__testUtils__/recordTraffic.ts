import { once } from 'node:events';
import { createServer, IncomingHttpHeaders } from 'node:http';
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
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'etag',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Every header of a request but those, vendors' own ones among them. */
function toPassOn(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers)
    .filter(([name, value]) => value !== undefined && !OWN.has(name))
    .map(([name, value]) => [name, String(value)]);
}

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
    const answered = await fetch(url, {
      method: request.method,
      headers: toPassOn(request.headers),
      body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
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

import { once } from 'node:events';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';

/** One request with its answer, as they went over the wire. */
export interface Exchange {
  method: string;
  /** Below the host, decoded, without query. */
  path: string;
  query: URLSearchParams;
  /** Parsed JSON; `undefined` without a body. */
  body: any;
  status: number;
  answer: any;
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
    const { authorization = '', accept = '' } = request.headers;
    const answered = await fetch(url, {
      method: request.method,
      headers: { authorization, accept, 'content-type': 'application/json' },
      body: sent || undefined,
    });
    const answer = await answered.text();
    const type = answered.headers.get('content-type') ?? '';
    exchanges.push({
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      body: parse(sent),
      status: answered.status,
      answer: type.includes('json') ? parse(answer) : undefined,
    });
    const kept = ['content-type', 'link', 'location', 'x-github-request-id'];
    response.writeHead(
      answered.status,
      Object.fromEntries(
        kept.flatMap(name => {
          const value = answered.headers.get(name);
          return value === null ? [] : [[name, value]];
        }),
      ),
    );
    // Whoever follows an address from an answer is to come by here again.
    response.end(answer.replaceAll(target, `http://${request.headers.host}`));
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

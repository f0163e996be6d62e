import { registerMswTestHooks } from '@backstage/backend-test-utils';
import { delay, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { once } from 'node:events';
import { createServer, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { problemOf } from '../problems';
import { HttpClient, HttpClientOptions } from './HttpClient';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const URL = 'http://vendor.example.com/thing';

function createClient(
  options: Omit<Partial<HttpClientOptions>, 'vendor' | 'clock'> = {},
) {
  const waits: number[] = [];
  const client = HttpClient.create({
    vendor: 'Vendor',
    clock: {
      now: () => NOW,
      sleep: async milliseconds => {
        waits.push(milliseconds);
      },
    },
    ...options,
  });
  return { client, waits };
}

describe('HttpClient', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  /** Answers the requests in turn, the last answer for ever; counts them. */
  function answer(...answers: (() => Response | Promise<Response>)[]) {
    const seen = { count: 0 };
    server.use(
      http.all(URL, () => {
        const next = answers[Math.min(seen.count, answers.length - 1)];
        seen.count += 1;
        return next();
      }),
    );
    return seen;
  }
  const ok = () => HttpResponse.json({ ok: true });
  const status = (code: number, headers?: Record<string, string>) => () =>
    new HttpResponse('no', { status: code, headers });

  it('repeats a read after passing failures, with growing waits', async () => {
    const { client, waits } = createClient();
    const seen = answer(status(502), () => HttpResponse.error(), ok);
    const response = await client.fetch(URL);
    expect(await response.json()).toEqual({ ok: true });
    expect(seen.count).toBe(3);
    expect(waits).toEqual([250, 500]);
  });

  it('keeps the limits that the vendor documents, each host by itself', async () => {
    const { client, waits } = createClient({
      limits: [{ most: 2, window: 60_000 }],
    });
    const seen = answer(ok);
    server.use(http.all('http://other.example.com/', ok));
    await client.fetch(URL);
    await client.fetch(URL);
    expect(waits).toEqual([]);
    await client.fetch('http://other.example.com/');
    expect(waits).toEqual([]);
    await client.fetch(URL);
    expect(waits).toEqual([60_000]);
    expect(seen.count).toBe(3);
  });

  it('counts what is sent again', async () => {
    const { client, waits } = createClient({
      limits: [{ most: 2, window: 60_000 }],
    });
    answer(status(502), ok);
    await client.fetch(URL);
    await client.fetch(URL, { method: 'POST' });
    expect(waits).toEqual([250, 60_000]);
  });

  it('sends so many requests at a time, and those that wait in their turn', async () => {
    const { client } = createClient({ concurrency: 2 });
    const arrived: string[] = [];
    const gates: (() => void)[] = [];
    server.use(
      http.all(URL, async ({ request }) => {
        arrived.push(request.headers.get('x-name')!);
        await new Promise<void>(resolve => {
          gates.push(resolve);
        });
        return HttpResponse.json({});
      }),
    );
    const send = (name: string, signal?: AbortSignal) =>
      client.fetch(URL, { headers: { 'x-name': name }, signal });
    /** Lets come what can. */
    const settle = async () => {
      for (let turn = 0; turn < 500; turn += 1) {
        await new Promise(setImmediate);
      }
    };
    const controller = new AbortController();
    const sent = [send('one'), send('two')];
    const givenUp = send('given up', controller.signal);
    sent.push(send('three'));
    await settle();
    expect(arrived).toEqual(['one', 'two']);
    controller.abort(new Error('given up'));
    await expect(givenUp).rejects.toThrow('given up');
    gates[0]();
    await sent[0];
    await settle();
    expect(arrived).toEqual(['one', 'two', 'three']);
    gates.forEach(open => open());
    await Promise.all(sent);
  });

  it('gives up after the last attempt with the answer as it is', async () => {
    const { client } = createClient();
    const seen = answer(status(503));
    expect((await client.fetch(URL)).status).toBe(503);
    expect(seen.count).toBe(3);
  });

  it.each([status(500), () => HttpResponse.error()])(
    'never repeats a write whose outcome is unknown (%#)',
    async failure => {
      const { client } = createClient();
      const seen = answer(failure, ok);
      await client.fetch(URL, { method: 'POST' }).catch(() => undefined);
      expect(seen.count).toBe(1);
    },
  );

  it('repeats a write that leaves nothing behind', async () => {
    const { client } = createClient();
    const seen = answer(status(500), ok);
    await client.fetch(URL, { method: 'POST', repeatable: true });
    expect(seen.count).toBe(2);
  });

  it.each([
    [429, { 'retry-after': '7' }, 7000],
    [403, { 'retry-after': '7' }, 7000],
    [429, { 'retry-after': 'Fri, 02 Jan 2026 03:04:08 GMT' }, 3000],
    [
      403,
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(NOW / 1000 + 4),
      },
      4000,
    ],
    [
      429,
      {
        'retry-after': '2',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(NOW / 1000 + 4),
      },
      2000,
    ],
    [429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '6' }, 6000],
  ] as [number, Record<string, string>, number][])(
    'waits as a throttled write is told (%s %j)',
    async (code, headers, wait) => {
      const { client, waits } = createClient();
      const seen = answer(status(code, headers), ok);
      const response = await client.fetch(URL, { method: 'POST' });
      expect(response.status).toBe(200);
      expect(waits).toEqual([wait]);
      expect(seen.count).toBe(2);
    },
  );

  it.each([
    ['a long wait', 429, { 'retry-after': '3600' }],
    ['a limit without a time', 429, undefined],
    ['a refusal that is no limit', 403, undefined],
  ] as [string, number, Record<string, string> | undefined][])(
    'does not wait for %s',
    async (_, code, headers) => {
      const { client, waits } = createClient();
      answer(status(code, headers), ok);
      expect((await client.fetch(URL)).status).toBe(code);
      expect(waits).toEqual([]);
    },
  );

  it('says that no answer came in time', async () => {
    const { client } = createClient({ timeoutMilliseconds: 20 });
    answer(async () => {
      await delay('infinite');
      return ok();
    });
    await expect(client.fetch(URL, { method: 'POST' })).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('no answer within 0.02 s'),
    });
  });

  it('names a cut connection without path or query', async () => {
    const { client } = createClient();
    answer(() => HttpResponse.error());
    const error = await client
      .fetch(`${URL}?token=hidden`, { method: 'POST' })
      .catch(e => e);
    expect(error).toMatchObject({
      name: 'ServiceUnavailableError',
      message:
        'Vendor at http://vendor.example.com cut the connection. The request may have been carried out all the same. Try again in a few minutes.',
    });
    expect(problemOf(error)).toEqual({
      what: 'Vendor at http://vendor.example.com cut the connection. The request may have been carried out all the same.',
      whose: 'vendor',
      canPass: true,
      remedy: 'Try again in a few minutes.',
      vendor: 'Vendor',
    });
  });

  it('stops when the caller gives up', async () => {
    const controller = new AbortController();
    const seen = answer(status(500));
    const client = HttpClient.create({
      vendor: 'Vendor',
      clock: {
        now: () => NOW,
        sleep: async () => {
          controller.abort(new Error('given up'));
          throw new Error('sleep was cut short');
        },
      },
    });
    await expect(
      client.fetch(URL, { signal: controller.signal }),
    ).rejects.toThrow('given up');
    await expect(
      client.fetch(URL, { signal: controller.signal }),
    ).rejects.toThrow('given up');
    expect(seen.count).toBe(1);
  });
});

describe('HttpClient and a server that stops halfway', () => {
  let server: Server;
  let url: string;
  let onRequest: (response: ServerResponse) => void;

  beforeAll(async () => {
    server = createServer((_, response) => onRequest(response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it.each([
    [
      'gave no answer within 0.1 s',
      (response: ServerResponse) => response.write('half'),
    ],
    [
      'cut the connection',
      (response: ServerResponse) => {
        response.write('half', () => response.destroy());
      },
    ],
  ])('covers the body by what it promises: %s', async (words, behaviour) => {
    onRequest = behaviour;
    const { client } = createClient({ timeoutMilliseconds: 100 });
    await expect(client.fetch(url, { method: 'POST' })).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining(words),
    });
  });
});

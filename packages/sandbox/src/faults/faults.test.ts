import { request as sendRequest } from 'node:http';
import express, { RequestHandler } from 'express';
import { startTestService, TestService } from '../__testUtils__/services';
import { FaultService, FaultSwitch } from './FaultSwitch';
import { faultMiddleware } from './middleware';

describe('fault switches', () => {
  const faults = new FaultSwitch();
  let acted = 0;
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService(() => {
      const app = express();
      const act: RequestHandler = (request, response) => {
        acted += 1;
        response.json({ fine: true, ...request.body?.echo });
      };
      for (const name of ['github', 'vault', 'identity', 'terraform']) {
        app.use(
          `/${name}`,
          faultMiddleware({
            faults,
            service: name as FaultService,
            exempt: authorization => authorization === 'exempt',
            describe: path => (path.endsWith('/pulls/7') ? 'db-seventh' : ''),
          }),
          express.json({ limit: '5mb' }),
          act,
        );
      }
      return app;
    });
  });

  afterAll(async () => {
    await service.stop();
  });

  beforeEach(() => {
    faults.clear();
    acted = 0;
  });

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${service.url}${path}`, { headers });
    const body = await response.text();
    return { status: response.status, headers: response.headers, body };
  };

  it('hits what it matches, as often as it says', async () => {
    faults.add({
      service: 'github',
      kind: 'status',
      status: 502,
      match: { method: 'GET', pathPattern: '/repos/.*\\?x=1$' },
      times: 1,
    });
    expect((await get('/vault/repos/a?x=1')).status).toBe(200);
    expect((await get('/github/repos/a')).status).toBe(200);
    expect(
      (await get('/github/repos/a?x=1', { authorization: 'exempt' })).status,
    ).toBe(200);
    const hit = await get('/github/repos/a?x=1');
    expect([hit.status, hit.body]).toEqual([502, '{"message":"Server Error"}']);
    expect((await get('/github/repos/a?x=1')).status).toBe(200);
    expect(faults.list()).toEqual([]);
  });

  it('counts what each API is asked, and what it refuses as too much', async () => {
    const { github: before = { requests: 0, throttled: 0 } } =
      faults.requests();
    await get('/github/a');
    await get('/github/b', { authorization: 'exempt' });
    faults.add({ service: 'github', kind: 'rate-limit', times: 1 });
    await get('/github/c');
    faults.add({
      service: 'github',
      kind: 'rate-limit',
      status: 429,
      times: 1,
    });
    await get('/github/d');
    expect(faults.requests().github).toEqual({
      requests: before.requests + 3,
      throttled: before.throttled + 2,
    });
  });

  it('throttles as each vendor does', async () => {
    for (const name of ['github', 'vault', 'identity', 'terraform'] as const) {
      faults.add({ service: name, kind: 'rate-limit', retryAfterSeconds: 7 });
    }
    const github = await get('/github');
    expect(github.status).toBe(403);
    expect(github.headers.get('x-ratelimit-remaining')).toBe('0');
    const wait =
      Number(github.headers.get('x-ratelimit-reset')) - Date.now() / 1000;
    expect(wait).toBeGreaterThan(5);
    expect(wait).toBeLessThan(9);
    const vault = await get('/vault/x');
    expect([vault.status, vault.headers.get('retry-after')]).toEqual([
      429,
      '7',
    ]);
    expect(JSON.parse(vault.body).errors[0]).toMatch(
      /rate limit quota exceeded/,
    );
    expect((await get('/identity')).status).toBe(429);
    expect((await get('/terraform')).status).toBe(429);
    faults.clear('github');
    faults.add({ service: 'github', kind: 'rate-limit', status: 429 });
    const secondary = await get('/github');
    expect(secondary.headers.get('retry-after')).toBe('1');
    expect(secondary.body).toMatch(/secondary rate limit/);
    expect(acted).toBe(0);
  });

  it('cuts the connection before acting, or after', async () => {
    faults.add({ service: 'vault', kind: 'reset', times: 1 });
    await expect(get('/vault')).rejects.toThrow('fetch failed');
    expect(acted).toBe(0);
    faults.add({ service: 'vault', kind: 'reset-after', times: 1 });
    await expect(get('/vault')).rejects.toThrow('fetch failed');
    expect(acted).toBe(1);
  });

  it.each([
    ['status-after', 500, 'Server Error'],
    ['wrong-after', 200, 'unexpected'],
  ] as const)(
    'acts, and says something else: %s',
    async (kind, status, words) => {
      faults.add({ service: 'github', kind, times: 1 });
      const answer = await get('/github');
      expect([answer.status, acted]).toEqual([status, 1]);
      expect(answer.body).toContain(words);
      expect(answer.body).not.toContain('fine');
    },
  );

  it('cuts the connection in the middle of the answer', async () => {
    faults.add({ service: 'vault', kind: 'reset-midway', times: 1 });
    const response = await fetch(`${service.url}/vault`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(acted).toBe(1);
  });

  it('acts at once and answers late', async () => {
    faults.add({
      service: 'vault',
      kind: 'slow-after',
      delayMs: 500,
      times: 1,
    });
    let hasAnswered = false;
    const answer = get('/vault').finally(() => {
      hasAnswered = true;
    });
    while (acted === 0) {
      await new Promise(done => setTimeout(done, 2));
    }
    expect(hasAnswered).toBe(false);
    expect((await answer).body).toBe('{"fine":true}');
  });

  it('does not act late for a client that has gone', async () => {
    faults.add({ service: 'vault', kind: 'slow', delayMs: 60, times: 1 });
    const gone = fetch(`${service.url}/vault`, {
      signal: AbortSignal.timeout(20),
    });
    await expect(gone).rejects.toThrow();
    await new Promise(done => setTimeout(done, 100));
    expect(acted).toBe(0);
  });

  it('hits the third request and no other', async () => {
    faults.add({ service: 'vault', kind: 'status', skip: 2, times: 1 });
    const seen = [];
    for (let index = 0; index < 4; index += 1) {
      seen.push((await get('/vault')).status);
    }
    expect(seen).toEqual([200, 200, 500, 200]);
  });

  it('answers with a page where data was asked for', async () => {
    faults.add({ service: 'vault', kind: 'wrong', body: 'html', times: 1 });
    expect((await get('/vault')).body).toContain('<html>');
  });

  it('answers nonsense, and slowly', async () => {
    faults.add({ service: 'vault', kind: 'wrong', times: 1 });
    const wrong = await get('/vault');
    expect(wrong.status).toBe(200);
    expect(wrong.body).not.toContain('fine');
    faults.add({ service: 'vault', kind: 'slow', delayMs: 60, times: 1 });
    const before = performance.now();
    expect((await get('/vault')).body).toBe('{"fine":true}');
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  it('hits what has a text in its path, its body, or what it is about', async () => {
    faults.add({
      service: 'vault',
      kind: 'status',
      match: { text: 'seventh' },
    });
    const post = async (body: object) => {
      const response = await fetch(`${service.url}/vault`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()];
    };
    expect((await get('/vault/eighth')).status).toBe(200);
    expect((await get('/vault/seventh')).status).toBe(500);
    expect((await get('/vault/pulls/7')).status).toBe(500);
    expect((await post({ name: 'seventh' }))[0]).toBe(500);
    // What is let through is whole, also where it comes in many pieces.
    const filler = 'x'.repeat(1_000_000);
    expect(await post({ filler, echo: { name: 'eighth' } })).toEqual([
      200,
      { fine: true, name: 'eighth' },
    ]);
    expect((await post({ filler, name: 'seventh' }))[0]).toBe(500);
    expect(await post({})).toEqual([200, { fine: true }]);
  });

  it('reads a body that comes late, and ends with a client that goes', async () => {
    faults.add({ service: 'vault', kind: 'status', match: { text: 'late' } });
    const send = (pieces: string[], headers?: object) =>
      new Promise<number>((done, fail) => {
        const { port } = new URL(service.url);
        const sent = sendRequest(
          {
            port,
            path: '/vault',
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
          },
          response => done(response.resume().statusCode ?? 0),
        );
        sent.on('error', fail);
        pieces.forEach((piece, index) =>
          setTimeout(() => sent.write(piece), 20 * index),
        );
        setTimeout(
          () => (headers ? sent.destroy() : sent.end()),
          20 * pieces.length,
        );
      });
    expect(await send(['{"a":', '"late"}'])).toBe(500);
    expect(await send(['{"a":', '"soon"}'])).toBe(200);
    const before = acted;
    await expect(send(['{}'], { 'content-length': 9 })).rejects.toThrow();
    expect(acted).toBe(before);
  });

  it('refuses rules that it does not understand', () => {
    const add = (input: object) => () => faults.add(input as never);
    expect(add({ service: 'fax', kind: 'slow' })).toThrow(/service/);
    expect(add({ service: 'vault', kind: 'odd' })).toThrow(/kind/);
    expect(add({ service: 'vault', kind: 'slow', times: 0 })).toThrow(/times/);
    expect(
      add({ service: 'vault', kind: 'slow', match: { pathPattern: '(' } }),
    ).toThrow(/regular expression/);
    expect(faults.list()).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mockServices } from '@backstage/backend-test-utils';
import type { PolicyInput } from '@self-service/plugin-approvals-common';
import { fixture } from './__testUtils__/cases';
import { makeBundle } from './__testUtils__/makeBundle';
import { shippedBundlePath } from './__testUtils__/shippedBundle';
import { HttpBundleSource } from './BundleSource';
import { readPolicyBundle } from './PolicyBundle';
import { PolicyService } from './PolicyService';

const input = fixture.input as unknown as PolicyInput;
const shipped = readFileSync(shippedBundlePath);

type Answer = { status: number; etag?: string; body?: Uint8Array | string };

describe('HttpBundleSource', () => {
  const logger = mockServices.logger.mock();
  const asked: IncomingHttpHeaders[] = [];
  let server: Server;
  let url: string;
  let answer: Answer | 'nothing' | 'half';

  beforeEach(async () => {
    jest.clearAllMocks();
    asked.length = 0;
    answer = { status: 200, etag: '"1"', body: shipped };
    server = createServer((request, response) => {
      asked.push(request.headers);
      if (answer === 'nothing') {
        return;
      }
      if (answer === 'half') {
        response.writeHead(200).write(shipped.subarray(0, 100));
        return;
      }
      const { status, etag, body } = answer;
      const isCurrent = etag && request.headers['if-none-match'] === etag;
      response.writeHead(isCurrent ? 304 : status, etag ? { etag } : {});
      response.end(isCurrent ? undefined : body);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    url = `http://127.0.0.1:${port}/bundles/approval.tar.gz`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  const start = (options: { token?: string; query?: string } = {}) =>
    PolicyService.create({
      source: new HttpBundleSource({
        url: `${url}${options.query ?? ''}`,
        token: options.token,
        timeoutMilliseconds: 200,
      }),
      logger,
      now: () => new Date(),
    });

  it('fetches once, and asks by ETag from then on', async () => {
    const service = await start({ token: 'bundle-token' });
    await service.refresh();
    await service.refresh();

    await expect(service.evaluate(input)).resolves.toBeDefined();
    expect(service.status().lastError).toBeUndefined();
    expect(asked.map(headers => headers['if-none-match'])).toEqual([
      undefined,
      '"1"',
      '"1"',
    ]);
    expect(asked[0]).toMatchObject({
      authorization: 'Bearer bundle-token',
      prefer: 'modes=snapshot',
    });
  });

  it('swaps to another bundle', async () => {
    const service = await start();
    const before = service.status().loaded?.bundleDigest;
    const bundle = await readPolicyBundle(shipped);
    answer = {
      status: 200,
      etag: '"2"',
      body: await makeBundle({
        'policy.wasm': bundle.wasm,
        '.manifest': JSON.stringify({ ...bundle.manifest, revision: 'two' }),
        'data.json': JSON.stringify(bundle.data),
      }),
    };
    await service.refresh();

    expect(service.status().loaded).toMatchObject({ revision: 'two' });
    expect(service.status().loaded?.bundleDigest).not.toBe(before);
  });

  it.each<[string, Answer | 'nothing' | 'half', string]>([
    ['404', { status: 404 }, 'the server answered 404'],
    ['500', { status: 500 }, 'the server answered 500'],
    ['401', { status: 401 }, 'the server answered 401'],
    [
      '304 to a question without ETag',
      { status: 304 },
      'the server answered 304',
    ],
    ['garbage', { status: 200, body: 'garbage' }, 'not a readable .tar.gz'],
    ['an empty body', { status: 200, body: '' }, 'not a readable .tar.gz'],
    [
      'a cut bundle',
      { status: 200, body: shipped.subarray(0, 20_000) },
      'not a readable .tar.gz',
    ],
    ['nothing', 'nothing', 'no full answer within 200 ms'],
    ['half of it, and then nothing', 'half', 'no full answer within 200 ms'],
  ])('keeps the policy when it gets %s', async (_name, bad, message) => {
    const service = await start();
    const before = service.status().loaded;
    answer = bad;
    // A restart of the server: what it served before is not known to it.
    await expect(service.reload()).rejects.toMatchObject({ kind: 'bundle' });

    expect(service.status()).toMatchObject({ loaded: before });
    expect(service.status().lastError?.message).toContain(message);
    await expect(service.evaluate(input)).resolves.toBeDefined();
  });

  it('asks for a broken bundle again, as it remembers the one that works', async () => {
    const service = await start();
    answer = { status: 200, etag: '"2"', body: 'garbage' };
    await service.refresh().catch(() => undefined);
    await service.refresh().catch(() => undefined);
    expect(asked.map(headers => headers['if-none-match'])).toEqual([
      undefined,
      '"1"',
      '"1"',
    ]);
  });

  it('says neither token nor query when the server is away', async () => {
    await new Promise(resolve => server.close(resolve));
    const service = await start({ token: 'hidden-1', query: '?sig=hidden-2' });

    const { message } = service.status().lastError!;
    expect(message).toContain(`${url} could not be fetched`);
    expect(message).toContain('ECONNREFUSED');
    const said = JSON.stringify([
      service.status(),
      logger.error.mock.calls.map(([text, error]) => [text, String(error)]),
    ]);
    expect(said).not.toContain('hidden');
  });
});

import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { mockServices } from '@backstage/backend-test-utils';
import { ScaffolderActions } from './ScaffolderActions';

const MINUTE = 60_000;

describe('ScaffolderActions', () => {
  let server: Server;
  let answer: { status: number; body: string };
  let asked: number;
  let time: number;

  beforeEach(async () => {
    answer = { status: 200, body: '[{"id":"debug:log"}]' };
    asked = 0;
    time = 0;
    server = createServer((request, response) => {
      asked += request.url === '/v2/actions' ? 1 : 0;
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(answer.body);
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(() => server.close());

  function create() {
    const { port } = server.address() as AddressInfo;
    return ScaffolderActions.create({
      auth: mockServices.auth({ pluginId: 'catalog' }),
      discovery: {
        getBaseUrl: async () => `http://127.0.0.1:${port}`,
        getExternalBaseUrl: async () => `http://127.0.0.1:${port}`,
      },
      logger: mockServices.logger.mock(),
      now: () => time,
    });
  }

  it('asks once for all who ask, and again after some minutes', async () => {
    const actions = create();
    const lists = await Promise.all([actions.list(), actions.list()]);
    expect(lists).toEqual([new Set(['debug:log']), new Set(['debug:log'])]);
    expect(asked).toBe(1);
    answer.body = '[{"id":"debug:wait"}]';
    time = 4 * MINUTE;
    expect(await actions.list()).toEqual(new Set(['debug:log']));
    time = 6 * MINUTE;
    expect(await actions.list()).toEqual(new Set(['debug:wait']));
  });

  it.each([
    ['an error', { status: 503, body: '{}' }],
    ['no list', { status: 200, body: '{"items":[]}' }],
    ['an empty list', { status: 200, body: '[]' }],
    ['a list of something else', { status: 200, body: '[{"name":"x"}]' }],
    ['no JSON', { status: 200, body: '<html>' }],
  ])(
    'knows nothing where the answer is %s, and soon asks again',
    async (_, bad) => {
      const actions = create();
      answer = bad;
      expect(await actions.list()).toBeUndefined();
      answer = { status: 200, body: '[{"id":"debug:log"}]' };
      time = MINUTE / 4;
      expect(await actions.list()).toBeUndefined();
      expect(asked).toBe(1);
      time = MINUTE;
      expect(await actions.list()).toEqual(new Set(['debug:log']));
    },
  );

  it('knows nothing where nobody answers', async () => {
    const actions = create();
    server.close();
    expect(await actions.list()).toBeUndefined();
  });
});

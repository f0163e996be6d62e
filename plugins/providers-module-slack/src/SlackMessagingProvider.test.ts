import {
  mockServices,
  registerMswTestHooks,
} from '@backstage/backend-test-utils';
import { problemOf } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { SlackMessagingProvider } from './SlackMessagingProvider';

const API = 'https://slack.example.com/api';
const TOKEN = 'xoxb-canary-token';
const HELLO = { message: { title: 'Hello' }, messageKey: 'hello' };

function createProviders(slack: object[] = [{ botToken: TOKEN, apiUrl: API }]) {
  return SlackMessagingProvider.fromConfig(
    mockServices.rootConfig({ data: { providers: { slack } } }),
    { clock: { now: () => Date.now(), sleep: async () => {} } },
  );
}

describe('SlackMessagingProvider', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  /** Answers methods; counts their calls and keeps what was sent. */
  function answer(
    methods: Record<string, (given: URLSearchParams) => object | Response>,
  ) {
    const calls: { method: string; given: URLSearchParams }[] = [];
    server.use(
      http.post(`${API}/:method`, async ({ params, request }) => {
        const method = String(params.method);
        const given = new URLSearchParams(await request.text());
        calls.push({ method, given });
        expect(request.headers.get('authorization')).toBe(`Bearer ${TOKEN}`);
        const said = methods[method](given);
        return said instanceof Response
          ? said
          : HttpResponse.json({ ok: true, ...said });
      }),
    );
    return calls;
  }

  const SELF = () => ({
    team_id: 'T0SANDBOX',
    team: 'Sandbox',
    user: 'portal',
    bot_id: 'B0PORTAL0',
  });
  const POSTED = () => ({ channel: 'C0LATE000', ts: '1700000000.000001' });

  it('finds a channel on a later page, and remembers it', async () => {
    const calls = answer({
      'conversations.list': given =>
        given.get('cursor')
          ? { channels: [{ id: 'C0LATE000', name: 'late' }] }
          : {
              channels: [{ id: 'C0EARLY00', name: 'early' }],
              response_metadata: { next_cursor: 'next' },
            },
      'chat.postMessage': POSTED,
    });
    const [provider] = createProviders();
    const send = (channel: string) =>
      provider.sendMessage({ to: { channel }, ...HELLO, isFirstAttempt: true });
    await send('late');
    await send('#late');
    await send('early');
    await send('C0DIRECT0');
    expect(calls.map(({ method }) => method)).toEqual([
      'conversations.list',
      'conversations.list',
      ...Array(4).fill('chat.postMessage'),
    ]);
    expect(calls.slice(2).map(({ given }) => given.get('channel'))).toEqual([
      'C0LATE000',
      'C0LATE000',
      'C0EARLY00',
      'C0DIRECT0',
    ]);
  });

  it('finds its message on a later page, and none that another app has marked', async () => {
    const metadata = {
      event_type: 'self_service_message',
      event_payload: { key: 'hello' },
    };
    const calls = answer({
      'auth.test': SELF,
      'conversations.history': given =>
        given.get('cursor')
          ? {
              messages: [
                { ts: '1600000000.000001', bot_id: 'B0PORTAL0', metadata },
              ],
            }
          : {
              messages: [
                { ts: '1700000000.000009', bot_id: 'B0FORGER0', metadata },
                { ts: '1700000000.000008', bot_id: 'B0PORTAL0' },
              ],
              response_metadata: { next_cursor: 'next' },
            },
    });
    const [provider] = createProviders();
    expect(
      await provider.sendMessage({ to: { channel: 'C0LATE000' }, ...HELLO }),
    ).toEqual({
      provider: 'slack',
      conversation: 'C0LATE000',
      message: '1600000000.000001',
    });
    expect(calls.filter(({ method }) => /history/.test(method))).toHaveLength(
      2,
    );
  });

  it.each([
    ['a status', () => new HttpResponse(`no ${TOKEN}`, { status: 500 })],
    ['a text', () => new HttpResponse(`<html>${TOKEN}</html>`)],
    ['a code', () => ({ ok: false, error: TOKEN })],
    ['a scope', () => ({ ok: false, error: 'missing_scope', needed: TOKEN })],
    ['a gap', () => ({ channel: 7 })],
  ])('says what went wrong without what is secret: %s', async (_, said) => {
    answer({ 'chat.postMessage': said });
    const [provider] = createProviders();
    const error = await provider
      .sendMessage({
        to: { channel: 'C0LATE000' },
        ...HELLO,
        isFirstAttempt: true,
      })
      .catch(e => e);
    const problem = problemOf(error);
    expect(problem?.vendor).toBe('Slack');
    expect(`${error.stack}${JSON.stringify(problem)}`).not.toContain('canary');
  });

  it('sends what the message says, unfurls nothing, and posts once', async () => {
    const calls = answer({
      'chat.postMessage': () => new HttpResponse('', { status: 503 }),
    });
    const [provider] = createProviders();
    await expect(
      provider.sendMessage({
        to: { channel: 'C0LATE000' },
        message: {
          title: 'A <!channel> & B',
          link: { label: 'Page', url: 'https://portal.example.com/' },
          links: [{ label: 'Odd', url: 'data:text/html,hi' }],
        },
        messageKey: 'once',
        isFirstAttempt: true,
      }),
    ).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    expect(calls).toHaveLength(1);
    const { given } = calls[0];
    expect(given.get('text')).toBe('A &lt;!channel&gt; &amp; B');
    expect(given.get('unfurl_links')).toBe('false');
    const urls = given.get('blocks')?.match(/"url":"[^"]*"/g);
    expect(urls).toEqual(['"url":"https://portal.example.com/"']);
    expect(given.get('blocks')).toContain('Odd: data:text/html,hi');
    expect(JSON.parse(given.get('metadata') ?? '')).toEqual({
      event_type: 'self_service_message',
      event_payload: { key: 'once' },
    });
  });

  it('refuses buttons that Slack would not give back as they are', async () => {
    const [provider] = createProviders();
    const button = { label: 'Go', action: 'go', value: 'v'.repeat(1_001) };
    await expect(
      provider.sendMessage({
        to: { channel: 'C0LATE000' },
        message: { title: 'Go?', buttons: [button] },
        messageKey: 'go',
        isFirstAttempt: true,
      }),
    ).rejects.toMatchObject({ name: 'InputError' });
  });

  it('has a provider for each workspace, and none without one', () => {
    const workspaces = [
      { botToken: TOKEN },
      { botToken: TOKEN, name: 'partners', apiUrl: `${API}/` },
    ];
    expect(
      createProviders(workspaces).map(({ id, endpoint }) => [id, endpoint]),
    ).toEqual([
      ['slack', 'https://slack.com'],
      ['slack:partners', 'https://slack.example.com'],
    ]);
    expect(createProviders([])).toEqual([]);
    expect(() =>
      createProviders([{ botToken: TOKEN }, { botToken: TOKEN }]),
    ).toThrow('slack');
  });
});

import { createHmac } from 'node:crypto';
import { GithubWebhookReceiver } from './GithubWebhookReceiver';

const SECRET = "It's a Secret to Everybody";

const URL = 'https://github.com/myorg/infrastructure/pull/1';

function sign(body: string, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function deliver(
  event: string,
  payload: unknown,
  headers: Record<string, string | undefined> = {},
) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return {
    body: Buffer.from(body),
    headers: {
      'x-github-event': event,
      'x-github-delivery': 'delivery-1',
      'x-hub-signature-256': sign(body),
      ...headers,
    },
  };
}

describe('GithubWebhookReceiver', () => {
  const receiver = GithubWebhookReceiver.create({ secret: SECRET });

  it("accepts the signature of GitHub's published example", async () => {
    const news = await receiver.receive(
      deliver('ping', 'Hello, World!', {
        'x-hub-signature-256':
          'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      }),
    );
    expect(news).toEqual({ deliveryId: 'delivery-1', about: [] });
  });

  it.each([
    ['status', { sha: 'abc' }, ['abc'], []],
    [
      'pull_request',
      { before: 'old', pull_request: { head: { sha: 'new' }, html_url: URL } },
      ['new', 'old'],
      [URL],
    ],
    [
      'pull_request',
      { pull_request: { head: { sha: 'new' }, html_url: URL } },
      ['new'],
      [URL],
    ],
    ['check_run', { check_run: { head_sha: 'abc' } }, ['abc'], []],
    ['issues', { action: 'opened' }, [], []],
  ] as [string, object, string[], string[]][])(
    '%s tells of commits and pull requests',
    async (event, payload, commits, pullRequests) => {
      const { about } = await receiver.receive(deliver(event, payload));
      expect(about).toEqual([
        ...commits.map(subject => ({ kind: 'infrastructure', subject })),
        ...pullRequests.map(subject => ({ kind: 'condition', subject })),
      ]);
    },
  );

  it.each([
    ['a missing signature', undefined],
    ['another secret', sign(JSON.stringify({ sha: 'abc' }), 'guess')],
    ['a cut one', sign(JSON.stringify({ sha: 'abc' })).slice(0, -1)],
    ['the old SHA-1 form', `sha1=${'0'.repeat(40)}`],
  ])('refuses %s', async (_, signature) => {
    await expect(
      receiver.receive(
        deliver('status', { sha: 'abc' }, { 'x-hub-signature-256': signature }),
      ),
    ).rejects.toMatchObject({ name: 'AuthenticationError' });
  });

  it('refuses everything without a secret', async () => {
    await expect(
      GithubWebhookReceiver.create({}).receive(
        deliver('status', { sha: 'abc' }, { 'x-hub-signature-256': sign('') }),
      ),
    ).rejects.toThrow('providers.github.webhookSecret');
  });

  it.each([
    [
      'no delivery id',
      deliver('status', {}, { 'x-github-delivery': undefined }),
    ],
    ['another shape', deliver('status', { commit: 'abc' })],
    ['no JSON', deliver('status', 'payload=%7B%7D')],
  ])('refuses %s as bad input', async (_, delivery) => {
    await expect(receiver.receive(delivery)).rejects.toMatchObject({
      name: 'InputError',
    });
  });
});

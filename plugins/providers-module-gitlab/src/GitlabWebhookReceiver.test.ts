import { createHmac } from 'node:crypto';
import { GitlabWebhookReceiver } from './GitlabWebhookReceiver';

const KEY = Buffer.alloc(32, 7);
const SIGNING_TOKEN = `whsec_${KEY.toString('base64')}`;
const TOKEN = 'a-secret-token';
const NOW = Date.parse('2026-01-02T03:04:05Z');

type Headers = Record<string, string | undefined>;

function deliver(
  event: string,
  payload: unknown,
  headers: Headers = {},
): { body: Buffer; headers: Headers } {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return {
    body: Buffer.from(body),
    headers: {
      'x-gitlab-event': event,
      'idempotency-key': 'delivery-1',
      'x-gitlab-token': TOKEN,
      ...headers,
    },
  };
}

function sign(
  event: string,
  payload: unknown,
  {
    key = KEY,
    time = NOW / 1000,
    prefix = '',
  }: { key?: Buffer; time?: number | string; prefix?: string } = {},
) {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', key)
    .update(`delivery-2.${time}.${body}`)
    .digest('base64');
  return deliver(event, payload, {
    'webhook-id': 'delivery-2',
    'webhook-timestamp': String(time),
    'webhook-signature': `${prefix}v1,${signature}`,
  });
}

const PIPELINE = { object_attributes: { sha: 'abc' } };

const REQUEST =
  'https://gitlab.example.com/myorg/infrastructure/-/merge_requests/1';

describe('GitlabWebhookReceiver', () => {
  const now = () => NOW;
  const byToken = GitlabWebhookReceiver.create({ token: TOKEN, now });
  const bySignature = GitlabWebhookReceiver.create({
    token: TOKEN,
    signingToken: SIGNING_TOKEN,
    now,
  });

  it.each([
    ['Pipeline Hook', PIPELINE, ['abc'], []],
    [
      'Merge Request Hook',
      {
        object_attributes: {
          last_commit: { id: 'new' },
          oldrev: 'old',
          url: REQUEST,
        },
      },
      ['new', 'old'],
      [REQUEST],
    ],
    [
      'Merge Request Hook',
      { object_attributes: { last_commit: { id: 'new' }, url: REQUEST } },
      ['new'],
      [REQUEST],
    ],
    ['Job Hook', { sha: 'abc' }, ['abc'], []],
    ['Issue Hook', {}, [], []],
    ['constructor', {}, [], []],
  ] as [string, object, string[], string[]][])(
    '%s tells of commits and merge requests',
    async (event, payload, commits, requests) => {
      const about = [
        ...commits.map(subject => ({ kind: 'infrastructure', subject })),
        ...requests.map(subject => ({ kind: 'condition', subject })),
      ];
      expect(await byToken.receive(deliver(event, payload))).toEqual({
        deliveryId: 'delivery-1',
        about,
      });
      expect(await bySignature.receive(sign(event, payload))).toEqual({
        deliveryId: 'delivery-2',
        about,
      });
    },
  );

  it("accepts the signature of the Standard Webhooks specification's example", async () => {
    const receiver = GitlabWebhookReceiver.create({
      signingToken: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      now: () => 1614265330_000,
    });
    const news = await receiver.receive({
      body: Buffer.from('{"test": 2432232314}'),
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
    });
    expect(news.deliveryId).toBe('msg_p5jXN8AQM9LWM0D4loKWxJek');
  });

  it('accepts one of several signatures, while a key is being replaced', async () => {
    const delivery = sign('Pipeline Hook', PIPELINE, { prefix: 'v1,bm90 ' });
    expect((await bySignature.receive(delivery)).about).toHaveLength(1);
  });

  const refusals: [string, ReturnType<typeof deliver>][] = [
    ['the token alone', deliver('Pipeline Hook', PIPELINE)],
    [
      'another key',
      sign('Pipeline Hook', PIPELINE, { key: Buffer.alloc(32, 8) }),
    ],
    ['an old one', sign('Pipeline Hook', PIPELINE, { time: NOW / 1000 - 301 })],
    [
      'one of the future',
      sign('Pipeline Hook', PIPELINE, { time: NOW / 1000 + 301 }),
    ],
    ['one without a time', sign('Pipeline Hook', PIPELINE, { time: 'now' })],
    [
      'another id',
      {
        ...sign('Pipeline Hook', PIPELINE),
        headers: {
          ...sign('Pipeline Hook', PIPELINE).headers,
          'webhook-id': 'delivery-3',
        },
      },
    ],
    [
      'another body',
      { ...sign('Pipeline Hook', PIPELINE), body: Buffer.from('{}') },
    ],
  ];
  it.each(refusals)('refuses %s where there is a key', async (_, delivery) => {
    await expect(bySignature.receive(delivery)).rejects.toMatchObject({
      name: 'AuthenticationError',
    });
  });

  it.each([undefined, '', 'guess', TOKEN.slice(0, -1)])(
    'refuses the token %p',
    async token => {
      const headers = { 'x-gitlab-token': token };
      await expect(
        byToken.receive(deliver('Pipeline Hook', PIPELINE, headers)),
      ).rejects.toMatchObject({ name: 'AuthenticationError' });
    },
  );

  it('refuses everything without a secret', async () => {
    await expect(
      GitlabWebhookReceiver.create({}).receive(
        deliver('Pipeline Hook', PIPELINE, { 'x-gitlab-token': '' }),
      ),
    ).rejects.toThrow('providers.gitlab.webhookSigningToken');
  });

  it('takes no key that is none', () => {
    for (const signingToken of ['', 'whsec_', 'a-secret-token']) {
      expect(() => GitlabWebhookReceiver.create({ signingToken })).toThrow(
        'whsec_ and a key in base64',
      );
    }
  });

  it.each([
    [
      'no id',
      deliver('Pipeline Hook', PIPELINE, { 'idempotency-key': undefined }),
    ],
    ['another shape', deliver('Pipeline Hook', { sha: 'abc' })],
    ['no JSON', deliver('Pipeline Hook', 'payload=%7B%7D')],
  ])('refuses %s as bad input', async (_, delivery) => {
    await expect(byToken.receive(delivery)).rejects.toMatchObject({
      name: 'InputError',
    });
  });
});

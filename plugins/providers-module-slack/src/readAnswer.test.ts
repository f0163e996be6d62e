import { createHmac } from 'node:crypto';
import { readAnswer, verifyDelivery } from './readAnswer';

/** The example of https://docs.slack.dev/authentication/verifying-requests-from-slack. */
const EXAMPLE = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  signature:
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
};

describe('verifyDelivery', () => {
  const verify = (
    change: {
      headers?: Record<string, string | undefined>;
      secret?: string | undefined;
      age?: number;
    } = {},
  ) =>
    verifyDelivery(
      {
        headers: {
          'x-slack-request-timestamp': EXAMPLE.timestamp,
          'x-slack-signature': EXAMPLE.signature,
          ...change.headers,
        },
        body: Buffer.from(EXAMPLE.body),
      },
      {
        secret: 'secret' in change ? change.secret : EXAMPLE.secret,
        now: (Number(EXAMPLE.timestamp) + (change.age ?? 0)) * 1_000,
      },
    );

  it.each([0, 300, -300])("takes Slack's own example, aged %d s", age => {
    expect(verify({ age })).toBe(Number(EXAMPLE.timestamp) * 1_000);
  });

  it.each([
    [{ age: 301 }, /too old or too new/],
    [{ age: -301 }, /too old or too new/],
    [{ secret: undefined }, /signingSecret/],
    [{ secret: 'other' }, /signature/],
    [{ headers: { 'x-slack-signature': undefined } }, /signature/],
    [{ headers: { 'x-slack-request-timestamp': undefined } }, /too old/],
    [{ headers: { 'x-slack-request-timestamp': 'NaN' } }, /too old/],
    [{ headers: { 'x-slack-request-timestamp': '1e400' } }, /too old/],
  ])('refuses %j', (change, message) => {
    expect(() => verify(change)).toThrow(message);
    expect(() => verify(change)).toThrow(
      expect.objectContaining({ name: 'AuthenticationError' }),
    );
  });

  it('refuses a signature of another timestamp', () => {
    const signature = `v0=${createHmac('sha256', EXAMPLE.secret)
      .update(`v0:1531420617:${EXAMPLE.body}`)
      .digest('hex')}`;
    expect(() =>
      verify({ headers: { 'x-slack-signature': signature } }),
    ).toThrow('signature');
  });
});

describe('readAnswer', () => {
  const PAYLOAD = {
    type: 'block_actions',
    user: { id: 'U0DANA' },
    container: { channel_id: 'D0DANA000', message_ts: '1531420618.000100' },
    message: { thread_ts: '1531420617.000100' },
    trigger_id: 'canary-trigger',
    response_url: 'https://hooks.slack.com/canary',
    actions: [
      {
        action_id: 'self-service:approve',
        value: 'opaque',
        action_ts: '1531420618.5',
      },
    ],
  };
  const read = (payload: unknown) =>
    readAnswer(
      {
        headers: {},
        body: Buffer.from(
          new URLSearchParams({
            payload:
              typeof payload === 'string' ? payload : JSON.stringify(payload),
          }).toString(),
        ),
      },
      { provider: 'slack', sentAt: Number(EXAMPLE.timestamp) * 1_000 },
    );

  const asking = (change: object) => ({
    ...PAYLOAD,
    actions: [
      {
        action_id: 'self-service-dialog:reject',
        text: { type: 'plain_text', text: 'Reject' },
        value: 'Why?\nopa\nque',
        action_ts: '1531420618.5',
        ...change,
      },
    ],
  });
  const SUBMISSION = {
    type: 'view_submission',
    user: { id: 'U0DANA' },
    trigger_id: 'canary-trigger',
    response_urls: [],
    view: {
      callback_id: 'self-service-dialog',
      private_metadata: JSON.stringify({
        action: 'reject',
        value: 'opaque',
        conversation: 'D0DANA000',
        message: '1531420618.000100',
        thread: '1531420617.000100',
        // Not ours to say.
        provider: 'other',
        answerer: 'U0LEO',
      }),
      state: {
        values: { 'self-service-comment': { comment: { value: 'Too dear' } } },
      },
    },
  };

  it('reads a press that asks for a dialog', () => {
    expect(read(asking({}))).toEqual({
      answer: expect.objectContaining({
        action: 'reject',
        value: 'opa\nque',
        answerer: 'U0DANA',
      }),
      triggerId: 'canary-trigger',
      title: 'Reject',
      label: 'Why?',
    });
  });

  it('reads what was written into a dialog', () => {
    const answer = read(SUBMISSION);
    expect(answer).toEqual({
      deliveryId: expect.stringMatching(/^[0-9a-f]{64}$/),
      action: 'reject',
      value: 'opaque',
      comment: 'Too dear',
      message: {
        provider: 'slack',
        conversation: 'D0DANA000',
        message: '1531420618.000100',
        thread: '1531420617.000100',
      },
      answerer: 'U0DANA',
      // When Slack sent it: the payload doesn't say.
      answeredAt: '2018-07-12T18:36:58.000Z',
    });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it.each([undefined, null, ''])('reads %j as no comment', value => {
    const state = {
      values: { 'self-service-comment': { comment: { value } } },
    };
    const view = { ...SUBMISSION.view, state };
    expect(read({ ...SUBMISSION, view })).toMatchObject({ comment: undefined });
  });

  it('reads a click, and keeps what lets anybody act to itself', () => {
    const answer = read(PAYLOAD);
    expect(answer).toEqual({
      deliveryId: expect.stringMatching(/^[0-9a-f]{64}$/),
      action: 'approve',
      value: 'opaque',
      message: {
        provider: 'slack',
        conversation: 'D0DANA000',
        message: '1531420618.000100',
        thread: '1531420617.000100',
      },
      answerer: 'U0DANA',
      answeredAt: '2018-07-12T18:36:58.500Z',
    });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it.each([
    [{ type: 'view_closed' }],
    [{ ...SUBMISSION, view: { ...SUBMISSION.view, callback_id: 'other' } }],
    [{ ...SUBMISSION, view: { ...SUBMISSION.view, callback_id: undefined } }],
    [{ ...PAYLOAD, actions: [{ ...PAYLOAD.actions[0], action_id: 'other' }] }],
    [{ ...PAYLOAD, actions: [{ ...PAYLOAD.actions[0], value: undefined }] }],
  ])('knows what is no answer to us: %j', payload => {
    expect(read(payload)).toBeUndefined();
  });

  it.each([
    ['{'],
    ['null'],
    ['[]'],
    ['"text"'],
    [{ ...PAYLOAD, user: {} }],
    [{ ...PAYLOAD, actions: [] }],
    [{ ...PAYLOAD, actions: 'approve' }],
    [{ ...PAYLOAD, container: { type: 'view' } }],
    [
      {
        ...PAYLOAD,
        actions: [{ ...PAYLOAD.actions[0], action_ts: 'tomorrow' }],
      },
    ],
    // A press that asks, and does not say what.
    [asking({ value: 'opaque' })],
    [asking({ value: '\nopaque' })],
    [asking({ text: undefined })],
    [{ ...asking({}), trigger_id: undefined }],
    [{ type: 'view_submission' }],
    [{ ...SUBMISSION, user: {} }],
    [{ ...SUBMISSION, view: { ...SUBMISSION.view, state: undefined } }],
    [
      {
        ...SUBMISSION,
        view: { ...SUBMISSION.view, state: { values: { a: 1 } } },
      },
    ],
  ])('does not understand %j', payload => {
    expect(() => read(payload)).toThrow(
      expect.objectContaining({ name: 'InputError' }),
    );
  });

  it.each([
    undefined,
    '{',
    'null',
    '{}',
    '{"action":"reject","value":1,"conversation":"D0","message":"1"}',
    '{"action":"reject","value":"1","conversation":"","message":"1"}',
  ])('does not understand a dialog that remembers %j', metadata => {
    const view = { ...SUBMISSION.view, private_metadata: metadata };
    expect(() => read({ ...SUBMISSION, view })).toThrow(
      expect.objectContaining({ name: 'InputError' }),
    );
  });
});

import { createHmac } from 'node:crypto';
import { HcpTerraformWebhookReceiver } from './HcpTerraformWebhookReceiver';

const TOKEN = 'notification-token';

function deliver(
  payload: object | string,
  signature?: string,
): { headers: Record<string, string | undefined>; body: Buffer } {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return {
    body: Buffer.from(text),
    headers: {
      'x-tfe-notification-signature':
        signature ?? createHmac('sha512', TOKEN).update(text).digest('hex'),
    },
  };
}

const RUN = {
  payload_version: 1,
  run_id: 'run-1',
  organization_name: 'myorg',
  notifications: [{ trigger: 'run:completed', run_status: 'applied' }],
};

describe('HcpTerraformWebhookReceiver', () => {
  const receiver = HcpTerraformWebhookReceiver.create({
    tokens: ['another', TOKEN],
    finders: [
      { organization: 'myorg', findCommits: async id => [`${id}-a`, 'head'] },
      {
        organization: 'other',
        findCommits: async () => {
          throw new Error('not its run');
        },
      },
    ],
  });

  it('tells of the commits of a run', async () => {
    expect(await receiver.receive(deliver(RUN))).toEqual({
      deliveryId: expect.stringMatching(/^[0-9a-f]{64}$/),
      about: [
        { kind: 'infrastructure', subject: 'run-1-a' },
        { kind: 'infrastructure', subject: 'head' },
      ],
    });
  });

  it('knows a delivery again, and tells it from the next', async () => {
    const next = {
      ...RUN,
      notifications: [{ trigger: 'run:errored', run_status: 'errored' }],
    };
    const ids = await Promise.all(
      [RUN, RUN, next].map(async payload => {
        const { deliveryId } = await receiver.receive(deliver(payload));
        return deliveryId;
      }),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it.each([
    ['the verification', { ...RUN, run_id: null }],
    ['an organization that is not ours', { ...RUN, organization_name: 'x' }],
  ])('has nothing to say of %s', async (_, payload) => {
    expect((await receiver.receive(deliver(payload))).about).toEqual([]);
  });

  it.each([
    ['a missing signature', ''],
    ['another token', createHmac('sha512', 'guess').update('').digest('hex')],
    [
      'a weaker digest',
      createHmac('sha256', TOKEN).update(JSON.stringify(RUN)).digest('hex'),
    ],
  ])('refuses %s', async (_, signature) => {
    await expect(
      receiver.receive(deliver(RUN, signature)),
    ).rejects.toMatchObject({ name: 'AuthenticationError' });
  });

  it('refuses everything without a token', async () => {
    const none = HcpTerraformWebhookReceiver.create({
      tokens: [],
      finders: [],
    });
    await expect(none.receive(deliver(RUN))).rejects.toThrow('webhook.token');
  });

  it.each(['no JSON', '{"payload_version":2}'])(
    'refuses %s as bad input',
    async payload => {
      await expect(receiver.receive(deliver(payload))).rejects.toMatchObject({
        name: 'InputError',
      });
    },
  );
});

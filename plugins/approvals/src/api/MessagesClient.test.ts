import { ResponseError } from '@backstage/errors';
import {
  makeDetail,
  makePreferences,
  makeRequest,
} from '../__testUtils__/fixtures';
import { MessagesClient } from './MessagesClient';

const TOKEN = 'a'.repeat(43);

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new MessagesClient({ fetchApi: { fetch } }), fetch };
}

describe('MessagesClient', () => {
  it('reads and changes preferences', async () => {
    const { client, fetch } = makeClient(makePreferences());

    expect(await client.getPreferences()).toEqual(makePreferences());
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://approvals/message-preferences',
    );

    const { preferences } = makePreferences();
    expect(await client.setPreferences(preferences)).toEqual(makePreferences());
    expect(fetch.mock.calls[1]).toEqual([
      'plugin://approvals/message-preferences',
      expect.objectContaining({
        method: 'PUT',
        body: JSON.stringify({ preferences }),
      }),
    ]);
  });

  it('sends tokens in the body alone', async () => {
    const look = makeClient({
      request: makeRequest(),
      stageId: 'stage-1',
      usable: true,
    });
    expect((await look.client.lookAtLink(TOKEN)).usable).toBe(true);
    const use = makeClient(makeDetail());
    const vote = { token: TOKEN, verdict: 'reject', comment: 'no' } as const;
    expect((await use.client.voteByLink(vote)).request.id).toBe('request-1');

    const [lookUrl, lookInit] = look.fetch.mock.calls[0];
    expect(lookUrl).toBe('plugin://approvals/decision-links/look');
    expect(lookInit).toMatchObject({
      method: 'POST',
      body: JSON.stringify({ token: TOKEN }),
    });
    const [useUrl, useInit] = use.fetch.mock.calls[0];
    expect(useUrl).toBe('plugin://approvals/decision-links/use');
    expect(JSON.parse(String(useInit?.body))).toEqual(vote);
  });

  it('has a message sent again', async () => {
    const { client, fetch } = makeClient(makeDetail());

    await client.retryDelivery('a/b', 'c/d');

    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://approvals/requests/a%2Fb/deliveries/c%2Fd/retry',
    );
    expect(fetch.mock.calls[0][1]?.method).toBe('POST');
  });

  it('throws what the backend said, and what breaks the contract', async () => {
    const { client } = makeClient(
      {
        error: { name: 'ConflictError', message: 'used' },
        response: { statusCode: 409 },
      },
      409,
    );
    const failure = client.lookAtLink(TOKEN);
    await expect(failure).rejects.toBeInstanceOf(ResponseError);
    await expect(failure).rejects.toMatchObject({
      statusCode: 409,
      cause: { message: 'used' },
    });

    await expect(makeClient({}).client.getPreferences()).rejects.toThrow(
      /expected record/,
    );
  });
});

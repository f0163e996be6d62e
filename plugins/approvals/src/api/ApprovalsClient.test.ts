import { ResponseError } from '@backstage/errors';
import { makeDetail, makeRequest } from '../__testUtils__/fixtures';
import { ApprovalsClient } from './ApprovalsClient';

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new ApprovalsClient({ fetchApi: { fetch } }), fetch };
}

describe('ApprovalsClient', () => {
  it('lists requests of a view', async () => {
    const { client, fetch } = makeClient({ items: [makeRequest()], total: 1 });

    const list = await client.listRequests({
      view: 'all',
      status: undefined,
      limit: 20,
    });

    expect(list.items).toHaveLength(1);
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://approvals/requests?view=all&limit=20',
    );
  });

  it('votes', async () => {
    const { client, fetch } = makeClient(makeDetail());

    await client.castVote('a/b', { verdict: 'reject', comment: 'no' });

    const [url, init] = fetch.mock.calls[0];
    expect(url).toBe('plugin://approvals/requests/a%2Fb/votes');
    expect(init).toMatchObject({
      method: 'POST',
      body: JSON.stringify({ verdict: 'reject', comment: 'no' }),
    });
  });

  it('withdraws a vote', async () => {
    const { client, fetch } = makeClient(makeDetail());

    const detail = await client.withdrawVote('a/b');

    expect(detail.request.id).toBe('request-1');
    const [url, init] = fetch.mock.calls[0];
    expect(url).toBe('plugin://approvals/requests/a%2Fb/votes');
    expect(init).toEqual({ method: 'DELETE' });
  });

  it('throws what the backend said', async () => {
    const { client } = makeClient(
      {
        error: { name: 'NotAllowedError', message: 'not yours' },
        response: { statusCode: 403 },
      },
      403,
    );

    const failure = client.getRequest('x');

    await expect(failure).rejects.toBeInstanceOf(ResponseError);
    await expect(failure).rejects.toMatchObject({
      statusCode: 403,
      cause: { message: 'not yours' },
    });
  });

  it('refuses an answer that breaks the contract', async () => {
    const { client } = makeClient({ inbox: 'many' });

    await expect(client.countInbox()).rejects.toThrow(/expected number/);
  });
});

import { ResponseError } from '@backstage/errors';
import { makeResource } from '../__testUtils__/fixtures';
import { ResourcesClient } from './ResourcesClient';

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new ResourcesClient({ fetchApi: { fetch } }), fetch };
}

describe('ResourcesClient', () => {
  it('lists what a filter asks for, and nothing of what it leaves open', async () => {
    const answer = { items: [makeResource()], total: 1, monthlyCost: 150 };
    const { client, fetch } = makeClient(answer);
    const { signal } = new AbortController();

    expect(
      await client.listResources(
        {
          view: 'team',
          kind: 'PostgreSQL database',
          status: undefined,
          entityRef: 'component:default/orders',
          limit: 20,
        },
        { signal },
      ),
    ).toEqual(answer);
    expect(fetch).toHaveBeenCalledWith(
      'plugin://runs/resources?view=team&kind=PostgreSQL+database&entityRef=component%3Adefault%2Forders&limit=20',
      { signal },
    );
  });

  it('gets one by its id', async () => {
    const answer = { resource: makeResource(), removals: [] };
    const { client, fetch } = makeClient(answer);

    expect(await client.getResource('a/b')).toEqual(answer);
    expect(fetch.mock.calls[0][0]).toBe('plugin://runs/resources/a%2Fb');
  });

  it('throws what the backend said, and what breaks the contract', async () => {
    const refused = makeClient(
      {
        error: { name: 'NotAllowedError', message: 'not yours' },
        response: { statusCode: 403 },
      },
      403,
    ).client;
    const refusal = refused.getResource('x');
    await expect(refusal).rejects.toBeInstanceOf(ResponseError);
    await expect(refusal).rejects.toMatchObject({
      statusCode: 403,
      cause: { message: 'not yours' },
    });

    const odd = makeClient({ items: 'many' }).client;
    await expect(odd.listResources({})).rejects.toThrow(/expected array/);
  });
});

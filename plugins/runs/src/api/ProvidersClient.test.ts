import { ResponseError } from '@backstage/errors';
import { makeProvider } from '../__testUtils__/fixtures';
import { ProvidersClient } from './ProvidersClient';

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new ProvidersClient({ fetchApi: { fetch } }), fetch };
}

describe('ProvidersClient', () => {
  it('lists providers', async () => {
    const answer = { providers: [makeProvider()] };
    const { client, fetch } = makeClient(answer);
    const { signal } = new AbortController();

    expect(await client.listProviders({ signal })).toEqual(answer);
    expect(fetch).toHaveBeenCalledWith('plugin://runs/providers', { signal });
  });

  it('checks one by its name, and sends nothing else of it', async () => {
    const { client, fetch } = makeClient(makeProvider());

    expect(await client.checkProvider(makeProvider())).toEqual(makeProvider());

    const [url, init] = fetch.mock.calls[0];
    expect(url).toBe('plugin://runs/providers/check');
    expect(init?.method).toBe('POST');
    expect(init?.headers).toEqual({ 'content-type': 'application/json' });
    expect(JSON.parse(String(init?.body))).toEqual({
      capability: 'git',
      id: 'github',
    });
  });

  it('throws what the backend said, and what breaks the contract', async () => {
    const refused = makeClient(
      {
        error: { name: 'NotAllowedError', message: 'Ask the platform team' },
        response: { statusCode: 403 },
      },
      403,
    ).client;
    const refusal = refused.listProviders();
    await expect(refusal).rejects.toBeInstanceOf(ResponseError);
    await expect(refusal).rejects.toMatchObject({
      statusCode: 403,
      cause: { message: 'Ask the platform team' },
    });

    const odd = makeClient({ providers: 'many' }).client;
    await expect(odd.listProviders()).rejects.toThrow(/expected array/);
    await expect(odd.checkProvider(makeProvider())).rejects.toThrow(
      /expected string/,
    );
  });
});

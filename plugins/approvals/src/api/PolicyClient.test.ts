import { ResponseError } from '@backstage/errors';
import { PolicyClient } from './PolicyClient';

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(status === 204 ? undefined : JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new PolicyClient({ fetchApi: { fetch } }), fetch };
}

describe('PolicyClient', () => {
  it('writes freezes', async () => {
    const { client, fetch } = makeClient(undefined, 204);
    const freeze = { from: 'a', to: 'b', reason: 'c' };
    const exemption = { kind: 'team', value: 'd', reason: 'e' } as const;
    await client.createFreeze(freeze);
    await client.endFreeze('a/b');
    await client.exempt('a/b', exemption);

    expect(
      fetch.mock.calls.map(([url, init]) => [url, init?.method, init?.body]),
    ).toEqual([
      ['plugin://approvals/freezes', 'POST', JSON.stringify(freeze)],
      ['plugin://approvals/freezes/a%2Fb/end', 'POST', '{}'],
      [
        'plugin://approvals/freezes/a%2Fb/exemptions',
        'POST',
        JSON.stringify(exemption),
      ],
    ]);
  });

  it('reads replays', async () => {
    const report = {
      since: 'a',
      checked: 0,
      same: 0,
      different: 0,
      missing: 0,
      withoutPolicy: 0,
      differences: [],
    };
    const { client, fetch } = makeClient(report);
    expect(await client.replay(7)).toEqual(report);
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://approvals/policy/replay?days=7',
    );
  });

  it('throws what the backend said, and what breaks the contract', async () => {
    const refused = makeClient(
      { error: { name: 'InputError', message: 'to: is wrong' } },
      400,
    ).client;
    await expect(refused.backtest({ days: 1 })).rejects.toBeInstanceOf(
      ResponseError,
    );
    const odd = makeClient({ freezes: 'many' }).client;
    await expect(odd.listFreezes()).rejects.toThrow(/expected array/);
    await expect(odd.getPolicyStatus()).rejects.toThrow(/expected string/);
  });
});

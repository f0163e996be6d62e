import { makePreview } from '../../__testUtils__/mockFormApi';
import { FormClient } from './FormClient';

const REF = 'template:default/postgresql-database';

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new FormClient({ fetchApi: { fetch } }), fetch };
}

describe('FormClient', () => {
  it.each<[string, string, unknown, (client: FormClient) => Promise<unknown>]>([
    [
      'previews',
      'plugin://approvals/form-previews',
      makePreview(),
      client => client.preview(REF, { name: 'orders' }),
    ],
    [
      'checks',
      'plugin://runs/form-checks',
      { problems: [] },
      client => client.check(REF, { name: 'orders' }),
    ],
  ])('%s what is filled in', async (_, url, answer, ask) => {
    const { client, fetch } = makeClient(answer);

    await ask(client);

    const [asked, init] = fetch.mock.calls[0];
    expect(asked).toBe(url);
    expect(init?.method).toBe('POST');
    expect(JSON.parse(String(init?.body))).toEqual({
      templateRef: REF,
      parameters: { name: 'orders' },
    });
  });

  it('says which run the form replaces, whose names are free for it', async () => {
    const { client, fetch } = makeClient({ problems: [] });

    await client.check(REF, { name: 'orders' }, { replaces: 'task-1' });

    expect(JSON.parse(String(fetch.mock.calls[0][1]?.body))).toEqual({
      templateRef: REF,
      parameters: { name: 'orders' },
      replaces: 'task-1',
    });
  });

  it('reads systems, statistics and a resource', async () => {
    const systems = makeClient({ systems: [] });
    expect(await systems.client.listSystems()).toEqual([]);
    expect(systems.fetch.mock.calls[0][0]).toBe('plugin://runs/systems');

    const statistics = makeClient({ templates: [] });
    expect(await statistics.client.listStatistics()).toEqual([]);
    expect(statistics.fetch.mock.calls[0][0]).toBe(
      'plugin://runs/template-statistics',
    );

    const resource = makeClient({ error: { message: 'none' } }, 404);
    await expect(resource.client.getResource('a/b')).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 404,
    });
    expect(resource.fetch.mock.calls[0][0]).toBe(
      'plugin://runs/resources/a%2Fb',
    );
  });

  it('takes no answer that breaks the contract', async () => {
    const { client } = makeClient({ decision: { outcome: 'perhaps' } });

    await expect(client.preview(REF, {})).rejects.toThrow(/outcome/);
  });
});

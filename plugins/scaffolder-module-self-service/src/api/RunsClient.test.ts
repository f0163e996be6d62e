import { ResponseError } from '@backstage/errors';
import { makeProblem, makeRunState } from '../__testUtils__/fixtures';
import { RunsClient } from './RunsClient';

function makeClient(answer: unknown, status = 200) {
  const fetch = jest.fn(
    async (_input: string | URL | Request, _init?: RequestInit) =>
      new Response(status === 204 ? undefined : JSON.stringify(answer), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  return { client: new RunsClient({ fetchApi: { fetch } }), fetch };
}

describe('RunsClient', () => {
  it('lists runs by what is filtered by', async () => {
    const { client, fetch } = makeClient({ items: [makeRunState()], total: 1 });

    const page = await client.pageRuns({
      scope: 'team',
      status: undefined,
      text: 'a&b',
      limit: 20,
    });

    expect(page.items[0].title).toBe('Database orders');
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://runs/runs/page?scope=team&text=a%26b&limit=20',
    );
  });

  it.each<
    [string, (client: RunsClient) => Promise<unknown>, string, string, object?]
  >([
    [
      'rolls back',
      client => client.rollBack('a/b', { comment: 'no' }),
      'POST',
      'runs/a%2Fb/rollback',
      { comment: 'no' },
    ],
    [
      'cancels',
      client => client.cancel('a/b', { rollback: true }),
      'POST',
      'runs/a%2Fb/cancel',
      { rollback: true },
    ],
    [
      'links a run to the one that it replaces',
      client => client.replace('a/b', 'old'),
      'PUT',
      'runs/a%2Fb/replaces',
      { taskId: 'old' },
    ],
  ])('%s', async (_, act, method, path, body) => {
    const { client, fetch } = makeClient(undefined, 204);

    await act(client);

    const [url, init] = fetch.mock.calls[0];
    expect(url).toBe(`plugin://runs/${path}`);
    expect(init?.method).toBe(method);
    expect(JSON.parse(String(init?.body))).toEqual(body);
  });

  it('previews a retry without starting it', async () => {
    const { client, fetch } = makeClient({ allowed: true, steps: [] });

    await client.previewRetry('a/b');
    await client.retry('a/b');

    expect(fetch.mock.calls.map(([url, init]) => [url, init?.method])).toEqual([
      ['plugin://runs/runs/a%2Fb/retry', undefined],
      ['plugin://runs/runs/a%2Fb/retry', 'POST'],
    ]);
  });

  it('answers a question', async () => {
    const { client, fetch } = makeClient({
      id: 'i/1',
      taskId: 'task-1',
      stepId: 'apply',
      group: 'group:default/platform',
      instructions: 'Unseal it',
      problem: makeProblem(),
      createdAt: '2026-11-22T10:00:00Z',
      answer: 'give-up',
    });

    const answered = await client.answer('i/1', { answer: 'give-up' });

    expect(answered.answer).toBe('give-up');
    expect(fetch.mock.calls[0][0]).toBe(
      'plugin://runs/interventions/i%2F1/answer',
    );
  });

  it('throws what the backend said', async () => {
    const { client } = makeClient(
      {
        error: { name: 'ConflictError', message: 'it is being rolled back' },
        response: { statusCode: 409 },
      },
      409,
    );

    const failure = client.retry('x');

    await expect(failure).rejects.toBeInstanceOf(ResponseError);
    await expect(failure).rejects.toMatchObject({
      statusCode: 409,
      cause: { message: 'it is being rolled back' },
    });
  });

  it('refuses an answer that breaks the contract', async () => {
    const { client } = makeClient({ taskId: 'x' });

    await expect(client.getRun('x')).rejects.toThrow(/expected array/);
  });
});

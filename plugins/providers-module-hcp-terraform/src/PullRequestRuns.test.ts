import { registerMswTestHooks } from '@backstage/backend-test-utils';
import { GitProvider, PullRequest } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { runAnswer, RunOptions } from './__testUtils__/documents';
import { createFinder } from './__testUtils__/finder';
import { PullRequestRuns } from './PullRequestRuns';

const API = 'https://hcp.example.com/api/v2';
const pullRequest: PullRequest = {
  repository: { host: 'gitlab.com', owner: 'myorg', name: 'infra' },
  number: 1,
  url: 'https://gitlab.com/myorg/infra/-/merge_requests/1',
  title: 'Add orders',
  state: 'merged',
  head: { branch: 'orders', commit: 'c0' },
  base: 'main',
  mergeCommit: 'c1',
};
const planOfOrders = { id: 'plan', commit: 'c0', directory: 'orders' };
/** Of a workspace that somebody makes right after the merge. */
const firstOfBills: RunOptions = {
  id: 'first',
  workspace: 'bills',
  directory: 'bills',
  resources: 0,
  planOnly: false,
  status: 'errored',
};

describe('PullRequestRuns, of what is merged', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  function setup(runs: RunOptions[], files: Record<string, string[]> = {}) {
    const started: string[] = [];
    server.use(
      http.get(`${API}/organizations/myorg/runs`, ({ request }) => {
        const { searchParams } = new URL(request.url);
        const isPlanOnly =
          searchParams.get('filter[operation]') === 'plan_only';
        const listed = runs
          .filter(
            ({ commit = 'c1', planOnly = true }) =>
              commit === searchParams.get('search[commit]') &&
              planOnly === isPlanOnly,
          )
          .map(runAnswer);
        return HttpResponse.json({
          data: listed.map(({ data }) => data),
          included: listed.flatMap(({ included }) => included),
        });
      }),
      http.get(`${API}/runs/:id`, ({ params }) =>
        HttpResponse.json(runAnswer(runs.find(({ id }) => id === params.id))),
      ),
      http.post(`${API}/runs`, async ({ request }) => {
        const { data } = (await request.json()) as {
          data: { relationships: { workspace: { data: { id: string } } } };
        };
        started.push(data.relationships.workspace.data.id);
        return HttpResponse.json(runAnswer(runs[0]), { status: 201 });
      }),
    );
    let now = Date.parse('2026-01-02T04:00:00Z');
    const { client, finder } = createFinder(() => now);
    const pages = new PullRequestRuns(finder, client, ({ run }) => run.id);
    const git = {
      listFiles: async (_repository: unknown, directory: string) =>
        files[directory] ?? [],
    } as unknown as GitProvider;
    return {
      started,
      read: async () => {
        now += 60_000;
        const { status, description } = await pages.read(
          git,
          pullRequest.url,
          pullRequest,
          {},
        );
        return [status, description];
      },
      start: async () => pages.start(git, pullRequest.url, pullRequest, {}),
    };
  }

  it.each([0, 3])(
    "waits for its own runs where only others' first ones are there, with %d resources since",
    async resources => {
      const runs: RunOptions[] = [planOfOrders, { ...firstOfBills, resources }];
      const { read, start, started } = setup(runs);
      expect(await read()).toEqual([
        'applying',
        'HCP Terraform has no run of the merge commit yet.',
      ]);
      await start();
      expect(started).toEqual([]);
      runs.push({ id: 'apply', planOnly: false, status: 'applied' });
      expect(await read()).toEqual(['applied', undefined]);
    },
  );

  it('has failed where its own directory is not there', async () => {
    const own = { ...firstOfBills, id: 'own', workspace: 'orders' };
    const { read, start, started } = setup([planOfOrders, firstOfBills, own]);
    expect(await read()).toEqual(['failed', 'orders: errored']);
    await start();
    expect(started).toEqual(['ws-orders']);
  });

  it('leaves out what is empty beside what is to be done', async () => {
    const own = { ...firstOfBills, id: 'own', workspace: 'gone' };
    const planOfGone = { ...planOfOrders, id: 'plan-2', workspace: 'gone' };
    const runs = [planOfOrders, planOfGone, own];
    const apply = { id: 'apply', planOnly: false, status: 'applied' };
    expect(await setup([...runs, apply]).read()).toEqual([
      'applied',
      undefined,
    ]);
    const managed = { ...own, resources: 3 };
    expect(await setup([...runs.slice(0, 2), managed, apply]).read()).toEqual([
      'failed',
      'gone: errored',
    ]);
  });

  it('has failed where what failed is there', async () => {
    const { read } = setup([planOfOrders, firstOfBills], {
      bills: ['bills/main.tf'],
    });
    expect(await read()).toEqual(['failed', 'bills: errored']);
  });
});

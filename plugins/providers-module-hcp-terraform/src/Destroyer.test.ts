import { registerMswTestHooks } from '@backstage/backend-test-utils';
import { PullRequest } from '@self-service/plugin-providers-node';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { runAnswer, RunOptions } from './__testUtils__/documents';
import { createFinder } from './__testUtils__/finder';
import { Destroyer } from './Destroyer';

const API = 'https://hcp.example.com/api/v2';
const RUN_KEY = 'task-1/rollback/1';
const OWN = `Taken back [${RUN_KEY}]`;
const CONFIRMABLE = {
  status: 'cost_estimated',
  actions: { 'is-confirmable': true, 'is-discardable': true },
};
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

describe('Destroyer', () => {
  const server = setupServer();
  registerMswTestHooks(server);

  let runs: RunOptions[];
  let asked: string[];
  let created: unknown[];
  let now: number;
  beforeEach(() => {
    runs = [];
    asked = [];
    created = [];
    now = Date.parse('2026-01-02T04:00:00Z');
  });

  const addMerge = (directory: string, options: RunOptions = {}) =>
    runs.push({
      id: `run-${directory}`,
      workspace: directory,
      directory,
      status: 'applied',
      planOnly: false,
      counts: [3, 0, 0],
      ...options,
    });
  const addDestruction = (directory: string, options: RunOptions = {}) => {
    const id = `run-destroy-${directory}`;
    runs = runs.filter(run => run.id !== id);
    runs.unshift({
      id,
      workspace: directory,
      directory,
      planOnly: false,
      isDestroy: true,
      message: OWN,
      createdAt: '2026-01-02T03:30:00.000Z',
      ...options,
    });
  };

  function setup(perMinute?: number) {
    const list = (some: RunOptions[]) =>
      HttpResponse.json({ data: some.map(run => runAnswer(run).data) });
    server.use(
      http.get(`${API}/organizations/myorg/runs`, () =>
        list(runs.filter(({ isDestroy }) => !isDestroy)),
      ),
      http.get(`${API}/workspaces/:id/runs`, ({ params, request }) => {
        const { searchParams } = new URL(request.url);
        expect(searchParams.get('filter[operation]')).toBe('destroy');
        asked.push(`list ${params.id}`);
        return list(
          runs.filter(
            ({ isDestroy, workspace }) =>
              isDestroy && `ws-${workspace}` === params.id,
          ),
        );
      }),
      http.get(`${API}/runs/:id`, ({ params }) => {
        const run = runs.find(({ id }) => id === params.id);
        return run
          ? HttpResponse.json(runAnswer(run))
          : HttpResponse.json({ errors: [] }, { status: 404 });
      }),
      http.post(`${API}/runs/:id/actions/:action`, ({ params }) => {
        asked.push(`${params.action} ${params.id}`);
        return new HttpResponse('null', { status: 202 });
      }),
      http.post(`${API}/runs`, async ({ request }) => {
        const body = (await request.json()) as {
          data: {
            attributes: { message: string };
            relationships: { workspace: { data: { id: string } } };
          };
        };
        created.push(body.data);
        const { id } = body.data.relationships.workspace.data;
        const directory = id.replace('ws-', '');
        asked.push(`create ${directory}`);
        const { message } = body.data.attributes;
        addDestruction(directory, { message, status: 'pending' });
        return HttpResponse.json(runAnswer(runs[0]), { status: 201 });
      }),
    );
    const {
      http: client,
      client: api,
      finder,
    } = createFinder(() => now, perMinute);
    const destroyer = new Destroyer(
      finder,
      api,
      client,
      ({ run }) => `https://hcp.example.com/${run.id}`,
    );
    return {
      finder,
      destroy: (...directories: string[]) =>
        destroyer.destroy(pullRequest, directories, { runKey: RUN_KEY }),
    };
  }

  it('begins a run that destroys, of the configuration of the merge, and waits to be confirmed', async () => {
    addMerge('one');
    const { destroy } = setup();
    expect(await destroy('/one/')).toEqual({
      status: 'pending',
      description: expect.any(String),
      url: 'https://hcp.example.com/run-destroy-one',
    });
    expect(created).toEqual([
      {
        type: 'runs',
        attributes: {
          'is-destroy': true,
          'auto-apply': false,
          'plan-only': false,
          message: expect.stringContaining(`[${RUN_KEY}]`),
        },
        relationships: {
          workspace: { data: { type: 'workspaces', id: 'ws-one' } },
          'configuration-version': {
            data: { type: 'configuration-versions', id: 'cv-c1' },
          },
        },
      },
    ]);
    await destroy('one');
    expect(asked).toEqual(['list ws-one', 'create one']);
  });

  it('takes no run of others for its own', async () => {
    addMerge('one');
    addDestruction('one', { message: `By [${RUN_KEY}0]`, status: 'applied' });
    await setup().destroy('one');
    expect(asked).toEqual(['list ws-one', 'create one']);
  });

  it('finds its own again, the older of two that are not over', async () => {
    addMerge('one');
    addDestruction('one', CONFIRMABLE);
    runs.unshift({ ...runs[0], id: 'run-second', status: 'pending' });
    runs[1].counts = [0, 0, 3];
    await setup().destroy('one');
    expect(asked).toEqual(['list ws-one', 'apply run-destroy-one']);
  });

  it('discards what would destroy more than was added, and says so until it is tried anew', async () => {
    addMerge('one');
    addDestruction('one', { ...CONFIRMABLE, counts: [0, 0, 4] });
    const { destroy } = setup();
    const refusal = {
      status: 'failed',
      description: expect.stringContaining('would destroy 4 things'),
      url: 'https://hcp.example.com/run-destroy-one',
    };
    expect(await destroy('one')).toEqual(refusal);
    addDestruction('one', { status: 'discarded', counts: [0, 0, 4] });
    expect(await destroy('one')).toEqual(refusal);
    expect(asked).toEqual(['list ws-one', 'discard run-destroy-one']);
    now += 30_000;
    expect(await destroy('one')).toMatchObject({ status: 'pending' });
    expect(asked).toContain('create one');
  });

  it('tells once of a failure that it waited for, whatever the clock of the vendor says', async () => {
    addMerge('one');
    const { destroy } = setup();
    await destroy('one');
    addDestruction('one', {
      status: 'errored',
      timestamps: { 'errored-at': '2026-01-02T03:31:00Z' },
    });
    expect(await destroy('one')).toMatchObject({ status: 'failed' });
    expect(await destroy('one')).toMatchObject({ status: 'failed' });
    now += 30_000;
    expect(await destroy('one')).toMatchObject({ status: 'pending' });
  });

  it('begins and confirms nothing where one of several can not be destroyed', async () => {
    addMerge('one');
    addMerge('two', { counts: [1, 1, 0] });
    addMerge('three');
    addDestruction('three', { ...CONFIRMABLE, counts: [0, 0, 3] });
    expect(await setup().destroy('one', 'two', 'three')).toMatchObject({
      status: 'failed',
    });
    expect(asked).toEqual(['list ws-one', 'list ws-three']);
  });

  it('is over when all are', async () => {
    addMerge('one');
    addMerge('two');
    addMerge('three', { status: 'planned_and_finished' });
    addDestruction('one', { status: 'applied' });
    addDestruction('two', { status: 'planning' });
    const { destroy } = setup();
    const all = () => destroy('one', 'two', 'three');
    expect(await all()).toMatchObject({ status: 'pending' });
    addDestruction('two', { status: 'applied' });
    expect(await all()).toMatchObject({ status: 'destroyed' });
    expect(await destroy('three', 'four')).toMatchObject({ status: 'absent' });
  });

  it.each([0, 1])(
    'begins nothing unseen where only %i lists are left',
    async perMinute => {
      addMerge('one');
      const { destroy } = setup(perMinute);
      expect(await destroy('one')).toMatchObject({ status: 'pending' });
      expect(created).toEqual([]);
    },
  );

  it('takes no run for granted that may be gone with its workspace', async () => {
    addMerge('one');
    const { destroy, finder } = setup();
    await finder.find(pullRequest.repository, 'c1', 'plan_and_apply');
    runs = [];
    expect(await destroy('one')).toMatchObject({ status: 'absent' });
    expect(asked).toEqual([]);
  });

  it('keeps its runs out of those that apply the merge', async () => {
    addMerge('one');
    addDestruction('one', { status: 'planning' });
    const { destroy, finder } = setup();
    await destroy('one');
    const { repository } = pullRequest;
    const found = await finder.find(repository, 'c1', 'plan_and_apply');
    expect(found.map(({ run }) => run.id)).toEqual(['run-one']);
  });
});

import {
  createServiceFactory,
  ServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { ResponseError } from '@backstage/errors';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import { scaffolderServiceMock } from '@backstage/plugin-scaffolder-node/testUtils';
import { localBackendsServiceRef } from '@self-service/plugin-runs-node';
import request from 'supertest';
import { z } from 'zod';
import { mockApprovals, suspendRequest } from './__testUtils__/createReplica';
import {
  approvalsFactory,
  clientPlugin,
  testConfig,
} from './__testUtils__/testServices';
import plugin from './index';

const EFFECT = {
  taskId: 'task-1',
  stepId: 'create',
  inputDigest: 'digest-1',
  attempt: 'attempt-1',
  capability: 'git',
  provider: 'github',
  kind: 'pull request',
  name: 'myorg/infrastructure#db-orders',
};

/** As where the plugins are spread over several backends. */
const overHttp = createServiceFactory({
  service: localBackendsServiceRef,
  deps: {},
  factory: () => ({ offer: () => {}, find: () => undefined }),
});

describe.each([
  { way: 'in process', factories: [] },
  { way: 'over HTTP', factories: [overHttp] },
])('runsPlugin, asked $way', ({ way, factories }) => {
  async function start(extra: ServiceFactory[] = factories) {
    const events: { id: number; type: string }[] = [{ id: 1, type: 'log' }];
    const scaffolder = scaffolderServiceMock.mock({
      getTask: async () => ({ status: 'processing' } as never),
      getLogs: async () => events as never,
      cancelTask: async () => {
        events.push({ id: 2, type: 'cancelled' });
        return { status: 'cancelled' };
      },
    });
    const { plugin: consumer, client } = clientPlugin('scaffolder');
    const { server } = await startTestBackend({
      features: [
        plugin,
        consumer,
        ...extra,
        approvalsFactory(mockApprovals()),
        mockServices.rootConfig.factory({ data: testConfig }),
        createServiceFactory({
          service: scaffolderServiceRef,
          deps: {},
          factory: () => scaffolder,
        }),
      ],
    });
    return { server, scaffolder, runs: client() };
  }

  it('refuses to start without task recovery, and says what to add', async () => {
    for (const scaffolder of [{}, { taskRecovery: { enabled: false } }]) {
      const starting = startTestBackend({
        features: [
          plugin,
          approvalsFactory(mockApprovals()),
          mockServices.rootConfig.factory({
            data: { ...testConfig, scaffolder },
          }),
        ],
      });
      await expect(starting).rejects.toThrow(
        'scaffolder:\n  taskRecovery:\n    enabled: true',
      );
    }
  });

  it('refuses to start with a key of a wrong length', async () => {
    const starting = startTestBackend({
      features: [
        plugin,
        approvalsFactory(mockApprovals()),
        mockServices.rootConfig.factory({
          data: { ...testConfig, runs: { secretsKey: 'c2hvcnQ=' } },
        }),
      ],
    });
    await expect(starting).rejects.toThrow(/runs\.secretsKey must be 32 bytes/);
  });

  it('records a run for other plugins', async () => {
    const { runs } = await start();
    expect(await runs.get('task/1')).toBeUndefined();
    const run = {
      templateRef: 'template:default/database',
      requester: 'user:default/dev',
      authorised: true,
      secretNames: ['token'],
    };
    const record = await runs.register('task/1', run);
    expect(record).toMatchObject({ ...run, taskId: 'task/1' });
    expect(await runs.get('task/1')).toEqual(record);
  });

  it('answers what is asked about resources, to whom it concerns', async () => {
    const { runs, server } = await start();
    expect(await runs.findResource({ id: 'task/1' })).toBeUndefined();
    expect(await runs.findResource({ secret: 'a/b' })).toBeUndefined();
    const use = { taskId: 'task-2', until: '2030-01-31' };
    for (const asked of [
      runs.changeResource('task/1', use),
      runs.removeResource('task/1', use),
      runs.extendResource('task/1', use),
    ]) {
      await expect(asked).rejects.toMatchObject({
        statusCode: 404,
        body: {
          error: {
            name: 'NotFoundError',
            message: 'Nothing is known of a resource task/1',
          },
        },
      });
    }
    const page = await request(server)
      .get('/api/runs/resources?view=team')
      .set('authorization', mockCredentials.user.header());
    expect(page.body).toEqual({ items: [], total: 0 });
    const one = await request(server)
      .get('/api/runs/resources/task-1')
      .set('authorization', mockCredentials.user.header());
    expect(one.status).toBe(404);
    const found = await request(server)
      .post('/api/runs/resources/find')
      .set('authorization', mockCredentials.user.header())
      .send({ id: 'task-1' });
    expect(found.status).toBe(403);
  });

  it('parks, signals and settles for other plugins', async () => {
    const { runs, scaffolder, server } = await start();
    const result = await runs.suspend(suspendRequest());
    expect(result).toMatchObject({
      outcome: 'parking',
      suspension: { taskId: 'task-1', status: 'parking' },
    });
    expect(scaffolder.cancelTask).toHaveBeenCalledTimes(1);
    // A retry has deleted the event of the parked attempt.
    scaffolder.getLogs.mockResolvedValue([{ id: 1, type: 'log' }] as never);
    await runs.settle(suspendRequest());
    await runs.signal({ kind: 'approval', ref: 'request-2' });
    const other = await runs.suspend(
      suspendRequest({
        taskId: 'task-2',
        wait: { kind: 'approval', ref: 'request-2' },
      }),
    );
    expect(other.outcome).toBe('signalled');

    const { body } = await request(server)
      .get('/api/runs/runs?taskIds=task-1,task-2,task-3')
      .set('authorization', mockCredentials.user.header());
    expect(
      body.items.map((item: { taskId: string; suspension: object }) => [
        item.taskId,
        item.suspension,
      ]),
    ).toEqual([
      ['task-1', expect.objectContaining({ status: 'resumed' })],
      ['task-2', expect.objectContaining({ status: 'resumed' })],
    ]);
  });

  it('keeps the ledger for other plugins', async () => {
    const { runs } = await start();
    const { outcome, effect } = await runs.claimEffect(EFFECT);
    expect(outcome).toBe('acquired');
    await runs.renewEffect(effect.id, { attempt: 'attempt-1' });
    await expect(
      runs.renewEffect(effect.id, { attempt: 'attempt-2' }),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    const created = await runs.completeEffect(effect.id, {
      attempt: 'attempt-1',
      url: 'https://git.example/1',
    });
    expect(created.status).toBe('created');
    expect(await runs.listEffects('task-1')).toEqual([created]);
    const other = await runs.claimEffect({
      ...EFFECT,
      stepId: 'other',
      name: 'b',
    });
    await runs.releaseEffect(other.effect.id, {
      attempt: 'attempt-1',
      absent: true,
    });
    expect((await runs.listEffects('task-1'))[1].status).toBe('absent');
    await expect(
      runs.completeEffect(effect.id, { attempt: 'attempt-2' }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      cause: { statusCode: 409 },
    });
  });

  it('creates nothing for a run that was cancelled', async () => {
    const { runs, scaffolder } = await start();
    scaffolder.getLogs.mockResolvedValue([
      { id: 2, type: 'cancelled' },
    ] as never);
    await runs.suspend(suspendRequest());
    await expect(runs.claimEffect(EFFECT)).rejects.toThrow(
      /was cancelled: it creates nothing more/,
    );
    await expect(runs.suspend(suspendRequest())).rejects.toMatchObject({
      name: 'ConflictError',
    });
  });

  it('shows a run to whoever may read its task, as that user', async () => {
    const { runs, scaffolder, server } = await start();
    await runs.suspend(suspendRequest());
    await runs.claimEffect(EFFECT);
    const response = await request(server)
      .get('/api/runs/runs/task-1')
      .set('authorization', mockCredentials.user.header('user:default/lead'));
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      taskId: 'task-1',
      suspensions: [{ stepId: 'gate' }],
      effects: [{ kind: 'pull request' }],
    });
    const [question, options] = scaffolder.getTask.mock.calls.at(-1)!;
    expect(question).toEqual({ taskId: 'task-1' });
    expect(options?.credentials).toMatchObject({
      principal: { type: 'user', userEntityRef: 'user:default/lead' },
    });
  });

  it('shows no run to whoever may not read its task', async () => {
    const { runs, scaffolder, server } = await start();
    for (const taskId of ['task-1', 'task-2', 'task-3']) {
      await runs.suspend(suspendRequest({ taskId }));
    }
    const refuse = async (status: number) =>
      ResponseError.fromResponse(
        Object.assign(new Response('{}', { status }), {}),
      );
    const [forbidden, missing] = [await refuse(403), await refuse(404)];
    scaffolder.getTask.mockImplementation(async ({ taskId }) => {
      if (taskId !== 'task-2') {
        throw taskId === 'task-1' ? forbidden : missing;
      }
      return { status: 'processing' } as never;
    });
    const get = (path: string) =>
      request(server)
        .get(`/api/runs${path}`)
        .set('authorization', mockCredentials.user.header());
    expect((await get('/runs/task-1')).status).toBe(403);
    expect((await get('/runs/task-3')).status).toBe(404);
    const list = await get('/runs?taskIds=task-1,task-2,task-3');
    expect(
      list.body.items.map(({ taskId }: { taskId: string }) => taskId),
    ).toEqual(['task-2']);

    scaffolder.getTask.mockRejectedValue(new Error('down'));
    expect((await get('/runs?taskIds=task-1')).status).toBe(500);
  });

  it('keeps people from what is for plugins, and the other way round', async () => {
    const { server } = await start();
    const forPlugins = [
      ['put', '/runs/task-1'],
      ['get', '/runs/task-1/record'],
      ['get', '/runs/task-1/effects'],
      ['post', '/suspensions'],
      ['post', '/suspensions/settle'],
      ['post', '/signals'],
      ['post', '/effects/claim'],
      ['post', '/effects/1/complete'],
      ['post', '/effects/1/release'],
      ['post', '/runs/task-1/step-reports'],
      ['post', '/interventions'],
    ] as const;
    for (const [method, path] of forPlugins) {
      const response = await request(server)
        [method](`/api/runs${path}`)
        .set('authorization', mockCredentials.user.header());
      expect([path, response.status]).toEqual([path, 403]);
    }
    for (const path of ['/runs?taskIds=a', '/runs/page', '/runs/task-1']) {
      const byPlugin = await request(server)
        .get(`/api/runs${path}`)
        .set('authorization', mockCredentials.service.header());
      expect([path, byPlugin.status]).toEqual([path, 403]);
      const byNobody = await request(server)
        .get(`/api/runs${path}`)
        .set('authorization', mockCredentials.none.header());
      expect([path, byNobody.status]).toEqual([path, 401]);
    }
  });

  it('says what is malformed, and never the values', async () => {
    const { server } = await start();
    const response = await request(server)
      .post('/api/runs/suspensions')
      .set('authorization', mockCredentials.service.header())
      .send({
        ...suspendRequest(),
        title: '',
        sealedSecrets: { a: 'hunter2' },
      });
    expect(response.status).toBe(400);
    expect(response.body.error.message).toMatch(/title: .*sealedSecrets: /);
    expect(JSON.stringify(response.body)).not.toContain('hunter2');

    const ids = Array.from({ length: 101 }, (_, count) => `t${count}`).join();
    const list = await request(server)
      .get(`/api/runs/runs?taskIds=${ids}`)
      .set('authorization', mockCredentials.user.header());
    expect(list.status).toBe(400);
  });

  it('lists, cancels, replaces and answers for people', async () => {
    const { server, runs, scaffolder } = await start();
    const call = (method: 'get' | 'post' | 'put', path: string, body = {}) =>
      request(server)
        [method](`/api/runs${path}`)
        .set('authorization', mockCredentials.user.header())
        .send(body);
    const requester = 'user:default/mock';
    for (const taskId of ['task-1', 'task-2']) {
      await runs.register(taskId, {
        requester,
        authorised: true,
        secretNames: [],
      });
    }
    await runs.reportStep('task-1', { stepId: 'a', outcome: 'asked' });
    const question = await runs.askPerson({
      taskId: 'task-1',
      stepId: 'a',
      inputDigest: 'digest-1',
      group: 'platform-team',
      instructions: 'Free the name',
      problem: { what: 'No', whose: 'platform', canPass: false, remedy: '' },
    });
    const page = await call('get', '/runs/page?limit=1&scope=mine');
    expect(page.body).toMatchObject({
      items: [{ status: 'running', requester }],
      total: 2,
      nextCursor: expect.any(String),
    });
    expect((await call('get', '/runs/page?limit=0')).status).toBe(400);
    const { state } = (await call('get', '/runs/task-1')).body;
    expect(state).toMatchObject({
      stepReports: [{ stepId: 'a', outcome: 'asked' }],
      interventions: [{ id: question.id }],
      options: { cancel: { allowed: true } },
    });

    const answer = (id: string) =>
      call('post', `/interventions/${id}/answer`, { answer: 'retry' });
    expect((await answer(question.id)).status).toBe(403);
    expect((await answer('unknown')).status).toBe(404);
    expect(
      (await call('put', '/runs/task-2/replaces', { taskId: 'task-1' })).status,
    ).toBe(409);
    const cancel = await call('post', '/runs/task-1/cancel', { comment: 'No' });
    expect([cancel.status, cancel.text]).toEqual([202, '']);
    expect(
      (await call('get', '/runs/task-1')).body.state.options.cancel,
    ).toEqual({ allowed: false, reason: 'It is being cancelled already.' });
    scaffolder.getTask.mockRejectedValue(
      await ResponseError.fromResponse(new Response('{}', { status: 403 })),
    );
    expect((await call('post', '/runs/task-2/cancel')).status).toBe(403);
  });

  it('serves the document of its API, which says what it answers', async () => {
    const { server, runs } = await start();
    await runs.register('task-1', { authorised: true, secretNames: [] });
    const get = (path: string, header = mockCredentials.user.header()) =>
      request(server).get(`/api/runs${path}`).set('authorization', header);
    const { body: document } = await get('/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    expect(
      (await get('/openapi.json', mockCredentials.service.header())).body,
    ).toEqual(document);
    const header = mockCredentials.none.header();
    expect((await get('/openapi.json', header)).status).toBe(401);
    for (const [template, path] of [
      ['/runs', '/runs?taskIds=task-1'],
      ['/runs/page', '/runs/page'],
      ['/runs/{taskId}', '/runs/task-1'],
    ]) {
      const { status, body } = await get(path);
      const answer = document.paths[template].get.responses[status];
      const { schema } = answer.content['application/json'];
      expect(z.fromJSONSchema(schema).parse(body)).toEqual(body);
    }
  });

  it('previews and makes a retry, and rolls back, for people', async () => {
    const { server, runs, scaffolder } = await start();
    const call = (
      method: 'get' | 'post',
      path: string,
      header = mockCredentials.user.header(),
    ) =>
      request(server)
        [method](`/api/runs/runs/task-1${path}`)
        .set('authorization', header);
    scaffolder.getTask.mockResolvedValue({
      status: 'failed',
      spec: {
        steps: [{ id: 'create', name: 'Create', action: 'test:create' }],
        parameters: {},
      },
    } as never);
    scaffolder.getLogs.mockResolvedValue([
      {
        id: 1,
        type: 'log',
        createdAt: '2026-01-05T12:00:00Z',
        body: { stepId: 'create', status: 'failed' },
      },
    ] as never);
    await runs.register('task-1', {
      requester: 'user:default/mock',
      authorised: true,
      secretNames: [],
    });
    const preview = await call('get', '/retry');
    expect([preview.status, preview.body]).toEqual([
      200,
      {
        allowed: false,
        reason: 'It has not failed.',
        steps: [
          {
            stepId: 'create',
            name: 'Create',
            action: 'test:create',
            plan: 'again',
            effects: [],
          },
        ],
      },
    ]);
    expect((await call('post', '/retry')).status).toBe(409);
    const nothing = await call('post', '/rollback');
    expect(nothing.status).toBe(409);
    expect(nothing.body.error.message).toContain('nothing to undo');
    await runs.claimEffect({ ...EFFECT, capability: 'ticketing' });
    const rollback = await call('post', '/rollback').send({ comment: 'No' });
    expect([rollback.status, rollback.text]).toEqual([202, '']);
    const again = await call('post', '/rollback');
    expect(again.status).toBe(202);
    await expect(
      runs.claimEffect({ ...EFFECT, stepId: 'other', name: 'other' }),
    ).rejects.toMatchObject({ name: 'ConflictError' });

    for (const [method, path] of [
      ['get', '/retry'],
      ['post', '/retry'],
      ['post', '/rollback'],
    ] as const) {
      const byPlugin = mockCredentials.service.header();
      expect((await call(method, path, byPlugin)).status).toBe(403);
    }
  });

  it('asks as it should', async () => {
    const { runs } = await start();
    const fetched = jest.spyOn(global, 'fetch');
    await runs.listEffects('task-1');
    expect(fetched).toHaveBeenCalledTimes(way === 'over HTTP' ? 1 : 0);
    jest.restoreAllMocks();
  });

  it('tells an unreachable backend from a run that was not recorded', async () => {
    const { runs } = await start([overHttp]);
    jest
      .spyOn(global, 'fetch')
      .mockResolvedValueOnce(new Response('no such route', { status: 404 }));
    await expect(runs.get('task-1')).rejects.toMatchObject({
      statusCode: 404,
    });
    jest.restoreAllMocks();
  });
});

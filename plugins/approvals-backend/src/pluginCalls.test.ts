import { resolve } from 'node:path';
import {
  coreServices,
  createBackendPlugin,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import {
  BackendCaller,
  localBackendsServiceRef,
} from '@self-service/plugin-runs-node';
import { gateStep } from './__testUtils__/databaseTask';
import { FakeScaffolder } from './__testUtils__/FakeScaffolder';
import { organisation } from './__testUtils__/organisation';
import { FakeAuditor } from './__testUtils__/world';
import { approvalsPlugin } from './plugin';

/** As where the plugins are spread over several backends. */
const overHttp = createServiceFactory({
  service: localBackendsServiceRef,
  deps: {},
  factory: () => ({ offer: () => {}, find: () => undefined }),
});

const gate = {
  taskId: 't1',
  stepId: 'self-service-gate',
  inputDigest: 'digest',
};

describe.each([
  { way: 'in process', factories: [] },
  { way: 'over HTTP', factories: [overHttp] },
])('the approvals plugin, asked $way', ({ way, factories }) => {
  async function start() {
    const scaffolder = new FakeScaffolder();
    scaffolder.addTask('t1', {
      parameters: { environment: 'dev' },
      steps: [gateStep(), { id: 'secret', action: 'vault:create-secret' }],
    });
    const auditor = new FakeAuditor();
    const box: { caller?: BackendCaller } = {};
    const consumer = createBackendPlugin({
      pluginId: 'scaffolder',
      register(env) {
        env.registerInit({
          deps: {
            auth: coreServices.auth,
            discovery: coreServices.discovery,
            localBackends: localBackendsServiceRef,
          },
          async init(deps) {
            box.caller = new BackendCaller({ ...deps, pluginId: 'approvals' });
          },
        });
      },
    });
    await startTestBackend({
      features: [
        approvalsPlugin,
        consumer,
        catalogServiceMock.factory({ entities: organisation() }),
        createServiceFactory({
          service: scaffolderServiceRef,
          deps: {},
          factory: () => scaffolder.service,
        }),
        createServiceFactory({
          service: coreServices.auditor,
          deps: {},
          factory: () => auditor,
        }),
        mockServices.rootConfig.factory({
          data: {
            approvals: {
              policy: {
                bundle: resolve(__dirname, '../../../policies/bundle.tar.gz'),
              },
            },
          },
        }),
        ...factories,
      ],
    });
    const fetched = jest.spyOn(global, 'fetch');
    return { caller: box.caller!, auditor, fetched };
  }

  afterEach(() => jest.restoreAllMocks());

  it('decides, and audits which plugin has asked', async () => {
    const { caller, auditor, fetched } = await start();

    const answer = await caller.call('POST', '/gates', { body: gate });

    expect(answer).toMatchObject({
      decision: { decision: { outcome: 'auto-approve' } },
    });
    expect(auditor.metas).toContainEqual(
      expect.objectContaining({ actor: 'plugin:scaffolder', taskId: 't1' }),
    );
    expect(fetched).toHaveBeenCalledTimes(way === 'over HTTP' ? 1 : 0);
  });

  it('fills in parameters and answers nothing where there is nothing', async () => {
    const { caller } = await start();
    const close = caller.call('POST', '/runs/:taskId/close', {
      params: { taskId: 'a/b c' },
      body: { comment: 'Cancelled.' },
    });

    await expect(close).resolves.toBeUndefined();

    await expect(
      caller.call('POST', '/gates', { body: { ...gate, taskId: 'a/b c' } }),
    ).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 409,
      statusText: 'Conflict',
      body: { error: { message: expect.stringContaining('Run a/b c was') } },
      cause: { name: 'ConflictError' },
    });
  });

  it('refuses what is malformed', async () => {
    const { caller } = await start();
    await expect(
      caller.call('POST', '/gates', { body: { ...gate, taskId: undefined } }),
    ).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 400,
      message: 'Request failed with 400 Bad Request',
      cause: {
        name: 'InputError',
        message: expect.stringContaining('Invalid request: taskId'),
      },
    });
  });

  it('keeps to itself what it has no operation for', async () => {
    const { caller } = await start();
    await expect(caller.call('GET', '/no-such-thing')).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 404,
    });
  });

  it('passes on what went wrong elsewhere', async () => {
    const { caller } = await start();
    await expect(
      caller.call('POST', '/gates', { body: { ...gate, taskId: 'none' } }),
    ).rejects.toMatchObject({
      statusCode: 404,
      cause: { name: 'NotFoundError', message: 'Task none does not exist' },
    });
  });
});

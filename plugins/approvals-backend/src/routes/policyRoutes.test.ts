import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import {
  backtestSchema,
  freezeListSchema,
  policyStatusSchema,
  replaySchema,
} from '@self-service/plugin-approvals-common';
import { runsServiceRef, RunsService } from '@self-service/plugin-runs-node';
import request from 'supertest';
import { FakeScaffolder } from '../__testUtils__/FakeScaffolder';
import { organisation } from '../__testUtils__/organisation';
import { approvalsPlugin } from '../plugin';

jest.setTimeout(60_000);

const root = resolve(__dirname, '../../../..');
const asService = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:scaffolder'),
  targetPluginId: 'approvals',
});
const asCarl = mockCredentials.user.header('user:default/carl');

function isoIn(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

describe('freezes and policy over HTTP', () => {
  const directory = createMockDirectory({
    content: { 'data.json': JSON.stringify({ freezes: [] }) },
  });

  async function start() {
    const scaffolder = new FakeScaffolder();
    const runs: Pick<RunsService, 'signal'> = { signal: async () => undefined };
    const { server } = await startTestBackend({
      features: [
        approvalsPlugin,
        catalogServiceMock.factory({ entities: organisation() }),
        createServiceFactory({
          service: scaffolderServiceRef,
          deps: {},
          factory: () => scaffolder.service,
        }),
        createServiceFactory({
          service: runsServiceRef,
          deps: {},
          factory: () => runs as RunsService,
        }),
        mockServices.rootConfig.factory({
          data: {
            approvals: {
              policy: {
                bundle: resolve(root, 'policies'),
                data: directory.resolve('data.json'),
              },
            },
          },
        }),
      ],
    });
    const call = (
      method: 'get' | 'post',
      path: string,
      authorization: string,
      body?: object,
    ) =>
      request(server)
        [method](`/api/approvals${path}`)
        .set('Authorization', authorization)
        .send(body);
    const decide = async (taskId: string) => {
      scaffolder.addTask(taskId, {
        parameters: { environment: 'dev', name: taskId },
      });
      const { body } = await call('post', '/gates', asService, {
        taskId,
        stepId: 'self-service-gate',
        inputDigest: 'digest',
      });
      return body.decision.decision;
    };
    return { call, decide, port: server.port() };
  }

  it('declares a freeze, exempts from it and ends it', async () => {
    const { call, decide } = await start();
    const created = await call('post', '/freezes', asCarl, {
      from: isoIn(-1),
      to: isoIn(1),
      environments: ['dev'],
      reason: 'Audit',
    });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(await decide('frozen')).toMatchObject({
      outcome: 'require-approval',
      reasons: [{ code: 'time.freeze' }],
    });

    const exempt = await call('post', `/freezes/${id}/exemptions`, asCarl, {
      kind: 'operation',
      value: 'database:create',
      reason: 'Incident',
    });
    expect(exempt.status).toBe(204);
    expect((await decide('exempt')).outcome).toBe('auto-approve');

    const ended = await call('post', `/freezes/${id}/end`, asCarl);
    const again = await call('post', `/freezes/${id}/end`, asCarl);
    expect([ended.status, again.status]).toEqual([204, 409]);
    const { body } = await call('get', '/freezes', asCarl);
    expect(freezeListSchema.parse(body).freezes).toMatchObject([
      {
        id,
        endedBy: 'user:default/carl',
        exemptions: [{ value: 'database:create' }],
      },
    ]);
  });

  it('says which field is wrong, and what would be right', async () => {
    const { call } = await start();
    const { status, body } = await call('post', '/freezes', asCarl, {
      from: 'tomorrow',
      to: isoIn(1),
      reason: '',
    });
    expect(status).toBe(400);
    expect(body.error.message).toMatch(
      /from: must be a date and time in ISO 8601.*reason: is needed/,
    );
  });

  it('lets no service touch a freeze', async () => {
    const { call } = await start();
    const freeze = { from: isoIn(0), to: isoIn(1), reason: 'x' };
    const attempts = [
      call('get', '/freezes', asService),
      call('post', '/freezes', asService, freeze),
      call('post', '/freezes/a/end', asService),
      call('post', '/freezes/a/exemptions', asService),
    ];
    for (const attempt of attempts) {
      expect((await attempt).status).toBe(403);
    }
  });

  it('tells state, replay and backtest to people and services', async () => {
    const { call, decide } = await start();
    await decide('t1');
    for (const caller of [asCarl, asService]) {
      const status = await call('get', '/policy/status', caller);
      expect(policyStatusSchema.parse(status.body)).toMatchObject({
        loaded: { fromArchive: false },
        settings: { cost: { lead_from: 100 } },
      });
      const replay = await call('get', '/policy/replay?days=1', caller);
      expect(replaySchema.parse(replay.body)).toMatchObject({ same: 1 });
      const backtest = await call('post', '/policy/backtest', caller, {
        days: 1,
        overrides: { environments: { dev: { approval: true } } },
      });
      expect(backtestSchema.parse(backtest.body)).toMatchObject({
        changes: { routed: { count: 1 } },
        manualShare: { before: 0, after: 1 },
      });
    }
    const empty = await call('post', '/policy/backtest', asCarl, { days: 1 });
    expect(empty.status).toBe(400);
    expect(empty.body.error.message).toContain('propose something');
  });

  it('serves the commands of `npm run policies`', async () => {
    const { decide, port } = await start();
    await decide('t1');
    const run = (...args: string[]) =>
      promisify(execFile)(
        process.execPath,
        [
          resolve(root, 'scripts/policies.mjs'),
          ...args,
          '--url',
          `http://localhost:${port}`,
        ],
        {
          env: {
            ...process.env,
            SELF_SERVICE_TOKEN: asService.replace('Bearer ', ''),
          },
        },
      );
    directory.addContent({
      'proposal.json': JSON.stringify({ cost: { lead_from: 1 } }),
    });
    const replay = await run('build', 'replay', '--days', '1');
    const backtest = await run(
      'backtest',
      '--overrides',
      directory.resolve('proposal.json'),
    );

    expect(replay.stdout).toMatch(/^1 decisions since .*: 1 the same/);
    expect(backtest.stdout).toContain('need people: 0.0 % -> 100.0 %');
    expect(backtest.stdout).toMatch(/newly sent to people: 1\n {2}.*t1/);
  });
});

import { resolve } from 'node:path';
import {
  createServiceFactory,
  ServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { notificationService } from '@backstage/plugin-notifications-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import { runsServiceRef, RunsService } from '@self-service/plugin-runs-node';
import request from 'supertest';
import { databaseTemplate, gateStep } from './__testUtils__/databaseTask';
import { FakeScaffolder } from './__testUtils__/FakeScaffolder';
import { matchesDocument } from './__testUtils__/matchesDocument';
import { organisation } from './__testUtils__/organisation';
import { approvalsPlugin } from './plugin';

const asService = mockCredentials.service.header({
  onBehalfOf: mockCredentials.service('plugin:scaffolder'),
  targetPluginId: 'approvals',
});
const as = (name: string) =>
  mockCredentials.user.header(`user:default/${name}`);

describe('approvals plugin', () => {
  const directory = createMockDirectory({
    // The time of these tests is the real one: no freeze may get in its way.
    content: { 'data.json': JSON.stringify({ freezes: [] }) },
  });

  async function start(
    options: {
      approvals?: object;
      features?: ServiceFactory[];
    } = {},
  ) {
    const scaffolder = new FakeScaffolder();
    const signalled: string[] = [];
    const runs: Pick<RunsService, 'signal'> = {
      signal: async ({ kind, ref }) => {
        signalled.push(`${kind}:${ref}`);
      },
    };
    const { server } = await startTestBackend({
      features: [
        approvalsPlugin,
        catalogServiceMock.factory({
          entities: [...organisation(), databaseTemplate()],
        }),
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
        createServiceFactory({
          service: notificationService,
          deps: {},
          factory: () => ({ send: async () => {} }),
        }),
        mockServices.rootConfig.factory({
          data: {
            approvals: {
              policy: {
                bundle: resolve(__dirname, '../../../policies/bundle.tar.gz'),
                data: directory.resolve('data.json'),
              },
              ...options.approvals,
            },
          },
        }),
        ...(options.features ?? []),
      ],
    });
    const post = (path: string, authorization: string, body: object = {}) =>
      request(server)
        .post(`/api/approvals${path}`)
        .set('Authorization', authorization)
        .send(body)
        .expect(matchesDocument);
    const get = (path: string, authorization: string) =>
      request(server)
        .get(`/api/approvals${path}`)
        .set('Authorization', authorization)
        .expect(matchesDocument);
    const openGate = (taskId: string, more: object = {}) =>
      post('/gates', asService, {
        taskId,
        stepId: 'self-service-gate',
        inputDigest: 'digest',
        ...more,
      });
    return { scaffolder, signalled, post, get, openGate };
  }

  it('lets a cheap dev database through at once, and stores why', async () => {
    const { scaffolder, openGate, post, get } = await start();
    scaffolder.addTask('t1', {
      parameters: { environment: 'dev' },
      steps: [gateStep(), { id: 'secret', action: 'vault:create-secret' }],
    });
    const question = {
      taskId: 't1',
      stepId: 'secret',
      action: 'vault:create-secret',
    };

    const before = await post('/admissions', asService, question);
    const gate = await openGate('t1');
    const after = await post('/admissions', asService, question);

    expect(before.body).toMatchObject({
      admitted: false,
      code: 'gate-not-passed',
    });
    expect(gate.status).toBe(200);
    expect(gate.body.request).toBeUndefined();
    expect(gate.body.decision).toMatchObject({
      decision: { outcome: 'auto-approve' },
      facts: {
        operation: 'database:create',
        environment: 'dev',
        monthlyCost: 50,
        team: 'group:default/payments',
        requester: {
          ref: 'user:default/dana',
          teams: ['group:default/payments'],
        },
      },
    });
    expect(gate.body.decision.bundleDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(after.body).toEqual({ admitted: true });
    const run = await get('/runs/t1', as('dana'));
    expect(run.body.decisions).toEqual([gate.body.decision]);
  });

  it('takes a production database from the gate to the lead and back to the run', async () => {
    const { scaffolder, signalled, openGate, post, get } = await start();
    scaffolder.addTask('t1');

    const gate = await openGate('t1', {
      subject: {
        pullRequestUrl: 'https://git.example.com/pull/7',
        head: 'abc',
        plan: { add: 1, change: 0, destroy: 0, url: 'data:text/html,x' },
      },
    });

    expect(gate.body.request).toMatchObject({
      status: 'pending',
      title: 'Database: databases/orders (production)',
      requester: 'user:default/dana',
      links: [{ title: 'Pull request', url: 'https://git.example.com/pull/7' }],
      decision: {
        explanations: [
          "Production changes need the approval of the team's lead.",
        ],
      },
      stages: [
        {
          name: 'team-lead:group:default/payments',
          status: 'open',
          eligible: ['user:default/leo'],
          votes: [],
        },
      ],
    });
    const { id } = gate.body.request;
    expect((await openGate('t1')).body.request.id).toBe(id);
    expect((await get('/requests/count', as('leo'))).body).toEqual({
      inbox: 1,
    });
    const inbox = await get('/requests', as('leo'));
    expect(inbox.body).toMatchObject({ total: 1, items: [{ id }] });
    const waits = { requestIds: [id, 'unknown'] };
    expect((await post('/waits', asService, waits)).body).toEqual({
      over: ['unknown'],
    });

    const vote = await post(`/requests/${id}/votes`, as('leo'), {
      verdict: 'approve',
      comment: 'fine',
    });

    expect(vote.status).toBe(200);
    expect(vote.body.request).toMatchObject({
      status: 'approved',
      stages: [
        {
          status: 'approved',
          votes: [{ voter: 'user:default/leo', comment: 'fine' }],
        },
      ],
    });
    expect(
      vote.body.history.map((entry: { event: string }) => entry.event),
    ).toEqual([
      'created',
      'stage opened',
      'voted',
      'stage approved',
      'approved',
    ]);
    expect((await get('/requests/count', as('leo'))).body).toEqual({
      inbox: 0,
    });
    expect((await post('/waits', asService, waits)).body.over).toEqual([
      id,
      'unknown',
    ]);
    await eventually(() => expect(signalled).toEqual([`approval:${id}`]));
  });

  it('refuses votes of the requester, of strangers, of services and of plugins in a person’s name', async () => {
    const { scaffolder, openGate, post, get } = await start();
    scaffolder.addTask('t1');
    const { id } = (await openGate('t1')).body.request;
    const approve = { verdict: 'approve' };
    const inLeosName = `Bearer ${mockCredentials.user.token(
      'user:default/leo',
      { actor: { subject: 'plugin:scaffolder' } },
    )}`;

    const votes = await Promise.all(
      [as('dana'), as('sam'), asService, inLeosName].map(who =>
        post(`/requests/${id}/votes`, who, approve),
      ),
    );

    expect(votes.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(votes[0].body.error.message).toContain('asked for this yourself');
    expect(votes[1].body.error.message).toContain('not one of the approvers');
    expect(votes[3].body.error.message).toContain('plugin:scaffolder');
    const { body } = await get(`/requests/${id}`, as('dana'));
    expect(body.request).toMatchObject({
      status: 'pending',
      stages: [{ votes: [] }],
    });
    expect(body.viewer).toEqual({
      votableStages: [],
      cannotVoteBecause: 'You asked for this yourself; somebody else decides.',
      canWithdraw: false,
      canCancel: true,
      canRetryDeliveries: false,
    });
  });

  it('wants a comment for a rejection, and shows it', async () => {
    const { scaffolder, openGate, post } = await start();
    scaffolder.addTask('t1', {
      steps: [gateStep(), { id: 'secret', action: 'vault:create-secret' }],
    });
    const { id } = (await openGate('t1')).body.request;

    const bare = await post(`/requests/${id}/votes`, as('leo'), {
      verdict: 'reject',
      comment: '  ',
    });
    const reasoned = await post(`/requests/${id}/votes`, as('leo'), {
      verdict: 'reject',
      comment: 'use the shared one',
    });
    const late = await post(`/requests/${id}/votes`, as('leo'), {
      verdict: 'approve',
    });

    expect(bare.status).toBe(400);
    expect(bare.body.error.message).toContain('a rejection needs a comment');
    expect(reasoned.body.request).toMatchObject({
      status: 'rejected',
      outcomeComment: 'use the shared one',
      outcomeBy: 'user:default/leo',
    });
    expect(late.status).toBe(409);
    expect(late.body.error.message).toContain(
      'rejected already by user:default/leo',
    );
    const admission = await post('/admissions', asService, {
      taskId: 't1',
      stepId: 'secret',
      action: 'vault:create-secret',
    });
    expect(admission.body).toMatchObject({ admitted: false, code: 'rejected' });
    expect(admission.body.message).toContain('use the shared one');
  });

  it('lets the requester and the platform team cancel, and nobody else', async () => {
    const { scaffolder, signalled, openGate, post } = await start();
    scaffolder.addTask('t1');
    const { id } = (await openGate('t1')).body.request;

    const other = await post(`/requests/${id}/cancel`, as('leo'));
    const own = await post(`/requests/${id}/cancel`, as('dana'), {
      comment: 'not needed',
    });
    const again = await post(`/requests/${id}/cancel`, as('dana'));

    expect(other.status).toBe(403);
    expect(own.body.request).toMatchObject({
      status: 'cancelled',
      outcomeComment: 'not needed',
      stages: [{ status: 'closed' }],
    });
    expect(again.status).toBe(409);
    await eventually(() => expect(signalled).toEqual([`approval:${id}`]));
  });

  it('closes what is pending of a run, once and for ever', async () => {
    const { scaffolder, openGate, post, get } = await start();
    scaffolder.addTask('t1', {
      steps: [gateStep(), { id: 'secret', action: 'vault:create-secret' }],
    });
    const { id } = (await openGate('t1')).body.request;
    const reason = {
      comment: 'The run was cancelled.',
      by: 'user:default/dana',
    };

    const first = await post('/runs/t1/close', asService, reason);
    const second = await post('/runs/t1/close', asService, reason);

    expect([first.status, second.status]).toEqual([204, 204]);
    const { body } = await get(`/requests/${id}`, as('leo'));
    expect(body.request).toMatchObject({
      status: 'cancelled',
      outcomeComment: 'The run was cancelled.',
      outcomeBy: 'user:default/dana',
    });
    const vote = { verdict: 'approve' };
    expect((await post(`/requests/${id}/votes`, as('leo'), vote)).status).toBe(
      409,
    );
    const fresh = await openGate('t1', { inputDigest: 'other' });
    expect(fresh.status).toBe(409);
    const admission = await post('/admissions', asService, {
      taskId: 't1',
      stepId: 'secret',
      action: 'vault:create-secret',
    });
    expect(admission.body).toMatchObject({
      admitted: false,
      code: 'cancelled',
    });
  });

  it('previews a form to whoever sees its template, and stores nothing', async () => {
    const { scaffolder, openGate, post, get } = await start();
    const { parameters } = scaffolder.addTask('t1', {
      parameters: { size: 'medium' },
    }).spec;
    const question = { templateRef: 'template:default/database', parameters };

    const preview = await post('/form-previews', as('dana'), question);

    expect(preview.status).toBe(200);
    expect((await get('/runs/t1', as('dana'))).body).toEqual({
      decisions: [],
      requests: [],
    });
    expect(preview.body.explanations).toEqual([
      "It costs $150 a month; from $100 on the team's lead approves.",
      "Production changes need the approval of the team's lead.",
    ]);
    const { decision } = (await openGate('t1')).body;
    expect(preview.body.decision).toEqual(decision.decision);
    const refused = await Promise.all([
      post('/form-previews', asService, question),
      post('/form-previews', as('dana'), {
        ...question,
        templateRef: 'template:default/unknown',
      }),
      post('/form-previews', as('dana'), {
        ...question,
        requester: 'user:default/leo',
      }),
      post('/form-previews', as('dana'), {
        ...question,
        parameters: { name: 'x'.repeat(100_000) },
      }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 404, 400, 400]);
  });

  it('denies a template without a declaration, and says what to add where', async () => {
    const { scaffolder, openGate } = await start();
    scaffolder.addTask('t1', {
      steps: [{ ...gateStep(), input: {} } as never],
    });

    const { body } = await openGate('t1');

    expect(body.decision.decision.outcome).toBe('deny');
    expect(body.request).toBeUndefined();
    expect(body.decision.explanations.join('\n')).toContain(
      '`approvals.undeclared.operation` in app-config.yaml',
    );
  });

  it('takes the facts of an undeclared template from the configuration', async () => {
    const { scaffolder, openGate } = await start({
      approvals: {
        undeclared: { operation: 'thing:create', environment: 'dev', cost: 0 },
      },
    });
    scaffolder.addTask('t1', {
      steps: [{ ...gateStep(), input: {} } as never],
    });

    const { body } = await openGate('t1');

    expect(body.decision.decision.outcome).toBe('auto-approve');
    expect(body.decision.facts).toMatchObject({ operation: 'thing:create' });
  });

  it('keeps people off the routes of plugins, and plugins off those of people', async () => {
    const { post, get } = await start();

    const answers = await Promise.all([
      post('/gates', as('dana')),
      post('/admissions', as('dana')),
      post('/runs/t1/close', as('dana')),
      post('/waits', as('dana')),
      get('/requests', asService),
      get('/requests/count', asService),
      get('/requests/x', asService),
      get('/runs/t1', asService),
    ]);

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
  });

  it('asks the permission policy before its own rules', async () => {
    const { scaffolder, openGate, post, get } = await start({
      features: [
        mockServices.permissions.factory({ result: AuthorizeResult.DENY }),
      ],
    });
    scaffolder.addTask('t1');
    const { id } = (await openGate('t1')).body.request;

    const answers = await Promise.all([
      get('/requests?view=all', as('leo')),
      get(`/requests/${id}`, as('leo')),
      get('/runs/t1', as('leo')),
      post(`/requests/${id}/votes`, as('leo'), { verdict: 'approve' }),
      post(`/requests/${id}/cancel`, as('dana')),
    ]);

    expect(
      answers.map(({ body }) => body.error?.message.split(' ').at(-1)),
    ).toEqual([
      'approvals.request.read',
      'approvals.request.read',
      'approvals.request.read',
      'approvals.request.vote',
      'approvals.request.cancel',
    ]);
  });

  it('serves the document of its API to people and plugins', async () => {
    const { get } = await start();

    const [forPerson, forPlugin] = await Promise.all([
      get('/openapi.json', as('dana')),
      get('/openapi.json', asService),
    ]);

    expect(forPerson.body.openapi).toBe('3.1.0');
    expect(forPerson.body.paths).toHaveProperty(['/requests/{id}/votes']);
    expect(forPlugin.body).toEqual(forPerson.body);
  });

  it('names what is wrong with a question', async () => {
    const { post } = await start();

    const { status, body } = await post('/gates', asService, { taskId: 't1' });

    expect(status).toBe(400);
    expect(body.error.message).toMatch(/stepId: .*; inputDigest: /);
  });
});

/** Waits for what happens after the answer. */
async function eventually(check: () => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      check();
      return;
    } catch (error) {
      if (attempt > 200) {
        throw error;
      }
      await new Promise(done => setImmediate(done));
    }
  }
}

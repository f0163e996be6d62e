import { resolve } from 'node:path';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { notificationService } from '@backstage/plugin-notifications-node';
import { scaffolderServiceRef } from '@backstage/plugin-scaffolder-node';
import {
  Message,
  MessagingProvider,
  messagingProviderServiceRef,
} from '@self-service/plugin-providers-node';
import { RunsService, runsServiceRef } from '@self-service/plugin-runs-node';
import request from 'supertest';
import { FakeScaffolder } from './__testUtils__/FakeScaffolder';
import { matchesDocument } from './__testUtils__/matchesDocument';
import { organisation } from './__testUtils__/organisation';
import {
  offlineSlack,
  SIGNING_SECRET,
  signedBySlack,
  slackBody,
  slackPress,
} from './__testUtils__/slackDelivery';
import { operations } from './openapi/operations';
import { approvalsPlugin } from './plugin';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const as = (name: string) =>
  mockCredentials.user.header(`user:default/${name}`);

/** Mail as far as it takes one, or fails for good. */
function fakeMail(sent: Message[]): MessagingProvider {
  const refuse = async () => {
    throw new Error('Mail can not do that');
  };
  return {
    id: 'mail',
    capability: 'messaging',
    vendor: 'Mail',
    features: [],
    endpoint: 'smtp://localhost',
    checkHealth: async () => ({ status: 'ok', description: '' }),
    sendMessage: async ({ message }) => {
      sent.push(message);
      return { provider: 'mail', conversation: 'x@example.com', message: '1' };
    },
    reply: refuse,
    updateMessage: refuse,
    receiveAnswer: refuse,
    identifyAnswerer: refuse,
  };
}

/** Asks until it is so: what is sent in the background takes its time. */
async function eventually<T>(
  ask: () => Promise<T>,
  isSo: (answer: T) => boolean,
): Promise<T> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const answer = await ask();
    if (isSo(answer)) {
      return answer;
    }
    await new Promise(done => setImmediate(done));
  }
  throw new Error('It never was so');
}

describe('messages of the approvals plugin', () => {
  const directory = createMockDirectory({
    content: { 'data.json': JSON.stringify({ freezes: [] }) },
  });

  async function start() {
    const scaffolder = new FakeScaffolder();
    const mails: Message[] = [];
    const slack = offlineSlack({ email: 'leo@example.com' });
    const knex = await databases.init('SQLITE_3');
    const { server } = await startTestBackend({
      features: [
        approvalsPlugin,
        catalogServiceMock.factory({ entities: organisation() }),
        createServiceFactory({
          service: coreServices.database,
          deps: {},
          factory: () => mockServices.database({ knex }),
        }),
        createServiceFactory({
          service: scaffolderServiceRef,
          deps: {},
          factory: () => scaffolder.service,
        }),
        createServiceFactory({
          service: runsServiceRef,
          deps: {},
          factory: () => ({ signal: async () => {} } as unknown as RunsService),
        }),
        createServiceFactory({
          service: notificationService,
          deps: {},
          factory: () => ({ send: async () => {} }),
        }),
        createServiceFactory({
          service: messagingProviderServiceRef,
          deps: {},
          factory: () => [slack, fakeMail(mails)],
        }),
        mockServices.rootConfig.factory({
          data: {
            app: { baseUrl: 'https://portal.example.com/' },
            approvals: {
              policy: {
                bundle: resolve(__dirname, '../../../policies/bundle.tar.gz'),
                data: directory.resolve('data.json'),
              },
            },
          },
        }),
      ],
    });
    const call = (
      method: 'get' | 'post' | 'put',
      path: string,
      who: string,
      body?: object,
    ) =>
      request(server)
        [method](`/api/approvals${path}`)
        .set('Authorization', as(who))
        .send(body)
        .expect(matchesDocument);
    scaffolder.addTask('t1');
    const gate = await request(server)
      .post('/api/approvals/gates')
      .set(
        'Authorization',
        mockCredentials.service.header({
          onBehalfOf: mockCredentials.service('plugin:scaffolder'),
          targetPluginId: 'approvals',
        }),
      )
      .send({
        taskId: 't1',
        stepId: 'self-service-gate',
        inputDigest: 'digest',
      });
    const { id, stages } = gate.body.request;
    const value = JSON.stringify({ requestId: id, stageId: stages[0].id });
    const answer = (body: Buffer) =>
      request(server).post('/api/approvals/answers/slack').send(body);
    const answerSigned = (payload: unknown) => {
      const { headers, body } = signedBySlack(slackBody(payload));
      // Not parsed on its way, as superagent would for a form.
      return request(server)
        .post('/api/approvals/answers/slack')
        .set(headers as Record<string, string>)
        .send(body.toString());
    };
    return {
      server,
      knex,
      slack,
      mails,
      call,
      id,
      value,
      answer,
      answerSigned,
    };
  }

  type Started = Awaited<ReturnType<typeof start>>;

  const detailOf = ({ call, id }: Started, who = 'dana') =>
    call('get', `/requests/${id}`, who).then(({ body }) => body);

  it('tells everybody at once, and shows what became of it to those concerned', async () => {
    const started = await start();

    const { deliveries } = await eventually(
      () => detailOf(started),
      body =>
        body.deliveries.length === 3 &&
        body.deliveries.every(
          ({ status }: { status: string }) => status === 'sent',
        ),
    );

    expect(deliveries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          to: 'user:default/leo',
          kind: 'approval-needed',
          channel: 'chat',
          provider: 'slack',
          attempts: 0,
        }),
      ]),
    );
    expect(JSON.stringify(deliveries)).not.toContain('example.com');
    const forStranger = await detailOf(started, 'sam');
    expect(forStranger.deliveries).toBeUndefined();
    const forPlatform = await detailOf(started, 'paula');
    expect(forPlatform.deliveries).toHaveLength(3);
    expect(forPlatform.viewer.canRetryDeliveries).toBe(true);
    const [{ id: deliveryId }] = deliveries;
    const retry = (who: string, which = deliveryId) =>
      started.call(
        'post',
        `/requests/${started.id}/deliveries/${which}/retry`,
        who,
      );
    expect((await retry('dana')).status).toBe(403);
    expect((await retry('paula')).status).toBe(409);
    expect((await retry('paula', 'unknown')).status).toBe(404);
    await started.knex('deliveries').update({ status: 'given-up' });
    expect((await retry('paula')).status).toBe(200);
  });

  it('takes an answer without a token, and votes after it has said so', async () => {
    const started = await start();

    const answer = await started.answerSigned(
      slackPress({ action: 'approve', value: started.value }),
    );

    expect(answer.status).toBe(200);
    expect(answer.text).toBe('');
    const { request: voted } = await eventually(
      () => detailOf(started),
      body => body.request.status === 'approved',
    );
    expect(voted.stages[0].votes[0].voter).toBe('user:default/leo');
  });

  it('answers what it does not take with words, and never with what it knows', async () => {
    const { server, knex, value, answer, answerSigned } = await start();
    const press = slackPress({ action: 'approve', value });
    const { headers, body } = signedBySlack(slackBody(press));
    const post = (path: string) =>
      request(server).post(`/api/approvals${path}`);

    const refused = [
      await answer(slackBody(press)),
      await answerSigned('no press'),
      await post('/answers/slack').set(headers as Record<string, string>),
      await post('/answers/mail').send('x'),
      await post('/answers/slack')
        .set(headers as Record<string, string>)
        .set('content-encoding', 'gzip')
        .send(body.toString()),
      await post('/answers/slack').send('x'.repeat(1_100_000)),
      await post('/answers/slack')
        .set('content-type', 'application/json')
        .send('{"broken":'),
    ];

    expect(refused.map(({ status }) => status)).toEqual([
      401, 400, 401, 404, 415, 413, 401,
    ]);
    expect(JSON.stringify(refused)).not.toContain(SIGNING_SECRET);
    expect(await knex('message_answers')).toEqual([]);
    expect(await knex('votes')).toEqual([]);
  });

  it('changes nothing when somebody fetches every address there is', async () => {
    const { server, knex, id } = await start();
    const tables = [
      'votes',
      'requests',
      'message_answers',
      'message_preferences',
      'decision_links',
      'request_history',
    ];
    const snapshot = async () =>
      JSON.stringify(
        await Promise.all(tables.map(table => knex(table).select())),
      );
    const before = await snapshot();
    const paths = [
      ...new Set(operations.map(({ path }) => path)),
      '/answers/slack',
      '/decide',
    ].map(path => path.replace(':id', id).replace(/:\w+/g, 'x'));

    for (const path of paths) {
      for (const headers of [{}, { Authorization: as('leo') }]) {
        const address = `/api/approvals${path}`;
        const got = await request(server).get(address).set(headers);
        const head = await request(server).head(address).set(headers);
        expect([path, got.status < 500, head.status < 500]).toEqual([
          path,
          true,
          true,
        ]);
      }
    }

    expect(await snapshot()).toBe(before);
    expect(
      (await request(server).get('/api/approvals/answers/slack')).status,
    ).toBe(404);
  });

  it('lets people choose where they are told, but never nowhere', async () => {
    const { call } = await start();
    const path = '/message-preferences';
    const before = await call('get', path, 'leo');
    expect(before.body.available).toEqual([
      { channel: 'notification', title: 'Backstage' },
      { channel: 'chat', title: 'Slack' },
      { channel: 'mail', title: 'Mail' },
    ]);
    expect(before.body.preferences).toEqual(before.body.defaults);
    expect(before.body.defaults['approval-needed']).toEqual([
      'notification',
      'chat',
    ]);
    const preferences = {
      ...before.body.defaults,
      'approval-needed': ['mail'],
      'request-progress': [],
    };

    const saved = await call('put', path, 'leo', { preferences });

    expect(saved.status).toBe(200);
    expect(saved.body.preferences).toEqual(preferences);
    expect((await call('get', path, 'leo')).body).toEqual(saved.body);
    expect((await call('get', path, 'dana')).body).toEqual(before.body);
    for (const wrong of [
      { ...preferences, 'approval-needed': [] },
      { ...preferences, 'approval-needed': ['pigeon'] },
      { ...preferences, 'approval-needed': ['mail', 'mail'] },
      { 'approval-needed': ['mail'] },
    ]) {
      const { status } = await call('put', path, 'leo', { preferences: wrong });
      expect(status).toBe(400);
    }
  });

  it('decides by the link of a mail', async () => {
    const started = await start();
    const { call, mails, knex } = started;
    await eventually(
      () => detailOf(started),
      ({ deliveries }) => deliveries.length === 3,
    );
    // As if chat had failed.
    await knex('deliveries')
      .where({ kind: 'approval-needed' })
      .update({
        channel: 'mail',
        lane: 'mail',
        status: 'given-up',
      })
      .andWhere({ channel: 'chat' });
    const { deliveries } = await detailOf(started);
    const mail = deliveries.find(
      ({ channel }: { channel: string }) => channel === 'mail',
    );
    await call(
      'post',
      `/requests/${started.id}/deliveries/${mail.id}/retry`,
      'paula',
    );
    const [message] = await eventually(
      async () => mails,
      ({ length }) => length > 0,
    );
    expect(message.link?.url).toMatch(
      /^https:\/\/portal\.example\.com\/approvals\/decide#[\w-]{43}$/,
    );
    const token = message.link!.url.split('#')[1];

    const look = await call('post', '/decision-links/look', 'leo', { token });
    expect(look.body).toMatchObject({ usable: true });
    const use = (who: string, more: object) =>
      call('post', '/decision-links/use', who, { token, ...more });
    expect((await use('sam', { verdict: 'approve' })).status).toBe(403);
    expect((await use('leo', { verdict: 'reject' })).status).toBe(400);
    expect((await use('leo', { verdict: 'approve', token: 'x' })).status).toBe(
      400,
    );
    expect(
      (await use('leo', { verdict: 'approve', token: 'x'.repeat(43) })).status,
    ).toBe(404);
    const used = await use('leo', { verdict: 'reject', comment: 'No.' });
    expect(used.status).toBe(200);
    expect(used.body.request).toMatchObject({
      status: 'rejected',
      outcomeComment: 'No.',
    });
    expect((await use('leo', { verdict: 'approve' })).status).toBe(409);
    expect(JSON.stringify(await knex('decision_links'))).not.toContain(token);
  });
});

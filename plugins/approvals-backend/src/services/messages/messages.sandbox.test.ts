import { TestDatabases } from '@backstage/backend-test-utils';
import { JsonObject } from '@backstage/types';
import {
  ChatMessage,
  MessagingScene,
  startMessagingScene,
} from '../../__testUtils__/messagingScene';
import { group, user } from '../../__testUtils__/organisation';
import { person } from '../../__testUtils__/person';
import { createWorld, World } from '../../__testUtils__/world';
import { displayTime } from './composeParts';

// The sandbox starts a PostgreSQL of its own.
jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const HOUR = 3_600_000;
const NAME = 'Database: databases/orders (production)';
const approve = { verdict: 'approve' } as const;
const reject = { verdict: 'reject', comment: 'Use the shared one.' } as const;

let scene: MessagingScene;

beforeAll(async () => {
  scene = await startMessagingScene();
});

afterAll(async () => {
  await scene?.stop();
});

describe.each(databases.eachSupportedId())(
  'messages in chat and mail on %s',
  databaseId => {
    let world: World;

    async function start(options: { chatVotes?: boolean } = {}) {
      world = await createWorld(await databases.init(databaseId), {
        providers: scene.providers,
        clock: scene.clock,
        ...options,
      });
      scene.takeAnswers(world.answering.answers);
    }

    beforeEach(async () => {
      scene.reset();
      await start();
    });

    async function open(parameters: JsonObject = {}): Promise<string> {
      world.scaffolder.addTask('t1', { parameters });
      const { request } = await world.gates.openGate(
        { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
        'plugin:scaffolder',
      );
      await world.deliverAll();
      return request!.id;
    }

    const settle = async () => {
      await world.answering.inbox.drain();
      await world.deliverAll();
    };

    const press = async (
      message: ChatMessage,
      options: Parameters<MessagingScene['press']>[1],
    ) => {
      const status = await scene.press(message, options);
      await settle();
      return status;
    };

    const submit = async (options: Parameters<MessagingScene['submit']>[0]) => {
      const status = await scene.submit(options);
      await settle();
      return status;
    };

    const statusOf = async (id: string) =>
      (await world.store.findRequest(id))!.status;

    const deliveriesOf = async (id: string) =>
      (await world.requests.getDetail(person('dana'), id)).deliveries!;

    const tokenOf = (text: string) =>
      /\/approvals\/decide#(\S+)/.exec(text)![1];

    it('asks in chat with everything needed to decide, and takes the answer', async () => {
      const due = new Date(scene.clock.time.getTime() + 4 * HOUR);
      const id = await open();

      const [asked] = await scene.chatOf('leo');
      expect(asked.buttons).toEqual([
        'self-service:approve',
        'self-service-dialog:reject',
      ]);
      for (const words of [
        `Approval needed: ${NAME}`,
        'dana asks for',
        'Environment: production',
        'Cost: $50 a month',
        'Risk: elevated',
        "Production changes need the approval of the team's lead.",
        'Waits for: lead of payments',
        `Due: ${displayTime(due.toISOString())}`,
        `https://portal.example.com/approvals/${id}`,
      ]) {
        expect(asked.text).toContain(words);
      }
      const [root] = await scene.chatOf('dana');
      expect(root.text).toContain(`Waits for approval: ${NAME}`);

      const status = await press(asked, { action: 'approve', by: 'leo' });

      expect(status).toBe(200);
      const request = (await world.store.findRequest(id))!;
      expect(request.status).toBe('approved');
      expect(request.stages[0].votes).toMatchObject([
        { voter: 'user:default/leo', verdict: 'approve' },
      ]);
      const [updated, ...more] = await scene.chatOf('leo');
      expect(more).toEqual([]);
      expect(updated.buttons).toEqual([]);
      expect(updated.text).toContain(`Approved: ${NAME}`);
      expect(updated.text).toContain('Approved by leo on 2026-11-22');
      const [thread, answer] = await scene.chatOf('dana');
      expect(thread.text).toContain(`Approved: ${NAME}`);
      expect(answer).toMatchObject({
        thread: root.ts,
        text: expect.stringContaining('The run goes on by itself.'),
      });
      expect(world.auditor.events).toEqual(
        expect.arrayContaining([
          'message-answer-receive succeeded',
          'message-answer succeeded',
          'vote-cast succeeded',
        ]),
      );
      expect(world.auditor.metas).toContainEqual(
        expect.objectContaining({
          actor: 'user:default/leo',
          via: 'chat',
          provider: 'slack',
        }),
      );
    });

    it('counts one vote, however often and at once somebody presses', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');

      const statuses = await Promise.all(
        Array.from({ length: 5 }, () =>
          scene.press(asked, { action: 'approve', by: 'leo' }),
        ),
      );
      await settle();

      expect(statuses).toEqual([200, 200, 200, 200, 200]);
      const { stages } = (await world.store.findRequest(id))!;
      expect(stages[0].votes).toHaveLength(1);
      expect(await scene.chatOf('leo')).toHaveLength(1);
      expect(
        await world.knex('message_answers').whereNull('done_at'),
      ).toHaveLength(0);
    });

    it('asks for the comment that a rejection needs in a dialog', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');

      expect(await press(asked, { action: 'reject', by: 'leo' })).toBe(200);

      expect(await statusOf(id)).toBe('pending');
      expect(await scene.chatOf('leo')).toHaveLength(1);
      expect(await world.knex('message_answers')).toEqual([]);

      // Slack lets nobody send it without.
      expect(await submit({ by: 'leo', comment: ' ' })).toBeUndefined();
      expect(await submit({ by: 'leo', comment: 'Too big.' })).toBe(200);

      const request = (await world.store.findRequest(id))!;
      expect(request).toMatchObject({
        status: 'rejected',
        outcomeComment: 'Too big.',
      });
      expect(request.stages[0].votes).toHaveLength(1);
      const [shown, ...more] = await scene.chatOf('leo');
      expect(more).toEqual([]);
      expect(shown.buttons).toEqual([]);
      expect(shown.text).toContain('Rejected by leo');
      // It is closed: nothing can be sent twice.
      expect(await submit({ by: 'leo', comment: 'Again.' })).toBeUndefined();
    });

    it('counts no dialog of who may not decide, or no longer', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');
      await press(asked, { action: 'reject', by: 'sam' });
      await submit({ by: 'sam', comment: 'Not mine.' });
      expect((await scene.chatOf('leo')).at(-1)!.text).toContain(
        'Your answer was not counted',
      );
      await press(asked, { action: 'reject', by: 'leo' });
      await world.votes.castVote(person('leo'), id, approve);

      await submit({ by: 'leo', comment: 'Too late.' });

      expect(await statusOf(id)).toBe('approved');
      const { stages } = (await world.store.findRequest(id))!;
      expect(stages[0].votes).toHaveLength(1);
    });

    it.each([
      ['Slack is down', { kind: 'status', status: 503 }],
      ['Slack refuses it', { kind: 'status', status: 409 }],
    ] as const)(
      'says in the thread to press again when no dialog opens: %s',
      async (_why, fault) => {
        const id = await open();
        const [asked] = await scene.chatOf('leo');
        scene.sandbox.faults.add({
          service: 'slack',
          ...fault,
          match: { pathPattern: 'views.open' },
        });

        expect(await press(asked, { action: 'reject', by: 'leo' })).toBe(200);

        expect(await statusOf(id)).toBe('pending');
        const [, told, ...more] = await scene.chatOf('leo');
        expect(more).toEqual([]);
        expect(told.thread).toBe(asked.ts);
        expect(told.text).toContain('press Reject again');

        scene.sandbox.faults.clear('slack');
        await press(asked, { action: 'reject', by: 'leo' });
        await submit({ by: 'leo', comment: 'Too big.' });
        expect(await statusOf(id)).toBe('rejected');
      },
    );

    it.each(['guest', 'unconfirmed', 'gone', 'sam', 'dana'])(
      'refuses the answer of %s, and says so',
      async by => {
        const id = await open();
        const [asked] = await scene.chatOf('leo');

        expect(await press(asked, { action: 'approve', by })).toBe(200);

        expect(await statusOf(id)).toBe('pending');
        const [, told] = await scene.chatOf('leo');
        expect(told.text).toContain('Your answer was not counted');
        expect(world.auditor.events).toContain('message-answer failed');
        expect(world.auditor.events).not.toContain('vote-cast succeeded');
      },
    );

    it('refuses the answer of somebody who was removed meanwhile, or is two', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');
      world.catalog.replace(group('payments', { lead: 'user:default/erin' }));
      await press(asked, { action: 'approve', by: 'leo' });
      expect(await statusOf(id)).toBe('pending');
      const [shown] = await scene.chatOf('leo');
      expect(shown.buttons).toEqual([]);
      expect(shown.text).toContain(`Not yours to decide: ${NAME}`);

      world.catalog.replace(group('payments', { lead: 'user:default/leo' }));
      world.catalog.replace({
        ...user('leo-two'),
        spec: { profile: { email: 'Leo@example.com' } },
      });
      await world.refresher.refreshAll();
      await world.deliverAll();
      await press(asked, { action: 'approve', by: 'leo' });
      expect(await statusOf(id)).toBe('pending');
      const told = (await scene.chatOf('leo')).at(-1)!;
      expect(told.text).toContain('Several people in the catalog');
    });

    it('shows everybody what was decided on the page, and never gives a button back', async () => {
      world.catalog.replace(
        group('payments', { lead: 'user:default/leo, user:default/erin' }),
      );
      const id = await open();
      const [asked] = await scene.chatOf('erin');
      expect(asked.buttons).toHaveLength(2);

      await world.votes.castVote(person('leo'), id, reject);
      await world.deliverAll();

      for (const name of ['leo', 'erin']) {
        const [shown] = await scene.chatOf(name);
        expect(shown.buttons).toEqual([]);
        expect(shown.text).toContain('Rejected by leo');
        expect(shown.text).toContain('Use the shared one.');
      }
      // An update that was due all the time comes at last.
      await world.knex('deliveries').where({ lane: 'update' }).update({
        status: 'waiting',
        next_attempt_at: '2026-01-01T00:00:00.000Z',
      });
      await world.deliverAll();
      expect((await scene.chatOf('erin'))[0].buttons).toEqual([]);
      expect(
        await press(
          { ...asked, buttons: [] },
          { action: 'approve', by: 'erin' },
        ),
      ).toBeUndefined();
    });

    it('reminds and escalates in the thread, and asks backups by themselves', async () => {
      world.catalog.replace(user('sam', 'platform-team'));
      world.catalog.replace(group('platform-team', { members: ['sam'] }));
      const id = await open();
      const [asked] = await scene.chatOf('leo');

      scene.clock.advance(1.5 * HOUR);
      await world.timers.tick();
      await world.deliverAll();
      scene.clock.advance(0.5 * HOUR);
      await world.timers.tick();
      await world.deliverAll();

      const [root, reminder, escalation] = await scene.chatOf('leo');
      expect(root.buttons).toHaveLength(2);
      expect(reminder).toMatchObject({ thread: asked.ts, buttons: [] });
      expect(reminder.text).toContain('Still waiting for your approval');
      expect(escalation).toMatchObject({ thread: asked.ts, buttons: [] });
      expect(escalation.text).toContain('Escalated');
      const [backup] = await scene.chatOf('sam');
      expect(backup.buttons).toHaveLength(2);
      expect(backup.thread).toBeUndefined();

      await press(backup, { action: 'approve', by: 'sam' });
      expect(await statusOf(id)).toBe('approved');
      expect((await scene.chatOf('leo'))[0].buttons).toEqual([]);
    });

    it('sends mail when chat fails, at once where it never can work', async () => {
      // Fiona and Frank are in neither Slack nor the mail server.
      const id = await open({ size: 'large' });
      expect(
        (await deliveriesOf(id))
          .filter(({ to }) => to === 'user:default/fiona')
          .map(({ channel, status }) => `${channel} ${status}`),
      ).toEqual(['notification sent', 'chat given-up', 'mail given-up']);
      const errors = (await deliveriesOf(id)).map(({ error }) => error ?? '');
      expect(errors.join()).not.toContain('@example.com');
      expect(await scene.chatOf('leo')).toHaveLength(1);
    });

    it('sends mail at once when chat does not let the portal in', async () => {
      scene.sandbox.faults.add({
        service: 'slack',
        kind: 'status',
        status: 401,
      });
      const id = await open();

      expect(await scene.mailOf('leo')).toHaveLength(1);
      const failed = (await deliveriesOf(id)).find(
        ({ to, channel }) => to === 'user:default/leo' && channel === 'chat',
      );
      expect(failed).toMatchObject({ status: 'given-up', attempts: 1 });
      expect(failed?.error).toContain('botToken');
    });

    it('tries for a minute when chat is down, then sends mail; the others never notice', async () => {
      scene.sandbox.faults.add({
        service: 'slack',
        kind: 'status',
        status: 503,
      });
      const id = await open();
      expect(await scene.mailOf('leo')).toEqual([]);
      const before = await deliveriesOf(id);
      expect(
        before
          .filter(({ to }) => to === 'user:default/leo')
          .map(({ channel, status }) => `${channel} ${status}`),
      ).toEqual(['notification sent', 'chat failed']);

      for (let attempt = 0; attempt < 8; attempt += 1) {
        scene.clock.advance(40_000);
        await world.deliverAll();
      }

      const [mail] = await scene.mailOf('leo');
      expect(mail.subject).toBe(`Approval needed: ${NAME}`);
      expect(mail.text).toContain('Environment: production');
      scene.sandbox.faults.clear('slack');
      await world.votes.castVote(person('leo'), id, approve);
      await world.deliverAll();
      expect(await scene.chatOf('leo')).toEqual([]);
      const failed = (await deliveriesOf(id)).find(
        ({ to, channel }) => to === 'user:default/leo' && channel === 'chat',
      )!;
      expect(failed).toMatchObject({ status: 'given-up', attempts: 6 });

      await expect(
        world.messages.deliveryReports.retry(person('leo'), id, failed.id),
      ).rejects.toThrow('Only the platform team');
      await world.messages.deliveryReports.retry(
        person('paula'),
        id,
        failed.id,
      );
      await world.deliverAll();
      // Decided by now: there is nothing left to say.
      expect(await scene.chatOf('leo')).toEqual([]);
    });

    describe('links in mails', () => {
      async function mailTo(name: string): Promise<string> {
        const [mail] = await scene.mailOf(name);
        return tokenOf(mail.text);
      }

      beforeEach(async () => {
        const preferences = {
          'approval-needed': ['mail' as const],
          'approval-reminder': [],
          'approval-escalated': [],
          'request-progress': [],
        };
        await world.messages.preferences.save(person('leo'), preferences);
      });

      it('decide once, for the person they were sent to alone', async () => {
        const id = await open();
        const { links } = world.answering;
        const token = await mailTo('leo');
        expect(await scene.chatOf('leo')).toEqual([]);
        const rows = JSON.stringify(await world.knex('decision_links'));
        expect(rows).not.toContain(token);

        const look = await links.look(person('leo'), token);
        expect(look).toMatchObject({ usable: true, request: { id } });
        await expect(links.look(person('sam'), token)).rejects.toThrow(
          'sent to somebody else',
        );
        await expect(
          links.use(person('sam'), { ...approve, token }),
        ).rejects.toThrow('sent to somebody else');
        await expect(
          links.use(person('leo', 'plugin:scaffolder'), { ...approve, token }),
        ).rejects.toThrow('Only a person');
        await expect(
          links.use(person('leo'), { ...approve, token: 'x'.repeat(43) }),
        ).rejects.toThrow('no such link');
        expect(await statusOf(id)).toBe('pending');

        await links.use(person('leo'), { ...approve, token });

        expect(await statusOf(id)).toBe('approved');
        await expect(
          links.use(person('leo'), { ...approve, token }),
        ).rejects.toThrow('approved already');
        expect(await links.look(person('leo'), token)).toMatchObject({
          usable: false,
          reason: expect.stringContaining('approved already'),
        });
        const failures = world.auditor.events.filter(
          event => event === 'decision-link-use failed',
        );
        expect(failures).toHaveLength(4);
      });

      it('decide once, though somebody opens them in two places at once', async () => {
        world.catalog.replace(group('finance', { members: ['leo', 'frank'] }));
        const id = await open({ size: 'large' });
        const token = await mailTo('leo');

        const results = await Promise.allSettled([
          world.answering.links.use(person('leo'), { ...approve, token }),
          world.answering.links.use(person('leo'), { ...approve, token }),
        ]);

        expect(results.map(({ status }) => status).sort()).toEqual([
          'fulfilled',
          'rejected',
        ]);
        const { stages } = (await world.store.findRequest(id))!;
        expect(stages.flatMap(({ votes }) => votes)).toHaveLength(1);
      });

      it('say that they were used while the request still waits', async () => {
        await open({ size: 'large' });
        const token = await mailTo('leo');
        const { links } = world.answering;
        const id = await links.use(person('leo'), { ...approve, token });
        expect(await statusOf(id)).toBe('pending');
        expect(await links.look(person('leo'), token)).toMatchObject({
          usable: false,
          reason: expect.stringContaining('used already'),
        });
      });

      it('end with the due time, and with the right to decide', async () => {
        const id = await open();
        const token = await mailTo('leo');
        const { links } = world.answering;
        world.catalog.replace(group('payments', { lead: 'user:default/erin' }));
        await expect(
          links.use(person('leo'), { ...approve, token }),
        ).rejects.toThrow('not one of the approvers');
        world.catalog.replace(group('payments', { lead: 'user:default/leo' }));

        scene.clock.advance(4 * HOUR + 1);

        await expect(
          links.use(person('leo'), { ...approve, token }),
        ).rejects.toThrow('expired');
        expect(await statusOf(id)).toBe('pending');
      });
    });

    it('takes up answers and deliveries that a killed process has left', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');
      await scene.press(asked, { action: 'approve', by: 'leo' });
      expect(await statusOf(id)).toBe('pending');

      const { knex } = world;
      world = await createWorld(knex, {
        providers: scene.providers,
        clock: scene.clock,
      });
      await settle();

      expect(await statusOf(id)).toBe('approved');
      expect((await scene.chatOf('leo'))[0].buttons).toEqual([]);
    });

    it('votes when catalog and messenger are back, and tells of it once', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');
      world.catalog.failure = new Error('the catalog is down');
      await scene.press(asked, { action: 'approve', by: 'leo' });
      await world.answering.inbox.drain();
      expect(await statusOf(id)).toBe('pending');

      world.catalog.failure = undefined;
      scene.clock.advance(1_000);
      await settle();

      expect(await statusOf(id)).toBe('approved');
      expect(await scene.chatOf('leo')).toHaveLength(1);
    });

    it('has no buttons and takes no answers where chat may not decide', async () => {
      const id = await open();
      const [asked] = await scene.chatOf('leo');
      const { knex } = world;
      world = await createWorld(knex, {
        providers: scene.providers,
        clock: scene.clock,
        chatVotes: false,
      });
      scene.takeAnswers(world.answering.answers);

      await press(asked, { action: 'approve', by: 'leo' });
      expect(await statusOf(id)).toBe('pending');
      await world.store.replaceApprovers(
        (await world.store.findRequest(id))!.stages[0].id,
        { users: ['user:default/leo', 'user:default/erin'] },
        scene.clock.time.toISOString(),
      );
      await world.deliverAll();
      expect((await scene.chatOf('leo'))[0].buttons).toEqual([]);
    });
  },
);

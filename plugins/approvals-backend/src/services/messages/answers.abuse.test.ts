import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import fc from 'fast-check';
import { person } from '../../__testUtils__/person';
import {
  offlineSlack,
  SIGNING_SECRET,
  signedBySlack,
  slackBody,
  slackPress,
  slackSubmission,
  TRIGGER,
} from '../../__testUtils__/slackDelivery';
import { createWorld, TestClock } from '../../__testUtils__/world';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
const HOSTILE = [
  '__proto__',
  'constructor',
  "'; drop table votes; --",
  '\u0000',
  '\ud800',
  '<!channel>',
  '{"requestId":',
  'null',
  '9'.repeat(400),
];

describe('what is sent in a messenger’s name', () => {
  async function setUp() {
    const clock = new TestClock();
    const slack = offlineSlack({
      // Whatever comes in is taken for what the one approver sends.
      email: 'leo@example.com',
      clock: { now: () => clock.time.getTime() },
    });
    const world = await createWorld(await databases.init('SQLITE_3'), {
      providers: [slack],
      clock,
    });
    world.scaffolder.addTask('t1');
    const { request } = await world.gates.openGate(
      { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    const { id: requestId, stages } = request!;
    const value = JSON.stringify({ requestId, stageId: stages[0].id });
    const sign = (
      payload: unknown,
      options: Parameters<typeof signedBySlack>[1] = {},
    ) =>
      signedBySlack(slackBody(payload), {
        now: clock.time.getTime(),
        ...options,
      });
    const { answers, inbox } = world.answering;
    const receive = (delivery: ReturnType<typeof sign>) =>
      answers.receive('slack', delivery);
    const votes = async () => {
      await inbox.drain();
      return (await world.knex('votes')).length;
    };
    return { world, slack, clock, requestId, value, sign, receive, votes };
  }

  it('counts when it is genuine: everything below could have worked', async () => {
    const { receive, sign, value, votes } = await setUp();
    await receive(sign(slackPress({ action: 'approve', value })));
    expect(await votes()).toBe(1);
  });

  it('counts as a rejection when it is the dialog of one, once', async () => {
    const { world, receive, sign, value, votes, requestId } = await setUp();
    const dialog = { action: 'reject', value, comment: 'Too dear.' };
    await receive(sign(slackSubmission(dialog)));
    await receive(sign(slackSubmission(dialog)));
    expect(await votes()).toBe(1);
    expect((await world.store.findRequest(requestId))!).toMatchObject({
      status: 'rejected',
      outcomeComment: 'Too dear.',
    });
  });

  it('is told what to do where a rejection comes without its comment', async () => {
    const { slack, receive, sign, value, votes } = await setUp();
    await receive(sign(slackSubmission({ action: 'reject', value })));
    expect(await votes()).toBe(0);
    expect(slack.replies.join()).toContain('A rejection needs a comment');
  });

  it('counts for nothing when its dialog does not open, which is said', async () => {
    const { world, slack, receive, sign, value, votes } = await setUp();
    const press = slackPress({ action: 'reject', value, asks: 'Why?' });
    await receive(sign(press));
    await receive(sign(press));
    // All that an attempt leaves behind.
    expect(await world.knex('message_answers')).toHaveLength(1);
    const stored = JSON.stringify(await world.knex('message_answers'));

    expect(await votes()).toBe(0);
    expect(slack.replies).toEqual([
      expect.stringContaining('press Reject again'),
    ]);
    expect(
      JSON.stringify([stored, slack.replies, world.auditor.metas]),
    ).not.toContain(TRIGGER);
  });

  it.each([
    ['forged', { secret: 'another' }],
    ['old', { ageSeconds: 301 }],
    ['from the future', { ageSeconds: -301 }],
  ])('is refused and audited when it is %s', async (_what, how) => {
    const { world, receive, sign, value, votes } = await setUp();
    const press = slackPress({ action: 'approve', value });

    await expect(receive(sign(press, how))).rejects.toMatchObject({
      name: 'AuthenticationError',
    });

    expect(world.auditor.events).toContain('message-answer-receive failed');
    expect(await world.knex('message_answers')).toEqual([]);
    expect(await votes()).toBe(0);
  });

  it('is refused when a byte, the time or the signature was changed', async () => {
    const { receive, sign, value, votes } = await setUp();
    const { headers, body } = sign(slackPress({ action: 'reject', value }));
    const changed = Buffer.from(body.toString().replace('reject', 'approve'));
    const time = String(Number(headers['x-slack-request-timestamp']) + 1);
    for (const delivery of [
      { headers, body: changed },
      { headers, body: Buffer.concat([body, Buffer.from(' ')]) },
      { headers: { ...headers, 'x-slack-request-timestamp': time }, body },
      { headers: { ...headers, 'x-slack-request-timestamp': '' }, body },
      { headers: { ...headers, 'x-slack-signature': 'v0=' }, body },
      { headers: { ...headers, 'x-slack-signature': undefined }, body },
      { headers: {}, body },
    ]) {
      await expect(receive(delivery)).rejects.toMatchObject({
        name: 'AuthenticationError',
      });
    }
    expect(await votes()).toBe(0);
  });

  it('counts once when it is replayed', async () => {
    const { world, receive, sign, value, votes, requestId } = await setUp();
    const delivery = sign(slackPress({ action: 'approve', value }));
    await receive(delivery);
    expect(await votes()).toBe(1);

    await Promise.all([receive(delivery), receive(delivery)]);

    expect(await votes()).toBe(1);
    expect(
      world.auditor.events.filter(
        event => event === 'message-answer-receive failed',
      ),
    ).toHaveLength(2);
    expect(await world.knex('message_answers')).toHaveLength(1);
    const { status } = (await world.store.findRequest(requestId))!;
    expect(status).toBe('approved');
  });

  it('is refused for a provider that is not there, or takes no answers', async () => {
    const { world, sign, value } = await setUp();
    const delivery = sign(slackPress({ action: 'approve', value }));
    for (const id of ['mail', 'slack:other', '__proto__', '']) {
      await expect(
        world.answering.answers.receive(id, delivery),
      ).rejects.toMatchObject({ name: 'NotFoundError' });
    }
  });

  it('does not decide what was decided', async () => {
    const { world, slack, receive, sign, value, requestId } = await setUp();
    await world.requests.cancel(person('dana'), requestId, undefined);

    await receive(sign(slackPress({ action: 'approve', value })));
    await world.answering.inbox.drain();

    expect((await world.store.findRequest(requestId))!.status).toBe(
      'cancelled',
    );
    expect(slack.replies.join()).toContain('has been cancelled already');
    expect(world.auditor.events).toContain('vote-cast failed');
  });

  it('never votes, breaks or tells a secret, whatever 10,000 payloads are', async () => {
    const { world, slack, receive, sign, value, votes, clock } = await setUp();
    const { requestId, stageId } = JSON.parse(value);
    const text = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(...HOSTILE),
    );
    const wild = fc.oneof(
      text,
      fc.jsonValue({ maxDepth: 1 }),
      fc.constant(undefined),
    );
    /** Mostly something of the right kind. */
    const mostly = <T>(usual: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: wild });
    // Right but for one thing, or not at all.
    const target = fc.oneof(
      fc.record({ requestId: fc.constant(requestId), stageId: wild }),
      fc.record({ requestId: wild, stageId: fc.constant(stageId) }),
      fc.constant({ requestId, stageId: randomUUID() }),
      fc.constant({ requestId: randomUUID(), stageId }),
      fc.constant([requestId, stageId]),
      wild,
    );
    const rightPress = (more: object) => ({
      ...slackPress({ action: 'reject', value, now: clock.time.getTime() }),
      ...more,
    });
    const payload = fc.oneof(
      wild,
      // A rejection without a comment is no vote.
      fc
        .record({ user: wild, container: wild, message: wild, state: wild })
        .map(rightPress),
      // Nor is one by a dialog that says something else than was pressed.
      fc.record({ user: wild, view: wild }).map(more => ({
        ...slackSubmission({ action: 'reject', value }),
        ...more,
      })),
      fc
        .record({
          callback_id: mostly(fc.constant('self-service-dialog')),
          private_metadata: fc.oneof(
            wild,
            fc
              .record({
                action: mostly(fc.constantFrom('approve', 'reject')),
                value: mostly(target.map(one => JSON.stringify(one) ?? '')),
                conversation: mostly(fc.constant('D0LEO')),
                message: mostly(fc.constant('1700000000.000100')),
                thread: wild,
              })
              .map(one => JSON.stringify(one)),
          ),
          state: mostly(
            fc.record({
              values: fc.record({
                'self-service-comment': mostly(
                  fc.record({ comment: mostly(fc.record({ value: wild })) }),
                ),
              }),
            }),
          ),
        })
        .map(view => ({
          type: 'view_submission',
          user: { id: 'U0LEO' },
          view,
        })),
      fc
        .record({
          type: mostly(fc.constant('block_actions')),
          actions: mostly(
            fc.array(
              fc.record({
                action_id: mostly(
                  fc.constantFrom(
                    'self-service:approve',
                    'self-service:',
                    'self-service-dialog:reject',
                  ),
                ),
                value: mostly(target.map(one => JSON.stringify(one) ?? '')),
                action_ts: mostly(fc.constant('1700000000.1')),
              }),
              { minLength: 1, maxLength: 2 },
            ),
          ),
        })
        .map(rightPress),
    );
    const delivery = fc.oneof(
      { weight: 8, arbitrary: payload.map(one => sign(one)) },
      // Signed all the same: no payload at all.
      {
        weight: 1,
        arbitrary: fc
          .uint8Array({ maxLength: 200 })
          .map(bytes =>
            signedBySlack(Buffer.from(bytes), { now: clock.time.getTime() }),
          ),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          headers: fc.dictionary(
            fc.constantFrom('x-slack-signature', 'x-slack-request-timestamp'),
            text,
          ),
          body: fc
            .uint8Array({ maxLength: 200 })
            .map(bytes => Buffer.from(bytes)),
        }),
      },
    );
    const refusals: Record<string, number> = {};
    const words: string[] = [];

    await fc.assert(
      fc.asyncProperty(delivery, async one => {
        try {
          await receive(one);
          refusals.none = (refusals.none ?? 0) + 1;
        } catch (error) {
          const { name, message } = error as Error;
          refusals[name] = (refusals[name] ?? 0) + 1;
          words.push(message);
        }
      }),
      { numRuns: 10_000 },
    );

    // What is no answer, what is not understood, and what nobody has signed.
    expect(Object.keys(refusals).sort()).toEqual([
      'AuthenticationError',
      'InputError',
      'none',
    ]);
    expect(await votes()).toBe(0);
    const answers = await world.knex('message_answers');
    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter(({ done_at: done }) => !done)).toEqual([]);
    expect(
      answers.filter(({ outcome }) => !/^refused: \w+Error$/.test(outcome)),
    ).toEqual([]);
    const said = JSON.stringify([
      words,
      slack.replies,
      world.auditor.metas,
      answers,
    ]);
    expect(said).not.toContain(SIGNING_SECRET);
    expect(said).not.toContain('canary-of-the-bot-token');
    expect(said).not.toContain(TRIGGER);
  });
});

import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import { decideAfterVote } from '@self-service/plugin-approvals-common';
import { AT, decisionRecord, newRequest } from '../__testUtils__/records';
import { DatabaseAnswerStore } from './AnswerStore';
import { DatabaseApprovalsStore } from './DatabaseApprovalsStore';
import { DatabaseLinkStore } from './LinkStore';
import { DatabasePreferenceStore } from './PreferenceStore';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const leo = 'user:default/leo';
const LATER = '2026-11-22T10:00:30.000Z';

describe.each(databases.eachSupportedId())(
  'stores of messages on %s',
  databaseId => {
    async function setUp() {
      const knex = await databases.init(databaseId);
      const store = await DatabaseApprovalsStore.create(
        mockServices.database({ knex }),
      );
      return { knex, store };
    }

    it('keep each person’s choices, and replace them', async () => {
      const { knex } = await setUp();
      const preferences = new DatabasePreferenceStore(knex);
      const chosen = {
        'approval-needed': ['chat' as const, 'mail' as const],
        'approval-reminder': [],
        'approval-escalated': ['mail' as const],
        'request-progress': [],
      };

      await preferences.save(leo, chosen);
      await preferences.save('user:default/erin', chosen);
      await preferences.save(leo, { ...chosen, 'request-progress': ['mail'] });

      const read = await preferences.read([leo, 'user:default/dana']);
      expect([...read]).toEqual([
        [leo, { ...chosen, 'request-progress': ['mail'] }],
      ]);
    });

    it('use a link up together with one vote, of several at once', async () => {
      const { knex, store } = await setUp();
      const links = new DatabaseLinkStore(knex);
      const decision = decisionRecord();
      const request = newRequest(decision, {
        stages: [{ quorum: 2, users: [leo, 'user:default/erin'] }],
      });
      await store.saveDecision(decision, request);
      const stageId = (await store.findRequest(request.id))!.stages[0].id;
      const link = { tokenHash: 'h', person: leo, stageId, createdAt: AT };
      await links.add({ ...link, requestId: request.id });
      const vote = async (voter: string) =>
        store.castVote(
          {
            requestId: request.id,
            stageId,
            voter,
            verdict: 'approve',
            link: 'h',
            at: AT,
          },
          (stages, votes) =>
            decideAfterVote({
              stages,
              stageId,
              verdict: 'approve',
              approvals: votes.length,
            }),
        );

      expect(await vote('user:default/erin')).toEqual({ outcome: 'link-used' });
      expect((await links.find('h'))?.usedAt).toBeUndefined();
      const outcomes = await Promise.all([vote(leo), vote(leo), vote(leo)]);
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
        'counted',
        'link-used',
        'link-used',
      ]);
      expect((await links.find('h'))?.usedAt).toBe(AT);
      expect(await links.find('other')).toBeUndefined();
      await store.withdrawVote({ requestId: request.id, voter: leo, at: AT });
      expect(await vote(leo)).toEqual({ outcome: 'link-used' });
      const { stages } = (await store.findRequest(request.id))!;
      expect(stages[0].votes).toEqual([]);
    });

    it('take an answer once, whoever takes it, and forget what it said', async () => {
      const { knex } = await setUp();
      const answers = new DatabaseAnswerStore(knex);
      const answer = {
        deliveryId: 'x',
        action: 'approve',
        value: '{}',
        comment: 'fine\u0000',
        message: { provider: 'slack', conversation: 'D1', message: '1.1' },
        answerer: 'U1',
        answeredAt: AT,
      };
      const add = () => answers.add({ provider: 'slack', answer, at: AT });

      const added = await Promise.all([add(), add(), add(), add()]);

      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await answers.add({ provider: 'chat', answer, at: LATER })).toBe(
        true,
      );
      const [due, ...more] = await answers.listDue(AT, 10);
      expect(more).toEqual([]);
      expect(due).toMatchObject({ provider: 'slack', answer, attempts: 0 });
      const claims = await Promise.all([
        answers.claim(due, LATER),
        answers.claim(due, LATER),
      ]);
      expect(claims.sort()).toEqual([false, true]);
      expect(await answers.listDue(AT, 10)).toEqual([]);
      await answers.postpone(due, AT);
      const [again] = await answers.listDue(AT, 10);
      expect(again.attempts).toBe(1);
      await answers.markDone(again, { outcome: 'counted', at: AT });
      expect(await answers.listDue(AT, 10)).toEqual([]);
      const done = await knex('message_answers').where({ provider: 'slack' });
      expect(done).toMatchObject([{ answer: null, outcome: 'counted' }]);
      // Still known, so that it does not count again.
      expect(await add()).toBe(false);
      await answers.deleteDone(LATER);
      expect(await add()).toBe(true);
    });
  },
);

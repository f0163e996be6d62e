import { TestDatabases } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { JsonObject } from '@backstage/types';
import { group, user } from '../../__testUtils__/organisation';
import { person } from '../../__testUtils__/person';
import { createWorld, World } from '../../__testUtils__/world';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });
const HOUR = 3_600_000;
const leo = 'user:default/leo';
const dana = 'user:default/dana';

describe.each(databases.eachSupportedId())(
  'MessageFanOut on %s',
  databaseId => {
    let world: World;

    beforeEach(async () => {
      world = await createWorld(await databases.init(databaseId));
    });

    async function open(parameters: JsonObject = {}): Promise<string> {
      world.scaffolder.addTask('t1', { parameters });
      const { request } = await world.gates.openGate(
        { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
        'plugin:scaffolder',
      );
      return request!.id;
    }

    /** Delivers, and gives what was sent since the last time. */
    async function told() {
      await world.deliverAll();
      return world.notifications
        .splice(0)
        .map(({ to, title }) => `${to.sort().join(' ')}: ${title}`)
        .sort();
    }

    const after = async (milliseconds: number) => {
      world.clock.advance(milliseconds);
      await world.timers.tick();
    };

    it('tells approvers and requester what happens, each thing once', async () => {
      const id = await open();
      const name = 'Database: databases/orders (production)';
      await world.deliverAll();
      expect(world.notifications).toEqual([
        {
          to: [leo],
          title: `Approval needed: ${name}`,
          description: `dana asks for "${name}". Due 2026-11-22 14:00 UTC. Production changes need the approval of the team's lead.`,
          severity: 'normal',
          link: `/approvals/${id}`,
          topic: 'approvals',
          scope: expect.stringMatching(new RegExp(`^${id}:.+:stage-opened$`)),
        },
      ]);
      world.notifications.length = 0;

      await after(1.5 * HOUR);
      expect(await told()).toEqual([
        `${leo}: Still waiting for your approval: ${name}`,
      ]);
      await after(0.5 * HOUR);
      expect(await told()).toEqual([
        `${leo}: Escalated: ${name} needs an approval`,
        `user:default/paula: Escalated: ${name} needs an approval`,
      ]);
      await after(2 * HOUR);
      expect(await told()).toEqual([
        `${dana}: Nobody decided in time: ${name}`,
      ]);
      await after(24 * HOUR);
      expect(await told()).toEqual([]);
    });

    it('tells the requester who has rejected and why', async () => {
      const id = await open();
      await told();

      await world.votes.castVote(person('leo'), id, {
        verdict: 'reject',
        comment: 'Use the shared one.',
      });
      await world.deliverAll();

      expect(world.notifications).toMatchObject([
        {
          to: [dana],
          description:
            'Rejected by leo on 2026-11-22 10:00 UTC. Use the shared one. Nothing after the gate was done; start a new run to ask again.',
        },
      ]);
    });

    it('calls people and groups by their names', async () => {
      const called = (entity: Entity, displayName: string) =>
        world.catalog.replace({
          ...entity,
          spec: {
            ...entity.spec,
            profile: { ...(entity.spec?.profile as object), displayName },
          },
        });
      called(user('leo', 'payments', 'security'), 'Leo Lind');
      called(user('dana', 'payments'), 'Dana Dale');
      called(
        group('payments', {
          lead: leo,
          parent: 'engineering',
          members: ['dana', 'leo'],
        }),
        'Payments Team',
      );
      const id = await open({ size: 'large' });
      await world.deliverAll();
      expect(world.notifications.splice(0)).toContainEqual(
        expect.objectContaining({
          to: [leo],
          description: expect.stringMatching(/^Dana Dale asks for /),
        }),
      );
      const lead = (await world.store.findRequest(id))!.stages[0];
      await world.votes.castVote(person('leo'), id, {
        verdict: 'approve',
        stageId: lead.id,
      });
      await world.deliverAll();
      expect(world.notifications.splice(0)).toMatchObject([
        {
          to: [dana],
          description:
            'lead of Payments Team: approved by Leo Lind. It still waits for finance.',
        },
      ]);
      await world.votes.castVote(person('fiona'), id, {
        verdict: 'reject',
        comment: 'Ask user:default/leo for group:default/payments',
      });
      await world.deliverAll();
      expect(world.notifications).toMatchObject([
        {
          to: [dana],
          description: expect.stringContaining(
            'UTC. Ask Leo Lind for Payments Team. Nothing after the gate',
          ),
        },
      ]);
    });

    it('spares people what has no point any more', async () => {
      const id = await open();
      await world.requests.cancel(person('dana'), id, 'changed my mind');

      // Neither the approver of a closed stage, nor who has cancelled.
      expect(await told()).toEqual([]);
    });

    it('tells at once of a stage that nobody can decide, and when it is mended', async () => {
      world.catalog.replace(group('payments', {}));
      const id = await open();
      const name = 'Database: databases/orders (production)';

      expect(await told()).toEqual([
        `${dana}: Nobody can decide: ${name}`,
        `user:default/paula: Nobody can decide: ${name}`,
      ]);
      const { request } = await world.requests.getDetail(person('dana'), id);
      expect(request.stages[0].problem).toContain('Group payments has no lead');
      await world.refresher.refreshAll();
      expect(await told()).toEqual([]);

      world.catalog.replace(group('payments', { lead: leo }));
      await world.refresher.refreshAll();

      expect(await told()).toEqual([`${leo}: Approval needed: ${name}`]);
      await world.votes.castVote(person('leo'), id, { verdict: 'approve' });
      expect(await told()).toEqual([`${dana}: Approved: ${name}`]);
    });

    it('tells of a stage that loses its last approver, or its last vote', async () => {
      world.catalog.replace(group('finance', { members: ['leo'] }));
      const id = await open({ size: 'large' });
      await told();
      const lead = (await world.store.findRequest(id))!.stages[0];

      // Leo leads the team and is all of finance; his vote counts once.
      await world.votes.castVote(person('leo'), id, {
        verdict: 'approve',
        stageId: lead.id,
      });

      const name = 'Database: databases/orders (production)';
      expect(await told()).toEqual([
        `${dana}: Nobody can decide: ${name}`,
        `${dana}: One stage approved: ${name}`,
        `user:default/paula: Nobody can decide: ${name}`,
      ]);
      const { history } = await world.requests.getDetail(person('dana'), id);
      expect(history.at(-1)).toMatchObject({
        event: 'stage stuck',
        detail: expect.stringContaining('has voted already'),
      });
    });
  },
);

import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { group, organisation, user } from '../__testUtils__/organisation';
import { ApproverResolver } from './ApproverResolver';

const people = ['leo', 'dana', 'erin', 'lena'].map(name => user(name));

function resolver(entities: Entity[]) {
  return new ApproverResolver({
    catalog: catalogServiceMock({ entities }),
    auth: mockServices.auth({ pluginId: 'approvals' }),
  });
}

const payments = [{ leadOf: 'group:default/payments' }];
const dana = 'user:default/dana';

describe('ApproverResolver', () => {
  it.each([
    {
      name: 'the lead of the team',
      entities: organisation(),
      requester: dana,
      users: ['user:default/leo'],
    },
    {
      name: 'the parent’s lead, where the lead asks',
      entities: organisation(),
      requester: 'user:default/leo',
      users: ['user:default/erin'],
    },
    {
      name: 'the other lead, where one of two asks',
      entities: [
        ...people,
        group('payments', { lead: 'leo, user:default/lena', parent: 'up' }),
      ],
      requester: 'user:default/leo',
      users: ['user:default/lena'],
    },
    {
      name: 'the parent’s lead, where the team has none',
      entities: [
        ...people,
        group('payments', { parent: 'up' }),
        group('up', { lead: 'erin' }),
      ],
      requester: dana,
      users: ['user:default/erin'],
    },
    {
      name: 'the parent’s lead, where the annotation names nobody who exists',
      entities: [
        ...people,
        group('payments', { lead: 'user:default/loe', parent: 'up' }),
        group('up', { lead: 'erin' }),
      ],
      requester: dana,
      users: ['user:default/erin'],
    },
    {
      name: 'a lead by relation',
      entities: [
        ...people,
        {
          ...group('payments'),
          relations: [{ type: 'ledBy', targetRef: 'user:default/lena' }],
        },
      ],
      requester: dana,
      users: ['user:default/lena'],
    },
    {
      name: 'no group and no nonsense as a lead',
      entities: [
        ...people,
        group('payments', { lead: 'group:default/up, ::, ,user:default/leo' }),
        group('up'),
      ],
      requester: dana,
      users: ['user:default/leo'],
    },
  ])('finds $name', async ({ entities, requester, users }) => {
    expect(await resolver(entities).resolve(payments, requester)).toEqual({
      users,
    });
  });

  it.each([
    {
      name: 'a team without any lead',
      entities: [group('payments')],
      requester: dana,
      unresolved:
        'Group payments has no lead: set the annotation self-service/lead on it.',
    },
    {
      name: 'parents that go round in a circle',
      entities: [
        group('payments', { parent: 'up' }),
        group('up', { parent: 'payments' }),
      ],
      requester: dana,
      unresolved: expect.stringContaining('Group payments has no lead'),
    },
    {
      name: 'a parent that is missing',
      entities: [group('payments', { parent: 'nowhere' })],
      requester: dana,
      unresolved: expect.stringContaining('Group payments has no lead'),
    },
    {
      name: 'a lead who asks, with nobody above',
      entities: [...people, group('payments', { lead: 'leo' })],
      requester: 'user:default/leo',
      unresolved: expect.stringContaining('The requester leads group payments'),
    },
    {
      name: 'a team that is not in the catalog',
      entities: people,
      requester: dana,
      unresolved: expect.stringContaining(
        'Group group:default/payments is not in the catalog',
      ),
    },
  ])(
    'says what to change for $name',
    async ({ entities, requester, unresolved }) => {
      expect(await resolver(entities).resolve(payments, requester)).toEqual({
        users: [],
        unresolved,
      });
    },
  );

  it('finds the members of a group, but never the requester', async () => {
    const approvers = [{ group: 'group:default/finance' }];
    const found = resolver(organisation());

    expect(await found.resolve(approvers, dana)).toEqual({
      users: ['user:default/fiona', 'user:default/frank'],
    });
    expect(await found.resolve(approvers, 'user:default/fiona')).toEqual({
      users: ['user:default/frank'],
    });
  });

  it.each([
    [group('finance'), 'Group finance has no members: add somebody to it.'],
    [
      group('finance', { members: ['dana'] }),
      'Group finance has no members but the requester: add somebody to it.',
    ],
    [
      group('other'),
      'Group group:default/finance is not in the catalog: add it, or name another group in the policy data.',
    ],
  ])('says what to change for an empty group', async (entity, unresolved) => {
    expect(
      await resolver([entity]).resolve(
        [{ group: 'group:default/finance' }],
        dana,
      ),
    ).toEqual({ users: [], unresolved });
  });

  it('joins several approvers, each person once', async () => {
    expect(
      await resolver(organisation()).resolve(
        [
          { group: 'group:default/security' },
          ...payments,
          { group: 'group:default/nobody' },
        ],
        dana,
      ),
    ).toEqual({
      users: ['user:default/leo', 'user:default/sven'],
      unresolved: expect.stringContaining('group:default/nobody'),
    });
  });

  it('takes no authority from a catalog that can’t be read', async () => {
    const catalog = catalogServiceMock.mock({
      getEntityByRef: async () => {
        throw new Error('catalog is down');
      },
    });

    await expect(
      new ApproverResolver({
        catalog,
        auth: mockServices.auth({ pluginId: 'approvals' }),
      }).resolve(payments, dana),
    ).rejects.toThrow('catalog is down');
  });

  it('reads the groups of a user', async () => {
    const found = resolver([user('leo', 'security', 'payments')]);

    expect(await found.teamsOf('user:default/leo')).toEqual([
      'group:default/payments',
      'group:default/security',
    ]);
    expect(await found.teamsOf('user:default/nobody')).toEqual([]);
  });
});

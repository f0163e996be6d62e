import { PolicyQueryUser } from '@backstage/plugin-permission-node';
import { createPermission } from '@backstage/plugin-permission-common';
import { DemoPolicy } from './permissionPolicy';

const member = (...groups: string[]) =>
  ({
    info: {
      userEntityRef: 'user:default/x',
      ownershipEntityRefs: groups.map(group => `group:default/${group}`),
    },
  } as PolicyQueryUser);

describe('DemoPolicy', () => {
  it.each<[string, PolicyQueryUser | undefined, string]>([
    ['approvals.request.read', undefined, 'DENY'],
    ['approvals.request.read', member('payments'), 'ALLOW'],
    ['approvals.freeze.read', member('payments'), 'ALLOW'],
    ['approvals.freeze.exempt', member('payments'), 'DENY'],
    ['approvals.freeze.exempt', member('change-managers'), 'ALLOW'],
    ['approvals.freeze.create', member(), 'DENY'],
    ['approvals.freeze.end', member('platform-team'), 'ALLOW'],
    ['approvals.policy.read', member('change-managers'), 'DENY'],
    ['approvals.policy.read', member('platform-team'), 'ALLOW'],
    ['runs.run.list', member('payments'), 'DENY'],
    ['runs.run.operate', member('payments'), 'DENY'],
    ['runs.run.operate', member('platform-team'), 'ALLOW'],
    ['runs.provider.read', member('payments'), 'DENY'],
    ['runs.provider.read', member('platform-team'), 'ALLOW'],
    ['constructor', member('payments'), 'ALLOW'],
  ])('%s for %j: %s', async (name, user, result) => {
    const permission = createPermission({ name, attributes: {} });
    expect(await new DemoPolicy().handle({ permission }, user)).toEqual({
      result,
    });
  });
});

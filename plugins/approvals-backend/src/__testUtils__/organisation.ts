import { Entity } from '@backstage/catalog-model';

/** A user of the given groups, with a mail address of their name. */
export function user(name: string, ...groups: string[]): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default' },
    spec: { memberOf: groups, profile: { email: `${name}@example.com` } },
    relations: groups.map(groupName => ({
      type: 'memberOf',
      targetRef: `group:default/${groupName}`,
    })),
  };
}

/** A group with a lead annotation, a parent and members. */
export function group(
  name: string,
  options: { lead?: string; parent?: string; members?: string[] } = {},
): Entity {
  const { lead, parent, members = [] } = options;
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: {
      name,
      namespace: 'default',
      annotations: lead === undefined ? {} : { 'self-service/lead': lead },
    },
    spec: { type: 'team', parent, children: [] },
    relations: [
      ...members.map(member => ({
        type: 'hasMember',
        targetRef: `user:default/${member}`,
      })),
      ...(parent
        ? [{ type: 'childOf', targetRef: `group:default/${parent}` }]
        : []),
    ],
  };
}

/**
 * Two teams under one department, each with a lead, and the groups that the
 * shipped policy names.
 */
export function organisation(): Entity[] {
  return [
    group('engineering', { lead: 'user:default/erin', members: ['erin'] }),
    group('payments', {
      lead: 'user:default/leo',
      parent: 'engineering',
      members: ['dana', 'leo'],
    }),
    group('search', {
      lead: 'user:default/lena',
      parent: 'engineering',
      members: ['sam', 'lena'],
    }),
    group('finance', { members: ['fiona', 'frank'] }),
    group('security', { members: ['sven', 'leo'] }),
    group('change-managers', { members: ['carl'] }),
    group('platform-team', { members: ['paula', 'dana'] }),
    user('erin', 'engineering'),
    user('leo', 'payments', 'security'),
    user('dana', 'payments'),
    user('lena', 'search'),
    user('sam', 'search'),
    user('fiona', 'finance'),
    user('frank', 'finance'),
    user('sven', 'security'),
    user('carl', 'change-managers'),
    user('paula', 'platform-team'),
  ];
}

import { mockCredentials } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { RecentAnswers } from './RecentAnswers';
import { VisibleTemplates } from './VisibleTemplates';

const template: Entity = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'database', namespace: 'default' },
};

describe('VisibleTemplates', () => {
  const dana = mockCredentials.user('user:default/dana');
  const leo = mockCredentials.user('user:default/leo');
  const getEntityByRef = jest.fn(async (ref, options) =>
    ref === 'template:default/database' && options?.credentials === dana
      ? template
      : undefined,
  );
  const templates = new VisibleTemplates({
    catalog: { getEntityByRef },
    recent: new RecentAnswers({ milliseconds: 10_000 }),
  });

  it('reads once for one person, and never answers another with it', async () => {
    expect(await templates.get('database', dana)).toBe(template);
    expect(await templates.get('Template:default/Database', dana)).toBe(
      template,
    );
    expect(getEntityByRef).toHaveBeenCalledTimes(1);

    await expect(templates.get('database', leo)).rejects.toThrow(
      'There is no template template:default/database that you can see',
    );
    const byPlugin = mockCredentials.user('user:default/dana', {
      actor: { subject: 'plugin:scaffolder' },
    });
    await expect(templates.get('database', byPlugin)).rejects.toThrow(
      'no template',
    );
  });

  it.each(['component:default/database', 'a:b:c', ''])(
    'refuses %p, which names no template',
    async ref => {
      await expect(templates.get(ref, dana)).rejects.toThrow('templateRef');
    },
  );
});

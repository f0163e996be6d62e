import { mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { EntityNames } from './EntityNames';

function entity(kind: string, name: string, rest: Partial<Entity>): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    ...rest,
    metadata: { name, ...rest.metadata },
  };
}

const ENTITIES: Record<string, Entity> = {
  'user:default/dana': entity('User', 'dana', {
    spec: { profile: { displayName: 'Dana Jones' } },
  }),
  'group:default/payments': entity('Group', 'payments', {
    metadata: { name: 'payments', title: 'Payments Team' },
    spec: { profile: { displayName: ' ' } },
  }),
  'user:default/nameless': entity('User', 'nameless', {}),
};

function setUp(getEntityByRef = async (ref: unknown) => ENTITIES[String(ref)]) {
  const read = jest.fn(getEntityByRef);
  const names = EntityNames.create({
    catalog: { getEntityByRef: read },
    auth: mockServices.auth(),
  });
  return { names, read };
}

describe('EntityNames', () => {
  it('knows display names and titles, and else the name in the ref', async () => {
    const { names, read } = setUp();
    const name = await names.read([
      'user:default/dana',
      'user:default/dana',
      'group:default/payments',
      'user:default/nameless',
      'group:default/gone',
    ]);
    expect(read).toHaveBeenCalledTimes(4);
    expect(
      [
        'user:default/dana',
        'group:default/payments',
        'user:default/nameless',
        'group:default/gone',
        'user:default/not-asked-for',
      ].map(name),
    ).toEqual([
      'Dana Jones',
      'Payments Team',
      'nameless',
      'gone',
      'not-asked-for',
    ]);
  });

  it('names people in a text, and leaves the rest of it alone', async () => {
    const { names } = setUp();
    expect(
      await names.nameIn(
        'Rejected by user:default/dana. Ask group:default/payments, or user:ops/a.b: see component:default/x.',
      ),
    ).toBe(
      'Rejected by Dana Jones. Ask Payments Team, or a.b: see component:default/x.',
    );
  });

  it('goes without the catalog', async () => {
    const { names } = setUp(async () => {
      throw new Error('down');
    });
    expect(await names.nameIn('By user:default/dana.')).toBe('By dana.');
  });

  it('asks nobody for a text without names', async () => {
    const { names, read } = setUp();
    expect(await names.nameIn('Everything is in place.')).toBe(
      'Everything is in place.',
    );
    expect(read).not.toHaveBeenCalled();
  });
});

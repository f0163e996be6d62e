import { mockServices } from '@backstage/backend-test-utils';
import { JsonObject } from '@backstage/types';
import { attemptOf, scaffolderWith } from '../__testUtils__/fakes';
import { describeRun, findEntityRefs } from './describeRun';
import { RunContext } from './RunContext';

describe('findEntityRefs', () => {
  it.each<[JsonObject, string[]]>([
    [{ a: 'component:default/cart' }, ['component:default/cart']],
    [{ a: 'Component:Cart' }, ['component:default/cart']],
    [
      { a: ['system:shop', 'resource:x/db'], b: 'system:shop' },
      ['system:default/shop', 'resource:x/db'],
    ],
    [{ a: 'group:default/payments', b: 'user:dana' }, []],
    [{ a: 'cart', b: 'https://example.com', c: 'component:', d: 7 }, []],
    [{ a: 'component: see the wiki' }, []],
  ])('%j', (parameters, expected) => {
    expect(findEntityRefs(parameters)).toEqual(expected);
  });
});

describe('describeRun', () => {
  const describeWith = async (
    selfService: JsonObject | undefined,
    parameters: JsonObject,
    memberOf: string[] = [],
  ) => {
    const { context } = attemptOf('act');
    Object.assign(context.user!, {
      entity: {
        relations: memberOf.map(targetRef => ({ type: 'memberOf', targetRef })),
      },
    });
    const run = await RunContext.read(context, {
      auth: mockServices.auth(),
      scaffolder: scaffolderWith(
        [
          { id: 'gate', action: 'approval:request', input: { selfService } },
          { id: 'act', action: 'x' },
        ] as never,
        parameters,
      ),
    });
    return describeRun(run);
  };
  const SPEC = { operation: 'o', environment: 'dev', cost: 1 };

  it('tells team, behaviour and entities, from whichever step', async () => {
    expect(
      await describeWith(
        {
          ...SPEC,
          team: { parameter: 'owner' },
          affects: { parameter: 'affected' },
          onFailure: 'rollback',
          holdHours: 48,
        },
        {
          owner: 'search',
          system: 'system:default/shop',
          affected: ['payments', 'component:cart'],
        },
      ),
    ).toEqual({
      templateRef: 'template:default/database',
      requester: 'user:default/dana',
      team: 'group:default/search',
      onFailure: 'rollback',
      holdHours: 48,
      entityRefs: ['system:default/shop', 'component:default/cart'],
    });
  });

  it("takes the requester's team where none is declared", async () => {
    const { team } = await describeWith(SPEC, {}, ['group:default/payments']);
    expect(team).toBe('group:default/payments');
  });

  it('leaves out what a malformed declaration says', async () => {
    expect(await describeWith({ onFailure: 'panic' }, {})).toMatchObject({
      onFailure: undefined,
      entityRefs: [],
    });
  });
});

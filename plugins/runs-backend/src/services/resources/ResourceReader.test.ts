import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { TestDatabaseId } from '@backstage/backend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { ResourceFilter } from '@self-service/plugin-runs-common';
import { createReplica, TestClock } from '../../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../../__testUtils__/databases';
import {
  OPERATOR,
  PEOPLE,
  STRANGER,
  TEAM,
} from '../../__testUtils__/resourceScene';
import { REQUESTER } from '../../__testUtils__/rollbackScene';
import { DatabaseEffectStore } from '../../database/DatabaseEffectStore';
import { DatabaseResourceStore } from '../../database/DatabaseResourceStore';
import { NewResource } from '../../database/ResourceStore';

jest.setTimeout(60_000);

const MINUTE = 60_000;
const credentialsOf = (ref: string) => mockCredentials.user(ref);

const newResource = (
  id: string,
  minutes: number,
  more: Partial<NewResource> = {},
): NewResource => ({
  id,
  title: `Database: ${id}`,
  kind: 'PostgreSQL database',
  name: id,
  templateRef: 'template:default/database',
  requester: REQUESTER,
  team: TEAM,
  environment: 'dev',
  monthlyCost: 50,
  lifecycle: {
    remove: 'template:default/deletion',
    change: 'template:default/change',
  },
  createdAt: new Date(Date.UTC(2026, 0, 5) + minutes * MINUTE),
  ...more,
});

describe.each(databases.eachSupportedId())('ResourceReader on %p', id => {
  async function setup(allowed = false) {
    const database = await openTestDatabase(id as TestDatabaseId);
    const clock = new TestClock();
    const now = await clock.now();
    const resources = DatabaseResourceStore.create(database);
    const replica = createReplica({
      database,
      clock,
      entities: PEOPLE,
      permissions: mockServices.permissions({
        result: allowed ? AuthorizeResult.ALLOW : AuthorizeResult.DENY,
      }),
    });
    const add = (...args: Parameters<typeof newResource>) =>
      resources.insert(newResource(...args), now);
    await add('one', 1);
    await add('two', 2, {
      monthlyCost: 400,
      requester: 'user:default/colleague',
    });
    await add('three', 3, {
      team: 'group:default/team-b',
      requester: STRANGER,
    });
    await add('four', 4, {
      monthlyCost: undefined,
      kind: 'Access to a secret',
    });
    await add('five', 4, { environment: undefined, monthlyCost: undefined });
    const page = (filter: Partial<ResourceFilter>, by = REQUESTER) =>
      replica.resourceReader.page(
        { view: 'mine', limit: 20, ...filter },
        credentialsOf(by),
      );
    const list = async (...args: Parameters<typeof page>) =>
      (await page(...args)).items.map(item => item.id);
    const read = (one: string, by = REQUESTER) =>
      replica.resourceReader.read(one, credentialsOf(by));
    return { database, clock, resources, replica, page, list, read };
  }

  it('lists what is yours, of your teams, and everybody’s with permission', async () => {
    const { list, page } = await setup();
    expect(await list({})).toEqual(['four', 'five', 'one']);
    expect(await list({ view: 'team' })).toEqual([
      'four',
      'five',
      'two',
      'one',
    ]);
    expect(await list({ view: 'team' }, 'user:default/ghost')).toEqual([]);
    await expect(page({ view: 'all' })).rejects.toMatchObject({
      name: 'NotAllowedError',
    });
    const everybody = await setup(true);
    expect(await everybody.list({ view: 'all' })).toEqual([
      'four',
      'five',
      'three',
      'two',
      'one',
    ]);
  });

  it('goes through pages, with totals of all of them', async () => {
    const { page } = await setup();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, total, monthlyCost, currency, nextCursor } = await page({
        view: 'team',
        limit: 1,
        cursor,
      });
      expect([total, monthlyCost, currency]).toEqual([4, 450, 'USD']);
      seen.push(...items.map(item => item.id));
      cursor = nextCursor;
    } while (cursor);
    expect(seen).toEqual(['four', 'five', 'two', 'one']);
    await expect(page({ cursor: 'x' })).rejects.toThrow('cursor');
    expect(Object.keys(await page({ kind: 'Access to a secret' }))).toEqual([
      'items',
      'total',
      'nextCursor',
    ]);
  });

  it('filters by kind, status, text and entity', async () => {
    const { database, resources, clock, list } = await setup();
    const now = await clock.now();
    const removing = await resources.move(
      (await resources.find('one'))!,
      { status: 'removing' },
      now,
    );
    await resources.move(removing!, { status: 'removed' }, now);
    await database('run_entities').insert([
      { task_id: 'two', entity_ref: 'component:default/cart' },
      { task_id: 'three', entity_ref: 'component:default/cart' },
    ]);
    const team = { view: 'team' as const };
    expect(await list(team)).toEqual(['four', 'five', 'two']);
    expect(await list({ ...team, status: 'removed' })).toEqual(['one']);
    expect(await list({ ...team, kind: 'Access to a secret' })).toEqual([
      'four',
    ]);
    expect(await list({ ...team, text: 'DATABASE: TW' })).toEqual(['two']);
    expect(await list({ ...team, text: '%' })).toEqual([]);
    const entityRef = 'component:default/cart';
    expect(await list({ entityRef })).toEqual(['two']);
    expect(await list({ entityRef }, STRANGER)).toEqual(['three']);
    expect(await list({ entityRef }, 'user:default/ghost')).toEqual([]);
  });

  it('shows one with its parts, and who was to remove it', async () => {
    const { database, resources, clock, replica, read } = await setup();
    const now = await clock.now();
    const effects = DatabaseEffectStore.create(database);
    for (const [taskId, name] of [
      ['one', 'T-1'],
      ['change', 'T-2'],
      ['other', 'T-3'],
    ]) {
      clock.advance(1);
      const at = await clock.now();
      const claim = {
        taskId,
        stepId: 's',
        inputDigest: 'd',
        attempt: 'a',
        capability: 'ticketing',
        provider: 'jira',
        kind: 'ticket',
        name,
      };
      const { effect } = await effects.claim(claim, at, at);
      const url = `https://jira/${name}`;
      await effects.complete(effect.id, { attempt: 'a', url }, at);
    }
    const one = (await resources.find('one'))!;
    const changed = await resources.move(one, {}, now, {
      run: { taskId: 'change', role: 'change' },
    });
    await resources.move(changed!, {}, now, {
      run: { taskId: 'removal', role: 'removal' },
    });
    await replica.runs.register(
      'removal',
      { authorised: true, secretNames: [], requester: REQUESTER },
      now,
    );

    const { resource, removals } = await read('one');
    expect(resource).toMatchObject({
      status: 'present',
      currency: 'USD',
      parts: [
        { name: 'T-1', url: 'https://jira/T-1', status: 'created' },
        { name: 'T-2' },
      ],
    });
    expect(resource.parts).toHaveLength(2);
    expect(removals).toEqual([
      {
        taskId: 'removal',
        status: 'running',
        createdAt: now.toISOString(),
        requester: REQUESTER,
      },
    ]);
  });

  it('shows one to its people, to the platform team, and to no one else', async () => {
    const { read } = await setup();
    for (const by of [REQUESTER, 'user:default/colleague', OPERATOR]) {
      expect((await read('one', by)).resource.id).toBe('one');
    }
    for (const [one, by] of [
      ['one', STRANGER],
      ['none', REQUESTER],
    ]) {
      await expect(read(one, by)).rejects.toMatchObject({
        name: 'NotFoundError',
      });
    }
    const everybody = await setup(true);
    const { resource } = await everybody.read('one', STRANGER);
    expect(resource.actions.remove).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('Only the owning team'),
    });
  });

  it('says what can be done, where, and why not', async () => {
    const { resources, clock, read } = await setup();
    const actionsOf = async (one: string) => (await read(one)).resource.actions;
    expect(await actionsOf('one')).toEqual({
      remove: {
        allowed: true,
        formPath: '/create/templates/default/deletion?resource=one',
      },
      change: {
        allowed: true,
        formPath: '/create/templates/default/change?resource=one',
      },
      extend: {
        allowed: false,
        reason: 'Its template names none that can extend it.',
      },
    });
    expect((await actionsOf('five')).remove).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('is not known, so that policy'),
    });

    const now = await clock.now();
    const removing = await resources.move(
      (await resources.find('one'))!,
      { status: 'removing' },
      now,
    );
    expect((await actionsOf('one')).remove.reason).toBe('It is being removed.');
    const failed = await resources.move(
      removing!,
      { status: 'remove-failed' },
      now,
    );
    const after = await actionsOf('one');
    expect([after.remove.allowed, after.change.allowed]).toEqual([true, false]);
    await expect(
      resources.move(failed!, { status: 'removed' }, now),
    ).rejects.toThrow("is remove-failed and can't become removed");
    expect(await resources.move(removing!, {}, now)).toBeUndefined();
  });
});

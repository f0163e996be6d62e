import { createMockDirectory } from '@backstage/backend-test-utils';
import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import { createProblemError } from '@self-service/plugin-providers-node';
import { attemptOf } from '../__testUtils__/fakes';
import { componentOf, groupOf, locationOf } from '../__testUtils__/FakeCatalog';
import { setupActions } from '../__testUtils__/setupActions';

const RUN_KEY = /^task-1\/repository\/[0-9a-f]{12}$/;

describe('git:repository:create', () => {
  const INPUT: JsonObject = {
    repoUrl: 'github.com?owner=myorg&repo=orders',
    templateRepoUrl: 'github.com?owner=myorg&repo=service-template',
  };
  const of = (input: JsonObject = {}, options: { isDryRun?: boolean } = {}) =>
    attemptOf('repository', { input: { ...INPUT, ...input }, ...options });
  const ACTION = 'git:repository:create';

  it('creates a private one from a template, and says where', async () => {
    const { run, git, runs } = setupActions();
    const tried = of();
    await run(ACTION, tried);
    expect(git.repositories).toEqual([
      expect.objectContaining({
        repository: { host: 'github.com', owner: 'myorg', name: 'orders' },
        template: {
          host: 'github.com',
          owner: 'myorg',
          name: 'service-template',
        },
        visibility: 'private',
        runKey: expect.stringMatching(RUN_KEY),
      }),
    ]);
    expect(tried.outputs).toEqual({
      remoteUrl: 'https://github.com/myorg/orders',
      cloneUrl: expect.stringContaining('https://github.com/myorg/orders'),
      repoContentsUrl: 'https://github.com/myorg/orders/blob/main',
      defaultBranch: 'main',
    });
    expect(runs.effects).toEqual([
      expect.objectContaining({
        status: 'created',
        capability: 'git',
        kind: 'repository',
        name: 'github.com/myorg/orders',
        reference: expect.objectContaining({
          repository: { host: 'github.com', owner: 'myorg', name: 'orders' },
          url: 'https://github.com/myorg/orders',
        }),
      }),
    ]);
  });

  it('finds its own after an answer that was lost, and the second time', async () => {
    const { run, git } = setupActions({
      onFailure: { repository: { retry: { attempts: 1 } } },
    });
    const create = git.createRepository.bind(git);
    let lost = false;
    git.createRepository = async options => {
      const made = await create(options);
      if (!lost) {
        lost = true;
        throw new ServiceUnavailableError('cut');
      }
      return made;
    };
    const tried = of();
    await run(ACTION, tried);
    const again = of();
    await run(ACTION, again);
    expect(git.repositories).toHaveLength(1);
    expect(again.outputs).toEqual(tried.outputs);
  });

  it('commits files of the workspace on top', async () => {
    const { run, git } = setupActions();
    const workspace = createMockDirectory({
      content: { other: { x: 'x' }, service: { 'catalog-info.yaml': 'a' } },
    });
    const tried = attemptOf('repository', {
      input: { ...INPUT, sourcePath: 'service' },
      workspacePath: workspace.path,
    });
    await run(ACTION, tried);
    expect(git.repositories[0].files?.map(({ path }) => path)).toEqual([
      'catalog-info.yaml',
    ]);
  });

  describe('with a team', () => {
    const TEAM = { team: 'group:default/payments' };

    it('gives it a permission, by the name that the git host has for it', async () => {
      const { run, git, catalog, runs } = setupActions();
      await run(ACTION, of(TEAM));
      expect(git.permissions).toEqual(new Map([['payments orders', 'write']]));
      await run(ACTION, of({ team: 'payments', permission: 'admin' }));
      expect(git.permissions).toEqual(new Map([['payments orders', 'admin']]));
      catalog.entities.set(
        'group:default/payments',
        groupOf('payments', {
          'github.com/team-slug': 'myorg/money',
          'gitlab.example.com/team-path': 'company/money',
        }),
      );
      await run(ACTION, of({ ...TEAM, permission: 'read' }));
      expect(git.permissions.get('myorg/money orders')).toBe('read');
      expect(new Set(catalog.askers)).toEqual(new Set(['service']));
      // The repository's rollback takes it along.
      expect(runs.effects).toEqual([
        expect.objectContaining({ kind: 'repository', status: 'created' }),
      ]);
    });

    it('gives it after an answer that was lost', async () => {
      const { run, git } = setupActions({
        onFailure: { repository: { retry: { attempts: 1 } } },
      });
      const give = git.grantTeamPermission!;
      let tries = 0;
      git.grantTeamPermission = async (...input) => {
        const given = await give(...input);
        tries += 1;
        if (tries === 1) {
          throw new ServiceUnavailableError('cut');
        }
        return given;
      };
      const tried = of(TEAM);
      await run(ACTION, tried);
      expect(tries).toBe(2);
      expect(git.repositories).toHaveLength(1);
      expect(tried.outputs.remoteUrl).toBe('https://github.com/myorg/orders');
    });

    it('gives it where the repository is found made already', async () => {
      const { run, git, runs } = setupActions();
      const give = git.grantTeamPermission!;
      git.grantTeamPermission = async () => {
        throw new NotFoundError('No team payments.');
      };
      await expect(run(ACTION, of(TEAM))).rejects.toThrow('No team payments.');
      // A rollback finds the repository.
      expect(runs.effects).toEqual([
        expect.objectContaining({ status: 'created' }),
      ]);
      git.grantTeamPermission = give;
      await run(ACTION, of(TEAM));
      expect(git.permissions.get('payments orders')).toBe('write');
    });

    it.each([
      ['group:default/none', 'The catalog has no group:default/none.'],
      ['user:default/dana', "team 'user:default/dana' is no group."],
      ['a b:c', "team 'a b:c' is no group."],
    ])('creates nothing for %s', async (team, message) => {
      const { run, git } = setupActions();
      await expect(run(ACTION, of({ team }))).rejects.toThrow(message);
      expect(git.repositories).toEqual([]);
    });

    it('creates nothing where the git host gives teams nothing', async () => {
      const { run, git } = setupActions();
      git.grantTeamPermission = undefined;
      await expect(run(ACTION, of(TEAM))).rejects.toMatchObject({
        message: expect.stringContaining('gives teams no permissions'),
      });
      expect(git.repositories).toEqual([]);
      await run(ACTION, of());
      expect(git.repositories).toHaveLength(1);
    });

    it('says in a dry run what it would give', async () => {
      const { run, git } = setupActions();
      const tried = of({ ...TEAM, permission: 'read' }, { isDryRun: true });
      await run(ACTION, tried);
      expect(tried.lines).toContain(
        'Dry run: would give the team payments the permission read on it',
      );
      expect(git.permissions.size).toBe(0);
    });
  });

  it('creates nothing without admission, nor in a dry run', async () => {
    const { run, git, approvals } = setupActions();
    await run(ACTION, of({}, { isDryRun: true }));
    approvals.admission = {
      admitted: false,
      code: 'rejected',
      message: 'It was rejected.',
    };
    await expect(run(ACTION, of())).rejects.toThrow('It was rejected.');
    expect(git.repositories).toEqual([]);
  });
});

describe('catalog:register-component', () => {
  const TARGET = 'https://github.com/myorg/orders/blob/main/catalog-info.yaml';
  const ACTION = 'catalog:register-component';
  const of = (options: Parameters<typeof attemptOf>[1] = {}) =>
    attemptOf('register', {
      input: { repoContentsUrl: 'https://github.com/myorg/orders/blob/main' },
      ...options,
    });
  const setup = (options: Parameters<typeof setupActions>[0] = {}) => {
    const setting = setupActions(options);
    setting.catalog.files.set(TARGET, [componentOf('orders')]);
    return setting;
  };

  it('registers with our service’s credentials, and links the entity', async () => {
    const { run, catalog, runs } = setup();
    const tried = of();
    await run(ACTION, tried);
    expect(catalog.locations.map(({ target }) => target)).toEqual([TARGET]);
    expect(new Set(catalog.askers)).toEqual(new Set(['service']));
    expect(tried.outputs).toEqual({
      entityRef: 'component:default/orders',
      catalogInfoUrl: TARGET,
    });
    expect(runs.record?.entityRefs).toContain('component:default/orders');
    expect(runs.effects).toEqual([
      expect.objectContaining({
        status: 'created',
        capability: 'catalog',
        kind: 'catalog entity',
        url: '/catalog/default/component/orders',
        reference: {
          locationId: `location-${TARGET}`,
          locationTarget: TARGET,
          entityRef: 'component:default/orders',
        },
      }),
    ]);
  });

  it('registers once, also when the answer was lost', async () => {
    const { run, catalog, runs } = setup({
      onFailure: { register: { retry: { attempts: 1 } } },
    });
    const add = catalog.addLocation.bind(catalog);
    let lost = false;
    catalog.addLocation = async (location, options) => {
      const made = await add(location, options);
      if (!location.dryRun && !lost) {
        lost = true;
        throw new ServiceUnavailableError('cut');
      }
      return made;
    };
    await run(ACTION, of());
    await run(ACTION, of());
    expect(catalog.locations).toHaveLength(1);
    expect(runs.effects).toEqual([
      expect.objectContaining({ status: 'created' }),
    ]);
  });

  it('leaves what was registered before to whoever did', async () => {
    const { run, catalog, runs } = setup();
    catalog.locations.push(locationOf('old', TARGET));
    const tried = of();
    await run(ACTION, tried);
    expect(tried.outputs.entityRef).toBe('component:default/orders');
    expect(runs.effects).toEqual([]);
    expect(catalog.locations).toHaveLength(1);
  });

  it('finds what somebody registers at the same moment', async () => {
    const { run, catalog } = setup();
    catalog.onAdd = () => {
      catalog.onAdd = () => {};
      catalog.locations.push(locationOf('other', TARGET));
    };
    const tried = of();
    await run(ACTION, tried);
    expect(tried.outputs.entityRef).toBe('component:default/orders');
  });

  it('tries again while the file is not there yet, then skips', async () => {
    const { run, catalog, runs } = setup({
      onFailure: { register: { retry: { attempts: 2 }, then: 'skip' } },
    });
    catalog.files.clear();
    const tried = of();
    await run(ACTION, tried);
    expect(tried.outputs).toMatchObject({
      skipped: true,
      skipReason: expect.stringContaining(`can't read ${TARGET}`),
    });
    expect(runs.reports.map(({ outcome }) => outcome)).toEqual([
      'retrying',
      'retrying',
      'skipped',
    ]);
    expect(runs.effects.map(({ status }) => status)).not.toContain('intended');
  });

  it('asks the requester’s permission while they are there', async () => {
    const { run, catalog } = setup({ mayRegister: false });
    await expect(run(ACTION, of())).rejects.toThrow(
      'the permission catalog.location.create',
    );
    expect(catalog.locations).toEqual([]);
  });

  it('after a wait counts what the gate has found', async () => {
    const { run, runs, catalog } = setup({ mayRegister: false });
    await runs.register('task-1', { authorised: false, secretNames: [] });
    await expect(run(ACTION, of({ by: 'service' }))).rejects.toThrow(
      'may not register',
    );
    expect(catalog.locations).toEqual([]);
    await runs.register('task-1', { authorised: true, secretNames: [] });
    await run(ACTION, of({ by: 'service' }));
    expect(catalog.locations).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ catalogInfoUrl: TARGET, repoContentsUrl: 'https://github.com/a/b' }],
  ])('refuses %j', async input => {
    const { run } = setup();
    await expect(run(ACTION, of({ input }))).rejects.toThrow(
      'Write one of catalogInfoUrl and repoContentsUrl',
    );
  });
});

describe('notify', () => {
  const ACTION = 'notify';
  const of = (input: JsonObject = {}) =>
    attemptOf('notify', { input: { title: 'Ready', ...input } });

  it('tells the requester, twice the same under one scope', async () => {
    const { run, sent, runs } = setupActions();
    const tried = of();
    await run(ACTION, tried);
    await run(ACTION, of());
    expect(tried.outputs).toEqual({ recipient: 'user:default/dana' });
    expect(sent[0]).toEqual({
      recipients: { type: 'entity', entityRef: 'user:default/dana' },
      payload: {
        title: 'Ready',
        link: '/create/tasks/task-1',
        severity: 'normal',
        topic: 'self-service',
        scope: expect.stringMatching(/^run:task-1\/notify\/[0-9a-f]{12}$/),
      },
    });
    expect(sent[1].payload.scope).toBe(sent[0].payload.scope);
    expect(runs.effects).toEqual([]);
  });

  it('tells the owning team, or says that there is none', async () => {
    const { run, runs, sent } = setupActions();
    await expect(run(ACTION, of({ to: 'team' }))).rejects.toThrow(
      'no owning team',
    );
    await runs.register('task-1', {
      authorised: true,
      secretNames: [],
      team: 'group:default/payments',
    });
    await run(ACTION, of({ to: 'team' }));
    expect(sent[0].recipients).toEqual({
      type: 'entity',
      entityRef: 'group:default/payments',
    });
  });

  it('tells a channel too, once however often it runs', async () => {
    const { run, sent, messaging } = setupActions();
    const input = {
      channel: 'deployments',
      description: 'It runs.',
      severity: 'high',
      link: '/catalog/default/component/orders',
    };
    const tried = of(input);
    await run(ACTION, tried);
    await run(ACTION, of(input));
    expect(tried.outputs).toEqual({
      recipient: 'user:default/dana',
      provider: 'chat',
    });
    expect(messaging.sent).toEqual([
      {
        to: { channel: 'deployments' },
        messageKey: sent[0].payload.scope,
        message: {
          title: 'Ready',
          summary: 'It runs.',
          severity: 'high',
          link: {
            label: 'Open in Backstage',
            url: 'https://portal.example.com/catalog/default/component/orders',
          },
        },
      },
    ]);
    await run(ACTION, of({ ...input, channel: 'payments' }));
    expect(messaging.sent).toHaveLength(2);
  });

  it('is admitted by the name that the template has for it', async () => {
    const { run, approvals, sent } = setupActions();
    const admit = jest.spyOn(approvals, 'admit');
    await run(ACTION, of());
    await run('notify:send', of());
    expect(admit.mock.calls.map(([{ action }]) => action)).toEqual([
      'notify',
      'notify:send',
    ]);
    expect(sent).toHaveLength(2);
  });

  it('tells no channel unless it is named', async () => {
    const { run, messaging } = setupActions();
    await run(ACTION, of());
    expect(messaging.sent).toEqual([]);
  });

  it("fails with the provider's problem when the channel can't be told", async () => {
    const { run, messaging } = setupActions({
      onFailure: { notify: 'skip' },
    });
    messaging.error = createProblemError(ServiceUnavailableError, {
      what: 'Chat is down.',
      whose: 'vendor',
      canPass: true,
      remedy: 'Wait.',
    });
    const tried = of({ channel: 'deployments' });
    await run(ACTION, tried);
    expect(tried.outputs.skipReason).toBe('Chat is down.');
  });

  it('sends nothing without admission', async () => {
    const { run, approvals, sent, messaging } = setupActions();
    approvals.admission = { admitted: false, code: 'no-gate', message: 'No.' };
    await expect(run(ACTION, of({ channel: 'deployments' }))).rejects.toThrow(
      'No.',
    );
    expect([...sent, ...messaging.sent]).toEqual([]);
  });

  it('can be tried again, and skipped', async () => {
    const { run, notifications } = setupActions({
      onFailure: { notify: { retry: { attempts: 1 }, then: 'skip' } },
    });
    let tries = 0;
    notifications.send = async () => {
      tries += 1;
      throw new Error('Failed to send notifications: Request failed');
    };
    const tried = of();
    await run(ACTION, tried);
    expect(tries).toBe(2);
    expect(tried.outputs.skipReason).toBe(
      'The notification could not be sent.',
    );
  });
});

import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  GitProvider,
  SecretsProvider,
} from '@self-service/plugin-providers-node';
import {
  RecentAnswers,
  VisibleTemplates,
} from '@self-service/plugin-runs-node';
import { toNameDigest } from '../../database/effectRows';
import { FormChecks } from './FormChecks';
import { NameLookups } from './NameLookups';

const dana = mockCredentials.user('user:default/dana');

function template(selfService: object): Entity {
  return {
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata: { name: 'service', namespace: 'default' },
    spec: {
      selfService: {
        operation: 'service:create',
        environment: 'dev',
        cost: 0,
        ...selfService,
      },
      parameters: {
        properties: {
          environment: { enum: ['dev', 'production'] },
          name: { title: 'Name', pattern: '^[a-z][a-z0-9-]{2,30}$' },
          label: { title: 'Label' },
          token: { 'ui:field': 'Secret' },
        },
      },
    },
  };
}

const creates = [
  { kind: 'Repository', name: 'myorg/{name}', capability: 'git' },
  {
    kind: 'Secret',
    name: '{environment}/{name}',
    capability: 'secrets',
  },
  { kind: 'Component', name: { parameter: 'name' }, capability: 'catalog' },
  { kind: 'Database', name: '{name}', capability: 'infrastructure' },
];

describe('FormChecks', () => {
  const findRepository = jest.fn();
  const findSecret = jest.fn();
  const findNameOwner = jest.fn();
  let limits: AbortController[];

  function createChecks(selfService: object = { creates }) {
    const catalog = catalogServiceMock({
      entities: [
        template(selfService),
        {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: 'cart', namespace: 'default' },
        },
      ],
    });
    const git: Partial<GitProvider> = {
      id: 'github',
      vendor: 'GitHub',
      serves: host => host === 'github.com',
      findRepository,
    };
    const secrets: Partial<SecretsProvider> = {
      id: 'vault',
      vendor: 'Vault',
      serves: () => true,
      find: findSecret,
    };
    return FormChecks.create({
      templates: new VisibleTemplates({
        catalog,
        recent: new RecentAnswers({ milliseconds: 0 }),
      }),
      lookups: NameLookups.create({
        git: [git as GitProvider],
        secrets: [secrets as SecretsProvider],
        catalog,
        auth: mockServices.auth({ pluginId: 'runs' }),
        defaultGitHost: 'github.com',
      }),
      effects: { findNameOwner },
      recent: new RecentAnswers({ milliseconds: 10_000 }),
      newTimeLimit: () => {
        const limit = new AbortController();
        limits.push(limit);
        return limit.signal;
      },
      stopping: new AbortController().signal,
      logger: mockServices.logger.mock(),
    });
  }

  const check = (checks: FormChecks, parameters: object) =>
    checks.check(
      { templateRef: 'service', parameters: { ...parameters } },
      dana,
    );

  beforeEach(() => {
    limits = [];
    findRepository.mockReset().mockResolvedValue(undefined);
    findSecret.mockReset().mockResolvedValue(undefined);
    findNameOwner.mockReset().mockResolvedValue(undefined);
  });

  it('asks each system for the name that the run would create', async () => {
    const form = { name: 'orders', environment: 'dev' };
    expect(await check(createChecks(), form)).toEqual([]);
    expect(findRepository).toHaveBeenCalledWith(
      { host: 'github.com', owner: 'myorg', name: 'orders' },
      expect.anything(),
    );
    expect(findSecret).toHaveBeenCalledWith('dev/orders', expect.anything());
    const digests = findNameOwner.mock.calls.flat();
    expect(digests).toEqual([
      toNameDigest({
        capability: 'git',
        provider: 'github',
        kind: 'repository',
        name: 'github.com/myorg/orders',
      }),
      toNameDigest({
        capability: 'secrets',
        provider: 'vault',
        kind: 'secret',
        name: 'dev/orders',
      }),
    ]);
  });

  it('says what exists where, and which field to change', async () => {
    findRepository.mockResolvedValue({});
    const problems = await check(createChecks(), { name: 'cart' });
    expect(problems).toEqual([
      {
        parameter: 'name',
        severity: 'error',
        code: 'taken',
        message: 'Repository myorg/cart exists already in GitHub.',
        remedy: 'Choose another name in the field Name.',
      },
      expect.objectContaining({
        message: 'Component cart exists already in the catalog.',
      }),
    ]);
  });

  it('names the field that is free to choose', async () => {
    findSecret.mockResolvedValue({});
    const form = { name: 'orders', environment: 'dev' };
    const [problem] = await check(createChecks(), form);
    expect(problem).toMatchObject({ parameter: 'name' });
  });

  it('sees what another run has claimed and the vendor does not show yet', async () => {
    findNameOwner.mockResolvedValue('task-1');
    const [problem] = await check(createChecks(), { name: 'orders' });
    expect(problem).toMatchObject({
      severity: 'error',
      code: 'taken',
      message: 'Repository myorg/orders belongs to another run already.',
    });
    expect(findRepository).not.toHaveBeenCalled();
  });

  it('takes for free what the run has that is rolled back for this one', async () => {
    findNameOwner.mockResolvedValue('task-1');
    const replacing = (replaces: string) =>
      createChecks().check(
        { templateRef: 'service', parameters: { name: 'cart' }, replaces },
        dana,
      );
    expect(await replacing('task-1')).toEqual([]);
    expect(await replacing('task-2')).toMatchObject([{ code: 'taken' }]);
  });

  it('warns, and blocks nothing, when a system fails or takes too long', async () => {
    findRepository.mockRejectedValue(new Error('hunter2'));
    findSecret.mockImplementation(() => {
      limits.at(-1)?.abort(new Error('too late'));
      return new Promise(() => {});
    });
    const problems = await check(createChecks(), {
      name: 'cart',
      environment: 'dev',
    });
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
      ['error', 'taken'],
      ['warning', 'unchecked'],
      ['warning', 'unchecked'],
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('asks nobody twice in a short time', async () => {
    const checks = createChecks();
    await check(checks, { name: 'orders' });
    await check(checks, { name: 'orders' });
    expect(findRepository).toHaveBeenCalledTimes(1);
  });

  it.each([
    {},
    { name: '' },
    { name: 'Or' },
    { name: '../../etc' },
    { name: `a${'b'.repeat(500)}` },
    { name: ['orders'] },
    { name: 'orders', environment: 'moon' },
  ])('does not look for what the form would not let pass: %j', async form => {
    const onlySecret = { creates: [creates[1]] };
    expect(await check(createChecks(onlySecret), form)).toEqual([]);
    expect(findSecret).not.toHaveBeenCalled();
  });

  it.each([
    ['label', 'a/b'],
    ['label', '..'],
    ['label', 'a b'],
    ['token', 'orders'],
  ])('takes no %s of %p without a pattern', async (parameter, value) => {
    const secret = {
      creates: [
        { kind: 'Secret', name: `x/{${parameter}}`, capability: 'secrets' },
      ],
    };
    expect(await check(createChecks(secret), { [parameter]: value })).toEqual(
      [],
    );
    expect(findSecret).not.toHaveBeenCalled();
  });

  it('takes nothing for taken that a run about a resource names', async () => {
    findRepository.mockResolvedValue({});
    const checks = createChecks({
      creates,
      resource: { parameter: 'resource' },
    });
    expect(await check(checks, { name: 'orders' })).toEqual([]);
  });

  it('says nothing of a template that can’t be read', async () => {
    const checks = createChecks({ creates, cost: -1 });
    expect(await check(checks, { name: 'cart' })).toEqual([]);
  });
});

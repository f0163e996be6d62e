import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ServiceUnavailableError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import {
  createProblemError,
  Provider,
  ProviderHealth,
} from '@self-service/plugin-providers-node';
import { createReplica } from '../../__testUtils__/createReplica';
import { databases, openTestDatabase } from '../../__testUtils__/databases';

const credentials = mockCredentials.user('user:default/pat');
const OK: ProviderHealth = {
  status: 'ok',
  description: 'Signed in as portal[bot].',
  rateLimit: { limit: 5000, remaining: 4200 },
};

function providerOf(
  overrides: Partial<Provider> & { id: string },
  health: () => Promise<ProviderHealth> = async () => OK,
): Provider {
  return {
    capability: 'git',
    vendor: 'GitHub',
    endpoint: 'https://api.github.com',
    features: ['webhooks'],
    checkHealth: health,
    ...overrides,
  };
}

describe.each(databases.eachSupportedId())('ProviderChecks on %p', id => {
  async function setUp(
    providers: Provider[],
    result:
      | AuthorizeResult.ALLOW
      | AuthorizeResult.DENY = AuthorizeResult.ALLOW,
  ) {
    return createReplica({
      database: await openTestDatabase(id),
      checkedProviders: providers,
      permissions: mockServices.permissions({ result }),
    });
  }

  it('lists providers by capability, before and after their first check', async () => {
    const { providerChecks, clock } = await setUp([
      providerOf({ id: 'vault', capability: 'secrets', vendor: 'Vault' }),
      providerOf({ id: 'github' }),
    ]);
    const before = await providerChecks.list(credentials);
    expect(before.map(it => [it.id, it.health.status])).toEqual([
      ['github', 'unknown'],
      ['vault', 'unknown'],
    ]);
    await providerChecks.checkAll();
    const [github] = await providerChecks.list(credentials);
    expect(github).toEqual({
      id: 'github',
      capability: 'git',
      vendor: 'GitHub',
      endpoint: 'https://api.github.com',
      features: ['webhooks'],
      health: { ...OK, checkedAt: (await clock.now()).toISOString() },
      recentFailures: [],
    });
  });

  it('keeps the newest check, and what a check throws is what it says', async () => {
    const answers: (() => Promise<ProviderHealth>)[] = [
      async () => OK,
      async () => {
        throw createProblemError(ServiceUnavailableError, {
          what: 'GitHub cut the connection.',
          whose: 'vendor',
          canPass: true,
          remedy: 'Wait.',
        });
      },
      async () => {
        throw new Error('canary-7d1 of an unknown kind');
      },
    ];
    const { providerChecks } = await setUp([
      providerOf({ id: 'github' }, () => answers.shift()!()),
    ]);
    await providerChecks.checkAll();
    await providerChecks.checkAll();
    const [cut] = await providerChecks.list(credentials);
    expect(cut.health).toMatchObject({
      status: 'failing',
      description: 'GitHub cut the connection.',
      problem: { remedy: 'Wait.' },
    });
    const unknown = await providerChecks.check(
      { capability: 'git', id: 'github' },
      credentials,
    );
    expect(unknown.health.status).toBe('failing');
    // Nobody knows what an error without a problem holds.
    expect(JSON.stringify(unknown)).not.toContain('canary');
  });

  it('shows the failures of the last week of that vendor, newest first', async () => {
    const { providerChecks, stepService, clock } = await setUp([
      providerOf({ id: 'github' }),
      providerOf({ id: 'vault', capability: 'secrets', vendor: 'Vault' }),
    ]);
    const report = (what: string, vendor: string) =>
      stepService.report('task-1', {
        stepId: 'pr',
        outcome: 'failed',
        problem: { what, vendor, whose: 'vendor', canPass: true, remedy: '' },
      });
    await report('too old', 'GitHub');
    clock.advance(8 * 24 * 60 * 60 * 1000);
    await report('first', 'GitHub');
    clock.advance(1000);
    await report('second', 'GitHub');
    await report('sealed', 'Vault');
    const [github, vault] = await providerChecks.list(credentials);
    expect(github.recentFailures.map(it => it.problem.what)).toEqual([
      'second',
      'first',
    ]);
    expect(github.recentFailures[0]).toMatchObject({
      taskId: 'task-1',
      stepId: 'pr',
    });
    expect(vault.recentFailures).toHaveLength(1);
  });

  it('is for those who hold the permission', async () => {
    const checkHealth = jest.fn(async () => OK);
    const { providerChecks } = await setUp(
      [providerOf({ id: 'github' }, checkHealth)],
      AuthorizeResult.DENY,
    );
    const refused = { name: 'NotAllowedError' };
    await expect(providerChecks.list(credentials)).rejects.toMatchObject(
      refused,
    );
    await expect(
      providerChecks.check({ capability: 'git', id: 'github' }, credentials),
    ).rejects.toMatchObject(refused);
    expect(checkHealth).not.toHaveBeenCalled();
  });

  it('knows no provider that is not installed', async () => {
    const { providerChecks } = await setUp([providerOf({ id: 'github' })]);
    await expect(
      providerChecks.check(
        { capability: 'secrets', id: 'github' },
        credentials,
      ),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

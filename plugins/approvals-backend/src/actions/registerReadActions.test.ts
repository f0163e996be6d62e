import {
  mockCredentials,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import { actionsRegistryServiceMock } from '@backstage/backend-test-utils/alpha';
import {
  AuthorizeResult,
  DefinitivePolicyDecision,
} from '@backstage/plugin-permission-common';
import { createWorld } from '../__testUtils__/world';
import { registerReadActions } from './registerReadActions';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['SQLITE_3'] });

const definitely = (
  result: DefinitivePolicyDecision['result'],
): DefinitivePolicyDecision => ({ result });

describe('actions', () => {
  async function setUp() {
    const permissions = mockServices.permissions.mock({
      authorizeConditional: async requests =>
        requests.map(() => definitely(AuthorizeResult.ALLOW)),
    });
    const world = await createWorld(await databases.init('SQLITE_3'), {
      permissions,
    });
    world.scaffolder.addTask('t1');
    const { request } = await world.gates.openGate(
      { taskId: 't1', stepId: 'self-service-gate', inputDigest: 'digest' },
      'plugin:scaffolder',
    );
    const actionsRegistry = actionsRegistryServiceMock();
    registerReadActions({
      actionsRegistry,
      auth: mockServices.auth({ pluginId: 'approvals' }),
      requests: world.requests,
    });
    const invoke = async (name: string, input: object, user?: string) =>
      actionsRegistry.invoke({
        id: `test:${name}`,
        input: input as never,
        credentials: user
          ? mockCredentials.user(`user:default/${user}`)
          : mockCredentials.service(),
      });
    return { permissions, actionsRegistry, invoke, id: request!.id };
  }

  it('lists what waits for a person', async () => {
    const { invoke, id } = await setUp();

    const forLeo = await invoke('list-approval-requests', {}, 'leo');
    const forDana = await invoke('list-approval-requests', {}, 'dana');

    expect(forLeo.output).toMatchObject({
      total: 1,
      requests: [
        {
          id,
          status: 'pending',
          requester: 'user:default/dana',
          environment: 'production',
          stages: [{ status: 'open', approvers: ['user:default/leo'] }],
        },
      ],
    });
    expect(forDana.output).toMatchObject({ total: 0, requests: [] });
  });

  it('gets one request, and honours the permissions of the caller', async () => {
    const { invoke, permissions, id } = await setUp();

    const { output } = await invoke('get-approval-request', { id }, 'leo');
    expect(output).toMatchObject({
      request: { id },
      viewer: { votableStages: [expect.any(String)] },
    });

    permissions.authorizeConditional.mockImplementation(async requests =>
      requests.map(() => definitely(AuthorizeResult.DENY)),
    );
    for (const call of [
      invoke('get-approval-request', { id }, 'leo'),
      invoke('list-approval-requests', {}, 'leo'),
    ]) {
      await expect(call).rejects.toThrow('approvals.request.read');
    }
  });

  it('answers no service, which would see everything', async () => {
    const { invoke, id } = await setUp();

    await expect(invoke('get-approval-request', { id })).rejects.toThrow(
      'in the name of a person',
    );
  });

  it('has nothing to decide with', async () => {
    const { actionsRegistry } = await setUp();

    const { actions } = await actionsRegistry.list();

    expect(actions.map(({ name }) => name).sort()).toEqual([
      'get-approval-request',
      'list-approval-requests',
    ]);
    for (const { attributes } of actions) {
      expect(attributes).toMatchObject({ readOnly: true, destructive: false });
    }
  });
});

import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { HcpClient, HcpConformance } from '../__testUtils__/hcp';
import {
  databaseFile,
  startTestSandbox,
  TestSandbox,
} from '../__testUtils__/sandbox';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

describe('HCP Terraform', () => {
  const conformance = new HcpConformance();
  let test: TestSandbox;
  let hcp: HcpClient;

  beforeAll(async () => {
    test = await startTestSandbox();
    hcp = new HcpClient(test.sandbox.urls.standIns.hcp);
  });
  afterAll(async () => {
    await test?.stop();
  });

  const open = async (name: string, size = 'small') => {
    const { body } = await hcp.createWorkspace(`databases/${name}`);
    const pull = await test.github.openPull(`add-${name}`, {
      [`databases/${name}/main.tf`]: databaseFile(name, { size }),
    });
    await test.sandbox.idle();
    return { workspace: body.data, ...pull };
  };

  const merge = async (number: number) => {
    const { body } = await test.github.call(
      'PUT',
      `/repos/myorg/infrastructure/pulls/${number}/merge`,
    );
    await test.sandbox.idle();
    return body.sha as string;
  };

  const expectConforming = (schema: string, body: unknown) =>
    expect([schema, conformance.problems(schema, body)]).toEqual([schema, []]);

  it('plans what is proposed and applies what is merged, once it is confirmed', async () => {
    const { workspace, sha, number } = await open('orders', 'medium');
    expectConforming('workspaces-envelope', { data: workspace });
    const [plan] = await hcp.runsOf(sha, 'plan_only');
    const { body } = await hcp.call(
      'GET',
      `/runs/${plan.id}?include=plan,apply,cost_estimate,workspace,configuration_version.ingress_attributes`,
    );
    expectConforming('runs-envelope', body);
    const included = (type: string) =>
      body.included.find((one: { type: string }) => one.type === type);
    for (const type of [
      'plans',
      'applies',
      'cost-estimates',
      'workspaces',
      'configuration-versions',
    ]) {
      expectConforming(`${type}-envelope`, { data: included(type) });
    }
    expectConforming('ingress-attributes', included('ingress-attributes'));
    expect(body.data.attributes).toMatchObject({
      status: 'planned_and_finished',
      'plan-only': true,
      'has-changes': true,
    });
    expect(included('plans').attributes).toMatchObject({
      'resource-additions': 3,
    });
    expect(included('cost-estimates').attributes).toMatchObject({
      'proposed-monthly-cost': '150.0',
    });
    expect(included('ingress-attributes').attributes).toMatchObject({
      'commit-sha': sha,
      'is-pull-request': true,
      'pull-request-number': number,
    });
    const list = await hcp.call(
      'GET',
      `/organizations/myorg/runs?filter[operation]=plan_only&search[commit]=${sha}&include=plan,apply,cost_estimate,workspace,configuration_version.ingress_attributes`,
    );
    expect(list.body).toMatchObject({
      data: [body.data],
      included: body.included,
    });
    expect(await test.github.statuses(sha)).toMatchObject({
      'Terraform Cloud/myorg/databases-orders':
        'success: Terraform plan: 3 to add, 0 to change, 0 to destroy',
    });

    const commit = await merge(number);
    const [run] = await hcp.runsOf(commit, 'plan_and_apply');
    expect(run.attributes).toMatchObject({
      status: 'cost_estimated',
      actions: { 'is-confirmable': true },
    });
    expect((await test.sandbox.inventory()).databases).toEqual([]);
    const confirm = `/runs/${run.id}/actions/apply`;
    expect((await hcp.call('POST', confirm)).status).toBe(202);
    await test.sandbox.idle();
    const again = await hcp.call('POST', confirm);
    expect(again.status).toBe(409);
    expectConforming('errors', again.body);
    expect((await test.sandbox.inventory()).databases).toEqual(['orders']);

    const state = await hcp.call(
      'GET',
      `/workspaces/${workspace.id}/current-state-version?include=outputs`,
    );
    expectConforming('current-state-version-envelope', state.body);
    const outputs = Object.fromEntries(
      state.body.included.map(
        (output: { attributes: { name: string; value: unknown } }) => [
          output.attributes.name,
          output.attributes.value,
        ],
      ),
    );
    expect(outputs).toMatchObject({ database: 'orders', password: null });
    const { id } = state.body.included.find(
      (output: { attributes: { name: string } }) =>
        output.attributes.name === 'url',
    );
    const secret = await hcp.call('GET', `/state-version-outputs/${id}`);
    expectConforming('state-version-outputs-envelope', secret.body);
    const client = new Client(secret.body.data.attributes.value);
    await client.connect();
    const { rows } = await client.query('SELECT current_database() AS name');
    await client.end();
    expect(rows).toEqual([{ name: 'orders' }]);
  });

  it('plans no pull request that was open before the workspace', async () => {
    const { sha } = await test.github.openPull('early', {
      'databases/early/main.tf': databaseFile('early'),
    });
    await hcp.createWorkspace('databases/early');
    await test.sandbox.idle();
    expect(await hcp.runsOf(sha, 'plan_only')).toEqual([]);
  });

  it('hides plan-only runs, and takes no runs into a workspace that has never run', async () => {
    await hcp.createWorkspace('databases/quiet', { 'queue-all-runs': false });
    const quiet = await test.github.openPull('quiet', {
      'databases/quiet/main.tf': databaseFile('quiet'),
    });
    await test.sandbox.idle();
    expect(await hcp.runsOf(quiet.sha, 'plan_only')).toEqual([]);
    const { sha } = await open('hidden');
    const { body } = await hcp.call(
      'GET',
      `/organizations/myorg/runs?search[commit]=${sha}`,
    );
    expect(body.data).toEqual([]);
  });

  it('lets runs that can apply have their turn one after the other', async () => {
    const { number } = await open('turns');
    const first = await merge(number);
    const change = await test.github.openPull('more-turns', {
      'databases/turns/main.tf': databaseFile('turns', { size: 'large' }),
    });
    const second = await merge(change.number);
    const [waiting] = await hcp.runsOf(second, 'plan_and_apply');
    expect(waiting.attributes.status).toBe('pending');
    const [current] = await hcp.runsOf(first, 'plan_and_apply');
    await hcp.call('POST', `/runs/${current.id}/actions/discard`);
    await test.sandbox.idle();
    const [discarded] = await hcp.runsOf(first, 'plan_and_apply');
    expect(discarded.attributes.status).toBe('discarded');
    const [next] = await hcp.runsOf(second, 'plan_and_apply');
    expect(next.attributes.actions['is-confirmable']).toBe(true);
  });

  const apply = async (number: number) => {
    const commit = await merge(number);
    const [run] = await hcp.runsOf(commit, 'plan_and_apply');
    await hcp.call('POST', `/runs/${run.id}/actions/apply`);
    await test.sandbox.idle();
    return commit;
  };

  const destroy = (workspaceId: string, relationships: object = {}) =>
    hcp.call('POST', '/runs', {
      data: {
        type: 'runs',
        attributes: { 'is-destroy': true, message: 'No more' },
        relationships: {
          workspace: { data: { type: 'workspaces', id: workspaceId } },
          ...relationships,
        },
      },
    });

  const databases = async () => (await test.sandbox.inventory()).databases;

  const planOf = async (id: string) => {
    const { body } = await hcp.call('GET', `/runs/${id}?include=plan`);
    return { run: body.data.attributes, plan: body.included[0].attributes };
  };

  it('keeps a workspace that manages something', async () => {
    const { workspace, number } = await open('kept');
    const path = `/workspaces/${workspace.id}/actions/safe-delete`;
    const commit = await merge(number);
    expect((await hcp.call('POST', path)).status).toBe(409);
    const [run] = await hcp.runsOf(commit, 'plan_and_apply');
    await hcp.call('POST', `/runs/${run.id}/actions/apply`);
    await test.sandbox.idle();
    const refused = await hcp.call('POST', path);
    expect(refused.status).toBe(409);
    expectConforming('errors', refused.body);
    const { body } = await destroy(workspace.id);
    await test.sandbox.idle();
    await hcp.call('POST', `/runs/${body.data.id}/actions/apply`);
    await test.sandbox.idle();
    expect((await hcp.call('POST', path)).status).toBe(204);
    expect(
      (await hcp.call('GET', '/organizations/myorg/workspaces/databases-kept'))
        .status,
    ).toBe(404);
  });

  it('destroys what a workspace manages, once it is told to and confirmed', async () => {
    const { workspace, number } = await open('ended');
    await apply(number);
    const { status, body } = await destroy(workspace.id);
    expect(status).toBe(201);
    expectConforming('runs-envelope', body);
    await test.sandbox.idle();
    const planned = await planOf(body.data.id);
    expect(planned.run).toMatchObject({
      'is-destroy': true,
      message: 'No more',
      status: 'cost_estimated',
      actions: { 'is-confirmable': true },
    });
    expect(planned.plan).toMatchObject({
      'resource-additions': 0,
      'resource-changes': 0,
      'resource-destructions': 3,
    });
    expect(await databases()).toContain('ended');
    await hcp.call('POST', `/runs/${body.data.id}/actions/apply`);
    await test.sandbox.idle();
    expect(await databases()).not.toContain('ended');
    const again = await destroy(workspace.id);
    await test.sandbox.idle();
    expect((await planOf(again.body.data.id)).run.status).toBe(
      'planned_and_finished',
    );
  });

  it('plans nothing in a directory that is gone, not even a destruction', async () => {
    const { workspace, number } = await open('gone');
    await apply(number);
    const removal = await test.github.openPull('remove-gone', {
      'databases/gone/main.tf': undefined,
    });
    await test.sandbox.idle();
    const [proposed] = await hcp.runsOf(removal.sha, 'plan_only');
    expect(proposed.attributes.status).toBe('errored');
    const commit = await merge(removal.number);
    const [run] = await hcp.runsOf(commit, 'plan_and_apply');
    expect(run.attributes.status).toBe('errored');
    const { body } = await destroy(workspace.id);
    await test.sandbox.idle();
    expect((await planOf(body.data.id)).run.status).toBe('errored');
    expect(await databases()).toContain('gone');
  });

  it('destroys with the configuration that is named, or the newest that is not only proposed', async () => {
    const { workspace, number } = await open('chosen');
    const commit = await apply(number);
    const [applied] = await hcp.runsOf(commit, 'plan_and_apply');
    const removal = await test.github.openPull('remove-chosen', {
      'databases/chosen/main.tf': undefined,
    });
    await test.sandbox.idle();
    const newest = await destroy(workspace.id);
    await test.sandbox.idle();
    expect((await planOf(newest.body.data.id)).run).toMatchObject({
      'plan-only': false,
      status: 'cost_estimated',
    });
    await hcp.call('POST', `/runs/${newest.body.data.id}/actions/discard`);
    await merge(removal.number);
    const named = await destroy(workspace.id, {
      'configuration-version': applied.relationships['configuration-version'],
    });
    await test.sandbox.idle();
    expect((await planOf(named.body.data.id)).run.status).toBe(
      'cost_estimated',
    );
  });

  it('takes no destruction where the workspace allows none', async () => {
    const { body } = await hcp.createWorkspace('databases/safe', {
      'allow-destroy-plan': false,
    });
    expectConforming('workspaces-envelope', body);
    await test.sandbox.idle();
    const refused = await destroy(body.data.id);
    expect(refused.status).toBe(422);
    expectConforming('errors', refused.body);
  });

  it('signs what it tells of runs', async () => {
    const deliveries: { signature: unknown; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      deliveries.push({
        signature: request.headers['x-tfe-notification-signature'],
        body: Buffer.concat(chunks).toString(),
      });
      response.end();
    });
    await new Promise<void>(resolve => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const { workspace } = await open('told');
    const { status, body } = await hcp.call(
      'POST',
      `/workspaces/${workspace.id}/notification-configurations`,
      {
        data: {
          type: 'notification-configurations',
          attributes: {
            name: 'portal',
            'destination-type': 'generic',
            enabled: true,
            url: `http://localhost:${port}/`,
            token: 'notification-token',
            triggers: ['run:completed'],
          },
        },
      },
    );
    expect(status).toBe(201);
    expectConforming('notification-configurations-envelope', body);
    expect(JSON.stringify(body)).not.toContain('notification-token');
    const { sha } = await test.github.openPull('told-more', {
      'databases/told/main.tf': databaseFile('told', { size: 'large' }),
    });
    await test.sandbox.idle();
    server.close();
    const [verification, completion] = deliveries;
    expect(JSON.parse(verification.body).notifications[0].trigger).toBe(
      'verification',
    );
    const [run] = await hcp.runsOf(sha, 'plan_only');
    expect(JSON.parse(completion.body)).toMatchObject({
      run_id: run.id,
      notifications: [{ run_status: 'planned_and_finished' }],
    });
    for (const delivery of deliveries) {
      expect(delivery.signature).toBe(
        createHmac('sha512', 'notification-token')
          .update(delivery.body)
          .digest('hex'),
      );
    }
  });

  it.each<[string, string, string, object | undefined, number]>([
    ['wrong', 'GET', '/organizations/myorg', undefined, 401],
    ['sandbox-hcp-readonly', 'POST', '/runs', { data: {} }, 404],
    ['sandbox-hcp-token', 'GET', '/organizations/other/runs', undefined, 404],
    ['sandbox-hcp-token', 'GET', '/runs/run-none', undefined, 404],
    [
      'sandbox-hcp-token',
      'POST',
      '/organizations/myorg/workspaces',
      { data: { attributes: { name: 'a b' } } },
      422,
    ],
  ])('refuses %s %s %s', async (token, method, path, sent, expected) => {
    const { status, body } = await new HcpClient(hcp.url, token).call(
      method,
      path,
      sent,
    );
    expect(status).toBe(expected);
    expectConforming('errors', body);
  });

  it('limits requests as documented', async () => {
    const limited = await startTestSandbox({ enforcesLimits: true });
    const { call } = new HcpClient(limited.sandbox.urls.standIns.hcp);
    const ask = () => call('GET', '/organizations/myorg/runs');
    for (let turn = 0; turn < 30; turn += 1) {
      const { status, headers } = await ask();
      expect([turn, status, headers.get('x-ratelimit-remaining')]).toEqual([
        turn,
        200,
        String(29 - turn),
      ]);
    }
    const list = await ask();
    expect(list.status).toBe(429);
    expectConforming('errors', list.body);
    expect(Number(list.headers.get('x-ratelimit-reset'))).toBeLessThan(61);
    await limited.stop();
  });
});

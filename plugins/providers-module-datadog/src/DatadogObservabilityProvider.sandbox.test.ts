import { mockServices } from '@backstage/backend-test-utils';
import { HttpClient } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeObservabilityProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from 'sandbox';
import { Conformance } from './__testUtils__/Conformance';
import { DatadogObservabilityProvider } from './DatadogObservabilityProvider';

// A whole sandbox takes its time on a busy machine.
jest.setTimeout(30_000);

const KEYS = {
  apiKey: 'sandbox-datadog-api-key',
  applicationKey: 'sandbox-datadog-application-key',
};
const TIME_LIMIT_MILLISECONDS = 1_000;

async function start(keys = KEYS) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'datadog-provider-'));
  const sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  const url = sandbox.urls.standIns.datadog;
  const http = HttpClient.create({
    vendor: 'Datadog',
    timeoutMilliseconds: TIME_LIMIT_MILLISECONDS,
    // Waits are tested with HttpClient; here they only take time.
    clock: { now: () => Date.now(), sleep: async () => {} },
  });
  const conformance = new Conformance();
  const [provider] = DatadogObservabilityProvider.fromConfig(
    mockServices.rootConfig({
      data: { providers: { datadog: { apiUrl: url, appUrl: url, ...keys } } },
    }),
    { http: conformance.record(http) },
  );
  const call = async (path: string, method = 'GET', body?: object) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'dd-api-key': KEYS.apiKey,
        'dd-application-key': KEYS.applicationKey,
      },
      body: body && JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  return {
    sandbox,
    provider,
    conformance,
    call,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

type Named = { id: number; name: string; title: string };

describeObservabilityProviderContract('Datadog', async () => {
  const { sandbox, provider, call, stop } = await start();
  return {
    provider,
    canary: 'sandbox-datadog',
    faults: createProviderFaults(sandbox.faults, 'datadog', {
      slowMilliseconds: 3 * TIME_LIMIT_MILLISECONDS,
    }),
    see: async ({ name, environment }) => {
      const title = `${name} (${environment})`;
      const { dashboards } = await call('/dashboard?count=1000');
      const found = dashboards.filter((each: Named) => each.title === title);
      const monitors: Named[] = await call('/monitor');
      const { data } = await call('/slo');
      return {
        dashboards: await Promise.all(
          found.map(({ id }: Named) => call(`/dashboard/${id}`)),
        ),
        alerts: monitors.filter(each => each.name.startsWith(`${title}: `)),
        slos: data.filter((each: Named) => each.name === title),
      };
    },
    crowd: async () => {
      const tags = ['service:crowded', 'env:dev'];
      const query = 'avg(last_5m):avg:system.load.1{*} > 5';
      for (let index = 0; index < 210; index += 1) {
        const name = `Other ${index}`;
        await call('/dashboard', 'POST', {
          title: name,
          layout_type: 'ordered',
          widgets: [],
        });
        await call('/monitor', 'POST', {
          name,
          type: 'query alert',
          query,
          tags,
        });
        await call('/slo', 'POST', {
          name,
          type: 'metric',
          tags,
          query: { numerator: 'a', denominator: 'b' },
          thresholds: [{ timeframe: '7d', target: 99 }],
        });
      }
    },
    stop,
  };
});

describe('a Datadog provider, as Datadog describes its API', () => {
  let fixture: Awaited<ReturnType<typeof start>>;
  const component = { name: 'orders', environment: 'dev', team: 'payments' };
  const run = { runKey: 'run-1' };

  beforeAll(async () => {
    fixture = await start();
  }, 60_000);
  afterAll(async () => {
    await fixture?.stop();
  });

  it('sends and gets what the models of the published client describe', async () => {
    const { provider, conformance } = fixture;
    await provider.checkHealth();
    await provider.createDashboard({
      component: {
        ...component,
        description: 'Takes orders',
        links: [{ title: 'Repository', url: 'https://git.example/orders' }],
      },
      ...run,
    });
    await provider.createAlerts({
      component,
      contact: 'payments',
      alerts: [
        { indicator: 'availability', threshold: 99, forMinutes: 5 },
        { indicator: 'latency-p95', threshold: 1.5, forMinutes: 5 },
        { indicator: 'error-rate', threshold: 1, forMinutes: 5 },
      ],
      ...run,
    });
    await provider.createSlo({
      component,
      contact: 'payments',
      slo: { objective: 99.5, windowDays: 7 },
      ...run,
    });
    for (const part of ['slo', 'alerts', 'dashboard'] as const) {
      await provider.find(part, component);
      await provider.remove(part, component, run);
    }
    expect(conformance.problems).toEqual([]);
    expect(conformance.seen()).toEqual([
      'DELETE /dashboard/{id}',
      'DELETE /monitor/{id}',
      'DELETE /slo/{id}',
      'GET /dashboard',
      'GET /monitor',
      'GET /slo',
      'GET /validate',
      'POST /dashboard',
      'POST /monitor',
      'POST /slo',
    ]);
  });

  it("keeps a monitor that somebody's SLO is made of", async () => {
    const { provider, call } = fixture;
    await provider.createAlerts({
      component,
      contact: 'payments',
      alerts: [{ indicator: 'availability', threshold: 99, forMinutes: 5 }],
      ...run,
    });
    const [monitor] = await call('/monitor');
    const { data } = await call('/slo', 'POST', {
      name: 'Theirs',
      type: 'monitor',
      monitor_ids: [monitor.id],
      thresholds: [{ timeframe: '30d', target: 99 }],
    });
    await expect(
      provider.remove('alerts', component, run),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining('Theirs'),
    });
    await call(`/slo/${data[0].id}`, 'DELETE');
    expect(await provider.remove('alerts', component, run)).toBe('removed');
  });

  it("keeps an SLO that somebody's dashboard shows", async () => {
    const { provider, call } = fixture;
    const slo = { objective: 99.5, windowDays: 7 } as const;
    const contact = 'payments';
    await provider.createSlo({ component, contact, slo, ...run });
    const { data } = await call('/slo');
    const { id } = await call('/dashboard', 'POST', {
      title: 'Theirs',
      layout_type: 'ordered',
      widgets: [{ definition: { type: 'slo', slo_id: data[0].id } }],
    });
    await expect(provider.remove('slo', component, run)).rejects.toMatchObject({
      name: 'ConflictError',
      message: expect.stringContaining(id),
    });
    await call(`/dashboard/${id}`, 'DELETE');
    expect(await provider.remove('slo', component, run)).toBe('removed');
  });

  it('does not take a refusal of the second monitor for nothing made', async () => {
    const { provider, sandbox, call } = fixture;
    const alerts = {
      component,
      contact: 'payments',
      alerts: [
        { indicator: 'availability', threshold: 99, forMinutes: 5 },
        { indicator: 'error-rate', threshold: 1, forMinutes: 5 },
      ],
      ...run,
    } as const;
    const match = { method: 'POST' };
    const fault = { service: 'datadog', kind: 'status', status: 400 } as const;
    sandbox.faults.add({ ...fault, match, skip: 1, times: 1 });
    await expect(provider.createAlerts(alerts)).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
    });
    expect(await call('/monitor')).toHaveLength(1);
    await provider.createAlerts(alerts);
    expect(await call('/monitor')).toHaveLength(2);
    expect(await provider.remove('alerts', component, run)).toBe('removed');
  });

  it('tells the budget, and that a key may not read', async () => {
    const { provider } = fixture;
    expect(await provider.checkHealth()).toMatchObject({
      status: 'ok',
      rateLimit: {
        limit: 100,
        remaining: expect.any(Number),
        resetsAt: expect.stringMatching(/^\d{4}-/),
      },
    });
    const url = fixture.sandbox.urls.standIns.datadog;
    const [stranger] = DatadogObservabilityProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            datadog: [
              { apiUrl: url, apiKey: 'wrong-key', applicationKey: 'x' },
            ],
          },
        },
      }),
    );
    const health = await stranger.checkHealth();
    expect(health).toMatchObject({
      status: 'failing',
      problem: { whose: 'platform', status: 403 },
    });
    expect(JSON.stringify(health)).not.toContain('wrong-key');
  });
});

import { mockServices } from '@backstage/backend-test-utils';
import { HttpClient } from '@self-service/plugin-providers-node';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { OpenApiConformance } from 'sandbox/src/__testUtils__/OpenApiConformance';
import {
  Exchange,
  recordTraffic,
} from 'sandbox/src/__testUtils__/recordTraffic';
import { DatadogObservabilityProvider } from './DatadogObservabilityProvider';

// A whole sandbox takes its time on a busy machine.
jest.setTimeout(60_000);

const KEYS = {
  apiKey: 'sandbox-datadog-api-key',
  applicationKey: 'sandbox-datadog-application-key',
};
const component = {
  name: 'orders',
  environment: 'dev',
  team: 'payments',
  description: 'Takes orders',
  links: [{ title: 'Repository', url: 'https://git.example/orders' }],
};
const contact = 'payments';
const RUN = { runKey: 'run-told' };

/** Checks by the description that Datadog generates its clients from. */
function createConformance(): OpenApiConformance {
  const file = require.resolve(
    'sandbox/src/datadog/__fixtures__/datadogOpenApi.json',
  );
  return new OpenApiConformance({
    vendor: 'Datadog',
    description: JSON.parse(readFileSync(file, 'utf8')),
    error: 'APIErrorResponse',
  });
}

/** A provider whose every removal comes second, after somebody else's. */
function outrun(http: HttpClient): Pick<HttpClient, 'fetch' | 'now'> {
  return {
    now: () => http.now(),
    fetch: async (url, options) => {
      if (options?.method === 'DELETE') {
        await http.fetch(url, options);
      }
      return http.fetch(url, options);
    },
  };
}

function createProvider(url: string, isOutrun = false, keys = KEYS) {
  const http = HttpClient.create({
    vendor: 'Datadog',
    clock: { now: () => Date.now(), sleep: async () => {} },
  });
  const [provider] = DatadogObservabilityProvider.fromConfig(
    mockServices.rootConfig({
      data: { providers: { datadog: { apiUrl: url, appUrl: url, ...keys } } },
    }),
    { http: isOutrun ? outrun(http) : http },
  );
  return provider;
}

/** Makes of the stand-in's objects what people make of them. */
async function useAsPeople(sandbox: Sandbox, path: string, body?: object) {
  const { datadog } = sandbox.urls.standIns;
  const response = await fetch(`${datadog}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      'content-type': 'application/json',
      'dd-api-key': KEYS.apiKey,
      'dd-application-key': KEYS.applicationKey,
    },
    body: body && JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}

async function create(
  provider: DatadogObservabilityProvider,
  name: string,
  run = RUN,
) {
  const about = { component: { ...component, name }, ...run };
  await provider.createDashboard(about);
  await provider.createAlerts({
    ...about,
    contact,
    alerts: [
      { indicator: 'availability', threshold: 99, forMinutes: 5 },
      { indicator: 'latency-p95', threshold: 1.5, forMinutes: 5 },
      { indicator: 'error-rate', threshold: 1, forMinutes: 5 },
    ],
  });
  await provider.createSlo({
    ...about,
    contact,
    slo: { objective: 99.5, windowDays: 7 },
  });
}

const PARTS = ['slo', 'alerts', 'dashboard'] as const;

/** Everything that a provider can do, and some of what it may not. */
async function doEverything(sandbox: Sandbox, url: string) {
  const provider = createProvider(url);
  await provider.checkHealth();
  const stranger = { ...KEYS, apiKey: 'wrong' };
  await createProvider(url, false, stranger).checkHealth();
  await create(provider, 'orders');
  await create(provider, 'orders');
  const other = { runKey: 'run-other' };
  await expect(create(provider, 'orders', other)).rejects.toMatchObject({
    name: 'ConflictError',
  });

  // Datadog keeps what is used elsewhere.
  const [monitor] = await useAsPeople(sandbox, '/monitor');
  const { data } = await useAsPeople(sandbox, '/slo');
  await useAsPeople(sandbox, '/slo', {
    name: 'Theirs',
    type: 'monitor',
    monitor_ids: [monitor.id],
    thresholds: [{ timeframe: '30d', target: 99 }],
  });
  await useAsPeople(sandbox, '/dashboard', {
    title: 'Theirs',
    layout_type: 'ordered',
    widgets: [
      {
        definition: { type: 'slo', view_type: 'detail', slo_id: data[0].id },
      },
    ],
  });
  for (const part of PARTS) {
    await provider.find(part, component);
    await provider.remove(part, component, RUN).catch(() => undefined);
  }

  await create(provider, 'stock');
  const stock = { ...component, name: 'stock' };
  for (const part of PARTS) {
    await provider.remove(part, stock, RUN);
    await provider.remove(part, stock, RUN);
    await provider.find(part, stock);
  }
  await create(provider, 'stock');
  const late = createProvider(url, true);
  for (const part of PARTS) {
    expect(await late.remove(part, stock, RUN)).toBe('absent');
  }

  sandbox.faults.add({
    service: 'datadog',
    kind: 'rate-limit',
    retryAfterSeconds: 1,
    times: 1,
  });
  await provider.checkHealth();
  sandbox.faults.clear();
  sandbox.faults.add({
    service: 'datadog',
    kind: 'status',
    status: 400,
    match: { method: 'POST' },
  });
  await expect(create(provider, 'stock')).rejects.toMatchObject({
    name: 'InputError',
  });
  sandbox.faults.clear();
}

describe('what goes to Datadog and comes from its stand-in', () => {
  let sandbox: Sandbox;
  let dataDirectory: string;
  let exchanges: Exchange[];
  const conformance = createConformance();

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'datadog-traffic-'));
    sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
    const traffic = await recordTraffic(sandbox.urls.standIns.datadog);
    await doEverything(sandbox, traffic.url);
    await traffic.stop();
    ({ exchanges } = traffic);
  }, 60_000);
  afterAll(async () => {
    await sandbox?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it('is as the description of Datadog has it, in both directions', () => {
    const problems = exchanges.flatMap(exchange => {
      const { method, path, query, body, status, answer } = exchange;
      return [
        ...conformance.requestProblems(method, path, query, body),
        ...conformance.problems(method, path, status, answer),
      ].map(problem => `${method} ${path} ${status}: ${problem}`);
    });
    expect([...new Set(problems)]).toEqual([]);
    expect(conformance.seen()).toEqual([
      'DELETE /api/v1/dashboard/{dashboard_id} 200',
      'DELETE /api/v1/dashboard/{dashboard_id} 404',
      'DELETE /api/v1/monitor/{monitor_id} 200',
      'DELETE /api/v1/monitor/{monitor_id} 400',
      'DELETE /api/v1/monitor/{monitor_id} 404',
      'DELETE /api/v1/slo/{slo_id} 200',
      'DELETE /api/v1/slo/{slo_id} 404',
      'DELETE /api/v1/slo/{slo_id} 409',
      'GET /api/v1/dashboard 200',
      'GET /api/v1/monitor 200',
      'GET /api/v1/slo 200',
      'GET /api/v1/validate 200',
      'GET /api/v1/validate 403',
      'GET /api/v1/validate 429',
      'POST /api/v1/dashboard 200',
      'POST /api/v1/dashboard 400',
      'POST /api/v1/monitor 200',
      'POST /api/v1/slo 200',
    ]);
  });

  it('would be found out if it were not', () => {
    const none = new URLSearchParams();
    expect(
      conformance.requestProblems('POST', '/api/v1/dashboard', none, {
        id: 'abc',
        title: 'Orders',
        widgets: [
          { definition: { type: 'note', content: 'Hello', colour: 'white' } },
          { definition: { type: 'timeseries', requests: [{ query: 'a' }] } },
        ],
      }),
    ).toEqual([
      // Datadog gives ids.
      '/id is no field of this operation',
      '/widgets/0/definition/colour is no field of this operation',
      '/widgets/1/definition/requests/0/query is no field of this operation',
      "data must have required property 'layout_type'",
    ]);
    expect(
      conformance.requestProblems('POST', '/api/v1/monitor', none, {
        type: 'query alarm',
        query: 'avg(last_5m):a > 5',
        options: { thresholds: { critical: '5' } },
      }),
    ).toHaveLength(1);
    const query = new URLSearchParams({ page: 'two', tag: 'env:dev' });
    expect(
      conformance.requestProblems('GET', '/api/v1/monitor', query, undefined),
    ).toEqual([
      '?page data must be integer, data must match format "int64"',
      '?tag is no parameter of this operation',
    ]);
    expect(conformance.requestProblems('PUT', '/api/v1/slo', none, {})).toEqual(
      ["PUT /api/v1/slo is no operation of Datadog's"],
    );
    expect(
      conformance.problems('GET', '/api/v1/monitor', 200, [
        { type: 'query alert', query: 'a', created: 'yesterday' },
      ]),
    ).toEqual(['/0/created must match format "date-time"']);
    expect(
      conformance.problems('DELETE', '/api/v1/slo/abc', 409, {
        data: [],
        errors: ['in use'],
      }),
    ).toEqual(['/errors must be object']);
  });
});

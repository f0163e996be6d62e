import { FaultSwitch } from '../faults/FaultSwitch';
import { startTestService, TestService } from '../__testUtils__/services';
import { DATADOG_KEYS } from './apiRoutes';
import { DatadogStore } from './DatadogStore';
import { datadogApp } from './standIn';

const MONITOR = {
  name: 'Load',
  type: 'query alert',
  query: 'avg(last_5m):avg:system.load.1{*} > 5',
  tags: ['Service:Orders'],
};
const SLO = {
  name: 'Orders',
  type: 'metric',
  tags: ['service:orders'],
  query: { numerator: 'good', denominator: 'all' },
  thresholds: [{ timeframe: '30d', target: 99.9 }],
};
const DASHBOARD = { title: 'Orders', layout_type: 'ordered', widgets: [] };

describe('Datadog', () => {
  let service: TestService;
  let store: DatadogStore;
  const faults = new FaultSwitch();

  beforeAll(async () => {
    service = await startTestService(({ directory }) => {
      store = new DatadogStore(directory, () => new Date(90_000));
      return datadogApp(store, { faults });
    });
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    faults.clear();
    store.clear();
  });

  const call = async (
    method: string,
    path: string,
    body?: object,
    keys: { api?: string; application?: string } = {},
  ) => {
    const response = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'dd-api-key': keys.api ?? DATADOG_KEYS.apiKey,
        'dd-application-key': keys.application ?? DATADOG_KEYS.applicationKey,
      },
      body: body && JSON.stringify(body),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    };
  };

  it('gives ids, lets names repeat, and lists page by page', async () => {
    for (let index = 0; index < 3; index += 1) {
      await call('POST', '/dashboard', DASHBOARD);
      await call('POST', '/monitor', MONITOR);
      await call('POST', '/slo', SLO);
    }
    const ids = (list: { id: unknown }[]) => list.map(({ id }) => id);
    const dashboards = await call('GET', '/dashboard?start=1&count=5');
    expect(new Set(ids(dashboards.body.dashboards)).size).toBe(2);
    expect(dashboards.body.dashboards[0]).not.toHaveProperty('widgets');
    const monitors = await call('GET', '/monitor?page=1&page_size=2');
    expect(monitors.body).toHaveLength(1);
    expect((await call('GET', '/monitor')).body).toHaveLength(3);
    const slos = await call('GET', '/slo?offset=1&limit=1');
    expect(slos.body.data).toHaveLength(1);
    expect(slos.body.metadata.page.total_count).toBe(3);
  });

  it('finds by tags, in lower case', async () => {
    await call('POST', '/monitor', MONITOR);
    await call('POST', '/slo', SLO);
    const count = async (path: string) => {
      const { body } = await call('GET', path);
      return (body.data ?? body).length;
    };
    expect(await count('/monitor?monitor_tags=service:orders')).toBe(1);
    expect(await count('/monitor?monitor_tags=service:orders,env:dev')).toBe(0);
    expect(await count('/slo?tags_query=service:orders')).toBe(1);
    expect(await count('/slo?tags_query=service:other')).toBe(0);
  });

  it.each([
    ['/dashboard', { title: 'a' }],
    ['/dashboard', { title: 'a', layout_type: 'ordered' }],
    ['/monitor', { ...MONITOR, type: 'magic' }],
    ['/monitor', { ...MONITOR, query: 'load > 5' }],
    ['/slo', { ...SLO, query: undefined }],
    ['/slo', { ...SLO, thresholds: [{ timeframe: '3d', target: 99 }] }],
    ['/slo', { ...SLO, thresholds: [{ timeframe: '7d', target: 100 }] }],
  ])('refuses to make at %s %j', async (path, body) => {
    const answer = await call('POST', path, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [expect.any(String)] },
    });
  });

  it('keeps a monitor that an SLO is made of, unless forced', async () => {
    const { body: monitor } = await call('POST', '/monitor', MONITOR);
    await call('POST', '/slo', {
      ...SLO,
      type: 'monitor',
      query: undefined,
      monitor_ids: [monitor.id],
    });
    const path = `/monitor/${monitor.id}`;
    expect(await call('DELETE', path)).toMatchObject({
      status: 400,
      body: { errors: [expect.stringContaining('is referenced in slos')] },
    });
    const forced = await call('DELETE', `${path}?force=true`);
    expect(forced.body).toEqual({ deleted_monitor_id: monitor.id });
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('keeps an SLO that a dashboard shows, unless forced', async () => {
    const { body: slo } = await call('POST', '/slo', SLO);
    const [{ id }] = slo.data;
    const { body: dashboard } = await call('POST', '/dashboard', {
      ...DASHBOARD,
      widgets: [
        { definition: { type: 'slo', view_type: 'detail', slo_id: id } },
      ],
    });
    const path = `/slo/${id}`;
    expect(await call('DELETE', path)).toMatchObject({
      status: 409,
      body: {
        data: [],
        errors: { [id]: expect.stringContaining(dashboard.id) },
      },
    });
    const forced = await call('DELETE', `${path}?force=true`);
    expect(forced.body).toEqual({ data: [id], errors: {} });
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('lets each key do what it may', async () => {
    const as = (keys: object, method = 'GET', path = '/monitor') =>
      call(method, path, method === 'POST' ? MONITOR : undefined, keys);
    expect(await as({ api: 'x' }, 'GET', '/validate')).toMatchObject({
      status: 403,
      body: { errors: ['Forbidden'] },
    });
    expect((await as({ application: 'x' }, 'GET', '/validate')).body).toEqual({
      valid: true,
    });
    expect((await as({ application: 'x' })).status).toBe(403);
    const reader = { application: DATADOG_KEYS.readOnlyApplicationKey };
    expect((await as(reader)).status).toBe(200);
    expect((await as(reader, 'POST')).status).toBe(403);
    expect(store.monitors()).toEqual([]);
  });

  it('tells its limits, and throttles as Datadog does', async () => {
    const { headers } = await call('GET', '/monitor');
    expect(headers.get('x-ratelimit-limit')).toBe('100');
    // 90 s after the epoch: half of the second minute is over.
    expect(headers.get('x-ratelimit-reset')).toBe('30');
    faults.add({
      service: 'datadog',
      kind: 'rate-limit',
      retryAfterSeconds: 9,
    });
    const throttled = await call('GET', '/monitor');
    expect(throttled).toMatchObject({
      status: 429,
      body: { errors: ['Too many requests'] },
    });
    expect(throttled.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(throttled.headers.get('x-ratelimit-reset')).toBe('9');
  });

  it('shows what is there, and keeps it over a restart', async () => {
    const { body: dashboard } = await call('POST', '/dashboard', {
      ...DASHBOARD,
      widgets: [{ definition: { type: 'note', content: '<b>hello</b>' } }],
    });
    await call('POST', '/monitor', MONITOR);
    const { body: slo } = await call('POST', '/slo', SLO);
    const page = async (path: string) =>
      (await fetch(`${service.url}${path}`)).text();
    expect(await page('/')).toContain(dashboard.url);
    const shown = await page(dashboard.url);
    expect(shown).toContain('hello');
    expect(shown).not.toContain('<b>hello');
    const monitors = (terms: string) =>
      page(`/monitors/manage?q=${encodeURIComponent(`tag:(${terms})`)}`);
    expect(await monitors('service:orders')).toContain('system.load.1');
    expect(await monitors('service:other')).not.toContain('system.load.1');
    expect(await page(`/slo?slo_id=${slo.data[0].id}`)).toContain('99.9 %');
    const reopened = new DatadogStore(service.directory, () => new Date(0));
    expect(reopened.dashboards()).toHaveLength(1);
    expect(reopened.monitors()[0].id).toBe(store.monitors()[0].id);
    expect(reopened.slos()).toHaveLength(1);
  });
});

import { FaultSwitch } from '../faults/FaultSwitch';
import { startTestService, TestService } from '../__testUtils__/services';
import { GrafanaStore } from './GrafanaStore';
import { grafanaApp } from './standIn';

const EDITOR = 'Bearer sandbox-grafana-token';
const VIEWER = 'Bearer sandbox-grafana-viewer-token';
const RULER = `Basic ${btoa('sandbox:sandbox-ruler-password')}`;
const RULES = '/prometheus/config/v1/rules';

const GROUP = `name: alerts
rules:
  - alert: Down
    expr: up == 0
    for: 5m
    labels: { contact: payments }
    annotations: { summary: It is down }
`;

describe('Grafana and the ruler', () => {
  let service: TestService;
  let store: GrafanaStore;
  const faults = new FaultSwitch();

  beforeAll(async () => {
    service = await startTestService(({ directory }) => {
      store = new GrafanaStore(directory, () => new Date(0));
      return grafanaApp(store, { faults });
    });
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    faults.clear();
    store.clear();
  });

  const call = async (
    path: string,
    options: {
      method?: string;
      body?: object | string;
      authorization?: string;
      tenant?: string;
    } = {},
  ) => {
    const { method = 'GET', body, tenant = 'demo' } = options;
    const { authorization = path.startsWith('/api') ? EDITOR : RULER } =
      options;
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization,
        'x-scope-orgid': tenant,
        'content-type':
          typeof body === 'string' ? 'application/yaml' : 'application/json',
      },
      body: typeof body === 'object' ? JSON.stringify(body) : body,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body:
        text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {},
    };
  };
  const save = (dashboard: object, more: object = {}) =>
    call('/api/dashboards/db', {
      method: 'POST',
      body: { dashboard: { title: 'Orders', ...dashboard }, ...more },
    });

  it('keeps a dashboard under its uid, and refuses a second one', async () => {
    const saved = await save({ uid: 'orders' }, { folderUid: 'services' });
    expect(saved).toMatchObject({
      status: 200,
      body: { status: 'success', version: 1, url: '/d/orders/orders' },
    });
    expect((await call('/api/dashboards/uid/orders')).body).toMatchObject({
      meta: { folderUid: 'services', folderTitle: 'Services', version: 1 },
      dashboard: { title: 'Orders', uid: 'orders', version: 1 },
    });
    expect(await save({ uid: 'orders' })).toMatchObject({
      status: 412,
      body: { status: 'name-exists' },
    });
    expect(await save({ uid: 'orders', version: 7 })).toMatchObject({
      status: 412,
      body: { status: 'version-mismatch' },
    });
  });

  it('moves a dashboard to the root on an update that names no folder', async () => {
    await save({ uid: 'orders' }, { folderUid: 'services' });
    expect((await save({ uid: 'orders', version: 1 })).body.version).toBe(2);
    const { body } = await call('/api/dashboards/uid/orders');
    expect(body.meta.folderUid).toBe('');
  });

  it.each([
    [{ uid: 'a'.repeat(41) }, {}, 'uid too long'],
    [{ uid: 'a/b' }, {}, 'illegal characters'],
    [{ title: ' ' }, {}, 'title cannot be empty'],
    [{ uid: 'a' }, { folderUid: 'none' }, 'folder not found'],
  ])('refuses %j %j', async (dashboard, more, message) => {
    const { status, body } = await save(dashboard, more);
    expect(status).toBe(400);
    expect(body.message).toContain(message);
    expect(store.dashboards()).toEqual([]);
  });

  it('finds by tag, page by page, and removes', async () => {
    for (const uid of ['a', 'b', 'c']) {
      await save({ uid, title: uid, tags: [uid === 'c' ? 'x' : 'y'] });
    }
    const uids = async (query: string) =>
      (await call(`/api/search?${query}`)).body.map(
        ({ uid }: { uid: string }) => uid,
      );
    expect(await uids('tag=y')).toEqual(['a', 'b']);
    expect(await uids('limit=2&page=2')).toEqual(['c']);
    const path = '/api/dashboards/uid/a';
    expect((await call(path, { method: 'DELETE' })).body).toMatchObject({
      title: 'a',
      message: 'Dashboard a deleted',
    });
    expect(await call(path, { method: 'DELETE' })).toMatchObject({
      status: 404,
      body: { message: 'Dashboard not found' },
    });
  });

  it('lets each token do what its role may', async () => {
    const permissions = '/api/access-control/user/permissions';
    const viewer = { authorization: VIEWER };
    expect((await call(permissions)).body).toHaveProperty([
      'dashboards:create',
    ]);
    expect((await call(permissions, viewer)).body).not.toHaveProperty([
      'dashboards:create',
    ]);
    await save({ uid: 'a' });
    expect((await call('/api/dashboards/uid/a', viewer)).status).toBe(200);
    const refused = await call('/api/dashboards/uid/a', {
      ...viewer,
      method: 'DELETE',
    });
    expect(refused).toMatchObject({
      status: 403,
      body: { title: 'Access denied' },
    });
    const stranger = { authorization: 'Bearer nobody' };
    expect(await call('/api/folders/services', stranger)).toMatchObject({
      status: 401,
      body: { message: 'Invalid API key' },
    });
  });

  it('takes a rule group a POST, and answers in YAML', async () => {
    const namespace = `${RULES}/${encodeURIComponent('orders@dev')}`;
    expect(await call(RULES)).toMatchObject({
      status: 404,
      text: 'no rule groups found\n',
    });
    const set = await call(namespace, { method: 'POST', body: GROUP });
    expect(set).toMatchObject({ status: 202, body: { status: 'success' } });
    const read = await call(`${namespace}/alerts`);
    expect(read.headers.get('content-type')).toContain('yaml');
    expect(read.text).toContain('alert: Down');
    expect((await call(RULES)).text).toContain('orders@dev:');
    const remove = () => call(`${namespace}/alerts`, { method: 'DELETE' });
    expect((await remove()).status).toBe(202);
    expect(await remove()).toMatchObject({
      status: 404,
      text: 'group does not exist\n',
    });
  });

  it.each([
    ['name: a', 'has no rules'],
    ['rules: []', 'name must not be empty'],
    [GROUP.replace('expr', 'query'), 'field query not found'],
    [GROUP.replace('alert: Down', 'record: a b'), 'invalid recording rule'],
    [GROUP.replace('5m', 'soon'), 'not a valid duration'],
    [`${GROUP}\t- x`, 'no YAML'],
  ])('refuses the rules %j', async (body, message) => {
    const answer = await call(`${RULES}/n`, { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });

  it('knows its tenants', async () => {
    const ask = (options: object) => call(RULES, options);
    expect((await ask({ authorization: EDITOR })).status).toBe(401);
    expect(await ask({ tenant: '' })).toMatchObject({
      status: 401,
      text: 'no org id\n',
    });
    expect((await ask({ tenant: 'another' })).status).toBe(403);
  });

  it('fails as each of the two does', async () => {
    faults.add({ service: 'grafana', kind: 'rate-limit', times: 2 });
    const grafana = await call('/api/folders/services');
    expect(grafana).toMatchObject({
      status: 429,
      body: { message: 'Too many requests' },
    });
    const ruler = await call(RULES);
    expect(ruler).toMatchObject({ status: 429, text: 'Too many requests' });
    expect(ruler.headers.get('retry-after')).toBe('1');
  });

  it('shows what is there, and keeps it over a restart', async () => {
    await save({
      uid: 'orders',
      description: '<script>',
      panels: [{ title: 'Errors', targets: [{ expr: 'rate(x[5m])' }] }],
    });
    await call(`${RULES}/orders`, { method: 'POST', body: GROUP });
    const page = async (path: string) =>
      (await fetch(`${service.url}${path}`)).text();
    expect(await page('/')).toContain('/d/orders/orders');
    const shown = await page('/d/orders/orders');
    expect(shown).toContain('rate(x[5m])');
    expect(shown).not.toContain('<script>');
    const search = encodeURIComponent('namespace:"orders" group:"alerts"');
    expect(await page(`/alerting/list?search=${search}`)).toContain('up == 0');
    expect(await page('/alerting/list?search=namespace:"other"')).not.toContain(
      'up == 0',
    );
    const reopened = new GrafanaStore(service.directory, () => new Date(0));
    expect(reopened.dashboard('orders').version).toBe(1);
    expect(reopened.groups('demo')).toHaveLength(1);
  });
});

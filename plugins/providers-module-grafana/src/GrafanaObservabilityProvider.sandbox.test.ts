import { mockServices } from '@backstage/backend-test-utils';
import { JsonObject } from '@backstage/types';
import { HttpClient } from '@self-service/plugin-providers-node';
import {
  createProviderFaults,
  describeObservabilityProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from 'sandbox';
import { parse } from 'yaml';
import { GrafanaObservabilityProvider } from './GrafanaObservabilityProvider';

// A whole sandbox takes its time on a busy machine.
jest.setTimeout(30_000);

const TOKEN = 'sandbox-grafana-token';
const TIME_LIMIT_MILLISECONDS = 1_000;

function toEntry(url: string) {
  return {
    url,
    token: TOKEN,
    folder: 'services',
    datasource: 'prometheus',
    ruler: {
      url: `${url}/prometheus/config/v1/rules`,
      tenant: 'demo',
      username: 'sandbox',
      password: 'sandbox-ruler-password',
    },
  };
}

/** Changes the entry of app-config. */
type Change = (entry: ReturnType<typeof toEntry>) => JsonObject;

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'grafana-provider-'));
  const sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  const url = sandbox.urls.standIns.grafana;
  const providerOf = (change: Change = entry => entry) => {
    const [made] = GrafanaObservabilityProvider.fromConfig(
      mockServices.rootConfig({
        data: { providers: { grafana: change(toEntry(url)) } },
      }),
      {
        http: vendor =>
          HttpClient.create({
            vendor,
            timeoutMilliseconds: TIME_LIMIT_MILLISECONDS,
            // Waits are tested with HttpClient; here they only take time.
            clock: { now: () => Date.now(), sleep: async () => {} },
          }),
      },
    );
    return made;
  };
  const provider = providerOf();
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: {
        'content-type': 'application/json',
        authorization: path.startsWith('/api')
          ? `Bearer ${TOKEN}`
          : `Basic ${btoa('sandbox:sandbox-ruler-password')}`,
        'x-scope-orgid': 'demo',
      },
    });
  return {
    sandbox,
    provider,
    providerOf,
    call,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

describeObservabilityProviderContract('Grafana', async () => {
  const { sandbox, provider, call, stop } = await start();
  const findDashboards = async (query: string) => {
    const response = await call(`/api/search?${query}`);
    return (await response.json()) as { uid: string; title: string }[];
  };
  return {
    provider,
    canary: 'sandbox-grafana',
    faults: createProviderFaults(sandbox.faults, 'grafana', {
      slowMilliseconds: 3 * TIME_LIMIT_MILLISECONDS,
    }),
    see: async ({ name, environment }) => {
      const found = (await findDashboards('tag=self-service')).filter(
        ({ title }) => title === `${name} (${environment})`,
      );
      const dashboards = await Promise.all(
        found.map(async ({ uid }) =>
          (await call(`/api/dashboards/uid/${uid}`)).json(),
        ),
      );
      const rules = await call(
        `/prometheus/config/v1/rules/${encodeURIComponent(
          `${name}@${environment}`,
        )}`,
      );
      const groups: { name: string; rules: object[] }[] = rules.ok
        ? Object.values<any>(parse(await rules.text())).flat()
        : [];
      return {
        dashboards,
        alerts: groups
          .filter(group => group.name === 'alerts')
          .flatMap(group => group.rules),
        slos: groups.filter(group => group.name === 'slo'),
      };
    },
    crowd: async () => {
      for (let index = 0; index < 120; index += 1) {
        const dashboard = { uid: `other-${index}`, title: `Other ${index}` };
        await call('/api/dashboards/db', {
          method: 'POST',
          body: JSON.stringify({ dashboard }),
        });
      }
    },
    stop,
  };
});

describe('a Grafana provider and what it finds', () => {
  let fixture: Awaited<ReturnType<typeof start>>;
  const component = { name: 'orders', environment: 'dev', team: 'payments' };
  const run = { runKey: 'run-1' };

  beforeAll(async () => {
    fixture = await start();
  }, 60_000);
  afterAll(async () => {
    await fixture?.stop();
  });

  it('puts dashboards into the folder, with the data source', async () => {
    const { provider, call } = fixture;
    const { url } = await provider.createDashboard({ component, ...run });
    const uid = new URL(url).pathname.split('/')[2];
    const response = await call(`/api/dashboards/uid/${uid}`);
    const { meta, dashboard } = await response.json();
    expect(meta.folderTitle).toBe('Services');
    expect(dashboard.panels[0].datasource).toEqual({
      type: 'prometheus',
      uid: 'prometheus',
    });
    // The page that people are shown is there.
    expect((await fetch(url)).status).toBe(200);
    await provider.remove('dashboard', component, run);
  });

  it('leaves a dashboard that a person has taken over', async () => {
    const { provider, call } = fixture;
    const { url } = await provider.createDashboard({ component, ...run });
    const path = `/api/dashboards/uid/${new URL(url).pathname.split('/')[2]}`;
    const { dashboard } = await (await call(path)).json();
    const save = (tags: string[], version: number) =>
      call('/api/dashboards/db', {
        method: 'POST',
        body: JSON.stringify({ dashboard: { ...dashboard, tags, version } }),
      });
    expect((await save(['ours-now'], 1)).status).toBe(200);
    await expect(
      provider.remove('dashboard', component, run),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    expect((await save(dashboard.tags, 2)).status).toBe(200);
    expect(await provider.remove('dashboard', component, run)).toBe('removed');
  });

  it('has dashboards alone without a ruler', async () => {
    const provider = fixture.providerOf(({ ruler: _, ...entry }) => entry);
    expect(provider.features).toEqual(['dashboard']);
    await expect(
      provider.createSlo({
        component,
        slo: { objective: 99, windowDays: 7 },
        contact: 'payments',
        ...run,
      }),
    ).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('providers.grafana.ruler'),
    });
    expect(await provider.checkHealth()).toMatchObject({
      status: 'ok',
      description: expect.stringContaining('neither alerts nor SLOs'),
    });
  });

  it.each<[string, object, object]>([
    [
      'a token that may only read',
      { token: 'sandbox-grafana-viewer-token' },
      { what: expect.stringContaining('lacks dashboards:create') },
    ],
    ['a folder that is not there', { folder: 'none' }, { status: 404 }],
    ['a wrong path', { url: 'PATH' }, { status: 404 }],
  ])('says at the check what is wrong: %s', async (_, change, problem) => {
    const provider = fixture.providerOf(entry => ({
      ...entry,
      ...change,
      ...('url' in change && { url: `${entry.url}/elsewhere` }),
    }));
    expect(await provider.checkHealth()).toMatchObject({
      status: 'failing',
      problem: { whose: expect.any(String), canPass: false, ...problem },
    });
  });

  it('says at the check that the ruler knows nobody of that name', async () => {
    const provider = fixture.providerOf(entry => ({
      ...entry,
      ruler: {
        url: `${entry.url}/prometheus/config/v1/rules`,
        tenant: 'demo',
        token: 'canary-token',
      },
    }));
    const health = await provider.checkHealth();
    expect(health).toMatchObject({
      status: 'failing',
      problem: { status: 401, vendor: 'The Prometheus ruler' },
    });
    expect(JSON.stringify(health)).not.toContain('canary');
  });

  it('does not take a missing page for a missing rule group', async () => {
    const provider = fixture.providerOf(entry => ({
      ...entry,
      ruler: { url: `${entry.url}/nowhere` },
    }));
    await expect(
      provider.remove('alerts', component, run),
    ).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});

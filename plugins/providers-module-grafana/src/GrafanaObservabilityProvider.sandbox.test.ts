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
import { parse } from 'yaml';
import { GrafanaObservabilityProvider } from './GrafanaObservabilityProvider';

// A whole sandbox takes its time on a busy machine.
jest.setTimeout(30_000);

const TOKEN = 'sandbox-grafana-token';
const TIME_LIMIT_MILLISECONDS = 1_000;

async function start() {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'grafana-provider-'));
  const sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  const url = sandbox.urls.standIns.grafana;
  const [provider] = GrafanaObservabilityProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          grafana: {
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
          },
        },
      },
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
    call,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

describeObservabilityProviderContract(
  'Grafana',
  async () => {
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
  },
  // Grafana has no 422; a bad request is one there.
  {},
);

import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { DEFAULT_QUERIES, PrometheusQueries } from './queries';

const KEY = 'providers.grafana';

/** Where rule groups are configured, and how we prove who we are. */
export interface RulerConfig {
  /** Without a slash at the end. */
  url: string;
  tenant?: string;
  /** Value of the header; absent where none is needed. */
  authorization?: string;
  /** What must not appear in an error. */
  secrets: readonly string[];
}

/** One entry of `providers.grafana`, read. */
export interface GrafanaConfig {
  id: string;
  /** Without a slash at the end. */
  url: string;
  token: string;
  folder?: string;
  datasource?: string;
  ruler?: RulerConfig;
  queries: PrometheusQueries;
}

function trimSlashes(url: string): string {
  return url.replace(/\/+$/, '');
}

function readRuler(config: Config): RulerConfig {
  const token = config.getOptionalString('token');
  const username = config.getOptionalString('username');
  const password = config.getOptionalString('password');
  if (token && username) {
    throw new InputError(
      `${KEY}.ruler in app-config has both token and username; keep one`,
    );
  }
  const basic =
    username && Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  const scheme = token ? `Bearer ${token}` : basic && `Basic ${basic}`;
  return {
    url: trimSlashes(config.getString('url')),
    tenant: config.getOptionalString('tenant'),
    authorization: scheme || undefined,
    secrets: [token, password, basic].filter(value => value !== undefined),
  };
}

function readInstance(config: Config, index: number): GrafanaConfig {
  const name = config.getOptionalString('name');
  if (index > 0 && !name) {
    throw new InputError(
      `${KEY}[${index}] in app-config needs a name: further entries are told apart by it`,
    );
  }
  const ruler = config.getOptionalConfig('ruler');
  const queries = config.getOptionalConfig('queries');
  const query = (key: keyof PrometheusQueries) =>
    queries?.getOptionalString(key) ?? DEFAULT_QUERIES[key];
  return {
    id: name ? `grafana:${name}` : 'grafana',
    url: trimSlashes(config.getString('url')),
    token: config.getString('token'),
    folder: config.getOptionalString('folder'),
    datasource: config.getOptionalString('datasource'),
    ruler: ruler && readRuler(ruler),
    queries: {
      requests: query('requests'),
      failedRequests: query('failedRequests'),
      latencyP95: query('latencyP95'),
      availability: query('availability'),
    },
  };
}

/**
 * Reads `providers.grafana`: one entry, a list, or nothing.
 *
 * @throws InputError - an entry that can't be told from another, or two ways
 * to authenticate
 */
export function readGrafanaConfigs(root: Config): GrafanaConfig[] {
  if (!root.has(KEY)) {
    return [];
  }
  const instances = Array.isArray(root.get(KEY))
    ? root.getConfigArray(KEY)
    : [root.getConfig(KEY)];
  const configs = instances.map(readInstance);
  if (new Set(configs.map(({ id }) => id)).size < configs.length) {
    throw new InputError(`Two entries of ${KEY} in app-config have one name`);
  }
  return configs;
}

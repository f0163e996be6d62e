import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import { DatadogQueries, DEFAULT_QUERIES } from './queries';

const KEY = 'providers.datadog';
const DEFAULT_SITE = 'datadoghq.com';

/** One entry of `providers.datadog`, read. */
export interface DatadogConfig {
  id: string;
  /** Without a slash at the end. */
  apiUrl: string;
  /** Without a slash at the end. */
  appUrl: string;
  apiKey: string;
  applicationKey: string;
  /** With `{contact}`. */
  notify: string;
  queries: DatadogQueries;
}

function trimSlashes(url: string): string {
  return url.replace(/\/+$/, '');
}

/**
 * The pages of a site: those with a region in their name have no `app` before
 * it (https://docs.datadoghq.com/getting_started/site/).
 */
function toAppUrl(site: string): string {
  return site.split('.').length > 2 ? `https://${site}` : `https://app.${site}`;
}

function readInstance(config: Config, index: number): DatadogConfig {
  const name = config.getOptionalString('name');
  if (index > 0 && !name) {
    throw new InputError(
      `${KEY}[${index}] in app-config needs a name: further entries are told apart by it`,
    );
  }
  const site = config.getOptionalString('site') ?? DEFAULT_SITE;
  const queries = config.getOptionalConfig('queries');
  const query = (key: keyof DatadogQueries) =>
    queries?.getOptionalString(key) ?? DEFAULT_QUERIES[key];
  return {
    id: name ? `datadog:${name}` : 'datadog',
    apiUrl: trimSlashes(
      config.getOptionalString('apiUrl') ?? `https://api.${site}`,
    ),
    appUrl: trimSlashes(config.getOptionalString('appUrl') ?? toAppUrl(site)),
    apiKey: config.getString('apiKey'),
    applicationKey: config.getString('applicationKey'),
    notify: config.getOptionalString('notify') ?? '@team-{contact}',
    queries: {
      requests: query('requests'),
      failedRequests: query('failedRequests'),
      latencyP95: query('latencyP95'),
      availability: query('availability'),
    },
  };
}

/**
 * Reads `providers.datadog`: one entry, a list, or nothing.
 *
 * @throws InputError - an entry that can't be told from another
 */
export function readDatadogConfigs(root: Config): DatadogConfig[] {
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

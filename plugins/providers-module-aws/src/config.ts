import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** One entry of `providers.aws`, read. */
export interface AwsConfig {
  /** Id of the provider: `aws` or `aws:<name>`. */
  id: string;
  region: string;
  /** Without a slash at the end. */
  endpoint: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Without slashes around them; empty: all. */
  paths: string[];
  kmsKeyId?: string;
  recoveryWindowDays: number;
  /** With `{name}` and `{region}`. */
  uiUrl: string;
  /** ARN of a team's role, with `{team}` and `{namespace}`. */
  teamPrincipal?: string;
}

const KEY = 'providers.aws';
const CONSOLE =
  'https://{region}.console.aws.amazon.com/secretsmanager/secret?name={name}&region={region}';

function readEntry(config: Config, index: number): AwsConfig {
  const region = config.getString('region');
  const credentials = config.getOptionalConfig('credentials');
  const recoveryWindowDays =
    config.getOptionalNumber('recoveryWindowDays') ?? 7;
  if (recoveryWindowDays < 7 || recoveryWindowDays > 30) {
    throw new InputError(
      `${KEY}.recoveryWindowDays in app-config is ${recoveryWindowDays}; AWS takes 7 to 30`,
    );
  }
  return {
    id: index === 0 ? 'aws' : `aws:${config.getString('name')}`,
    region,
    endpoint: (
      config.getOptionalString('endpoint') ??
      `https://secretsmanager.${region}.amazonaws.com`
    ).replace(/\/+$/, ''),
    credentials: credentials && {
      accessKeyId: credentials.getString('accessKeyId'),
      secretAccessKey: credentials.getString('secretAccessKey'),
    },
    paths: (config.getOptionalStringArray('paths') ?? []).map(path =>
      path.replace(/^\/+|\/+$/g, ''),
    ),
    kmsKeyId: config.getOptionalString('kmsKeyId'),
    recoveryWindowDays,
    uiUrl: config.getOptionalString('uiUrl') ?? CONSOLE,
    teamPrincipal: config.getOptionalConfig('access')?.getString('principal'),
  };
}

/**
 * Reads `providers.aws`: an entry, a list of entries, or nothing.
 *
 * @throws InputError - a recovery window that AWS doesn't take, or two entries
 * of the same name
 */
export function readAwsConfigs(root: Config): AwsConfig[] {
  if (!root.has(KEY)) {
    return [];
  }
  const entries = Array.isArray(root.get(KEY))
    ? root.getConfigArray(KEY)
    : [root.getConfig(KEY)];
  const configs = entries.map(readEntry);
  const ids = configs.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) {
    throw new InputError(`${KEY} in app-config has two entries for ${twice}`);
  }
  return configs;
}

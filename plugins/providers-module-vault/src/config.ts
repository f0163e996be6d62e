import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** How the portal proves who it is. */
export type VaultAuth =
  | { kind: 'token'; token: string }
  | { kind: 'appRole'; mount: string; roleId: string; secretId: string };

/** One entry of `providers.vault`, read. */
export interface VaultConfig {
  /** Id of the provider: `vault` or `vault:<name>`. */
  id: string;
  /** Without a slash at the end. */
  address: string;
  /** Without slashes around it. */
  mount: string;
  /** Without slashes around them; empty: all. */
  paths: string[];
  /** With `{mount}` and `{path}`. */
  uiUrl: string;
  namespace?: string;
  auth: VaultAuth;
  /** Name of a team's identity group, with `{team}` and `{namespace}`. */
  teamGroup?: string;
  /** Where the database engine is mounted, without slashes around it. */
  leasesMount?: string;
}

const KEY = 'providers.vault';

function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, '');
}

function readAuth(config: Config): VaultAuth {
  const token = config.getOptionalString('token');
  const appRole = config.getOptionalConfig('appRole');
  if (Boolean(token) === Boolean(appRole)) {
    throw new InputError(
      'providers.vault.auth in app-config needs either appRole or token',
    );
  }
  return appRole
    ? {
        kind: 'appRole',
        mount: trimSlashes(appRole.getOptionalString('mount') ?? 'approle'),
        roleId: appRole.getString('roleId'),
        secretId: appRole.getString('secretId'),
      }
    : { kind: 'token', token: config.getString('token') };
}

function readEntry(config: Config, index: number): VaultConfig {
  const address = config.getString('address').replace(/\/+$/, '');
  const access = config.getOptionalConfig('access');
  const leases = config.getOptionalConfig('leases');
  return {
    id: index === 0 ? 'vault' : `vault:${config.getString('name')}`,
    address,
    mount: trimSlashes(config.getOptionalString('mount') ?? 'secret'),
    paths: (config.getOptionalStringArray('paths') ?? []).map(trimSlashes),
    uiUrl:
      config.getOptionalString('uiUrl') ??
      `${address}/ui/vault/secrets/{mount}/kv/{path}/details`,
    namespace: config.getOptionalString('namespace'),
    auth: readAuth(config.getConfig('auth')),
    teamGroup: access && (access.getOptionalString('group') ?? '{team}'),
    leasesMount:
      leases && trimSlashes(leases.getOptionalString('mount') ?? 'database'),
  };
}

/**
 * Reads `providers.vault`: an entry, a list of entries, or nothing.
 *
 * @throws InputError - neither or both ways to authenticate, or two entries of
 * the same name
 */
export function readVaultConfigs(root: Config): VaultConfig[] {
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

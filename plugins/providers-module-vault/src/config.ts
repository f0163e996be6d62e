import { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

/** How the portal proves who it is. */
export type VaultAuth =
  | { kind: 'token'; token: string }
  | { kind: 'appRole'; mount: string; roleId: string; secretId: string };

/** `providers.vault`, read. */
export interface VaultConfig {
  /** Without a slash at the end. */
  address: string;
  /** Without slashes around it. */
  mount: string;
  /** With `{mount}` and `{path}`. */
  uiUrl: string;
  namespace?: string;
  auth: VaultAuth;
}

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

/** @throws InputError - neither or both ways to authenticate */
export function readVaultConfig(root: Config): VaultConfig {
  const config = root.getConfig('providers.vault');
  const address = config.getString('address').replace(/\/+$/, '');
  return {
    address,
    mount: trimSlashes(config.getOptionalString('mount') ?? 'secret'),
    uiUrl:
      config.getOptionalString('uiUrl') ??
      `${address}/ui/vault/secrets/{mount}/kv/{path}/details`,
    namespace: config.getOptionalString('namespace'),
    auth: readAuth(config.getConfig('auth')),
  };
}

import { Config } from '@backstage/config';
import { ConflictError } from '@backstage/errors';

/** Where Terraform keeps its state. */
export interface StateConfig {
  /** With `{owner}`, `{repository}` and `{project}`. */
  url: string;
  username?: string;
  password?: string;
}

/** One Atlantis server. */
export interface AtlantisConfig {
  gitHost: string;
  statusName: string;
  state?: StateConfig;
}

function readState(config: Config): StateConfig {
  return {
    url: config.getString('url'),
    username: config.getOptionalString('username'),
    password: config.getOptionalString('password'),
  };
}

/**
 * Reads `providers.atlantis`.
 *
 * @throws ConflictError - two servers for one git host
 */
export function readAtlantisConfig(config: Config): AtlantisConfig[] {
  const servers = (
    config.getOptionalConfigArray('providers.atlantis') ?? []
  ).map(server => ({
    gitHost: server.getString('gitHost'),
    statusName: server.getOptionalString('statusName') ?? 'atlantis',
    state: server.has('state')
      ? readState(server.getConfig('state'))
      : undefined,
  }));
  const hosts = servers.map(({ gitHost }) => gitHost);
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index);
  if (twice) {
    throw new ConflictError(
      `providers.atlantis names the git host ${twice} twice. Keep one entry.`,
    );
  }
  return servers;
}

import { Config } from '@backstage/config';
import { ConflictError, InputError } from '@backstage/errors';

/** One organization, for one git host. */
export interface HcpTerraformConfig {
  gitHost: string;
  organization: string;
  /** Origin, without a slash at the end. */
  address: string;
  token: string;
  project?: string;
  oauthTokenId: string;
  /** With `{owner}`, `{repository}` and `{directory}`. */
  workspaceName: string;
  webhook?: { url?: string; token: string };
}

const DEFAULT_ADDRESS = 'https://app.terraform.io';
const DEFAULT_NAME = '{repository}-{directory}';

function readWebhook(config: Config): HcpTerraformConfig['webhook'] {
  return {
    url: config.getOptionalString('url'),
    token: config.getString('token'),
  };
}

function readOrganization(config: Config): HcpTerraformConfig {
  const workspaceName =
    config.getOptionalString('workspaceName') ?? DEFAULT_NAME;
  if (!workspaceName.includes('{directory}')) {
    throw new InputError(
      `providers.hcpTerraform[].workspaceName is '${workspaceName}' and gives all directories one workspace. Write {directory} into it.`,
    );
  }
  return {
    gitHost: config.getString('gitHost'),
    organization: config.getString('organization'),
    address: (config.getOptionalString('address') ?? DEFAULT_ADDRESS).replace(
      /\/+$/,
      '',
    ),
    token: config.getString('token'),
    project: config.getOptionalString('project'),
    oauthTokenId: config.getString('vcs.oauthTokenId'),
    workspaceName,
    webhook: config.has('webhook')
      ? readWebhook(config.getConfig('webhook'))
      : undefined,
  };
}

/**
 * Reads `providers.hcpTerraform`.
 *
 * @throws ConflictError - two organizations for one git host
 * @throws InputError - workspaces would share a name
 */
export function readHcpTerraformConfig(config: Config): HcpTerraformConfig[] {
  const organizations = (
    config.getOptionalConfigArray('providers.hcpTerraform') ?? []
  ).map(readOrganization);
  const hosts = organizations.map(({ gitHost }) => gitHost);
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index);
  if (twice) {
    throw new ConflictError(
      `providers.hcpTerraform names the git host ${twice} twice. Keep one entry.`,
    );
  }
  return organizations;
}

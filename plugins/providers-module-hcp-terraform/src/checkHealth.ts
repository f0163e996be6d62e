import {
  askHealth,
  orUndefined,
  ProviderHealth,
} from '@self-service/plugin-providers-node';
import { HcpTerraformConfig } from './config';
import { accountSchema, organizationSchema } from './documents';
import { HcpClient } from './HcpClient';

/** Asks who we are, and what the organization lets us do. */
export async function checkHealth(
  { organization }: HcpTerraformConfig,
  client: HcpClient,
  signal?: AbortSignal,
): Promise<ProviderHealth> {
  const health = await askHealth({ signal }, async () => {
    const permissions = await readPermissions(organization, client, signal);
    const account = await readAccount(client, signal);
    const description = account
      ? `Signed in to ${organization} as ${account}.`
      : `Signed in to ${organization}.`;
    if (!account) {
      return {
        status: 'degraded',
        description: `${description} The token looks like an organization's, which can't start runs.`,
        problem: {
          what: 'The token belongs to no team and no user.',
          whose: 'platform',
          canPass: false,
          remedy:
            'Put a token of a team or a user into providers.hcpTerraform in app-config.',
          vendor: 'HCP Terraform',
        },
      };
    }
    if (permissions['can-create-workspace'] === false) {
      return {
        status: 'degraded',
        description: `${description} It may not create workspaces.`,
        problem: {
          what: `${account} may not create workspaces in ${organization}.`,
          whose: 'platform',
          canPass: false,
          remedy:
            'Give its team the permission to manage workspaces, at least in the project of providers.hcpTerraform.',
          vendor: 'HCP Terraform',
        },
      };
    }
    return { status: 'ok', description };
  });
  return { ...health, rateLimit: client.rateLimit };
}

async function readPermissions(
  organization: string,
  client: HcpClient,
  signal: AbortSignal | undefined,
): Promise<Record<string, boolean>> {
  const { data } = await client.call({
    action: `read organization ${organization}`,
    method: 'GET',
    path: ['organizations', organization],
    answer: organizationSchema,
    signal,
  });
  return data.attributes.permissions ?? {};
}

/** Organization tokens have no account. */
async function readAccount(
  client: HcpClient,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const account = await orUndefined(
    client.call({
      action: 'read who we are',
      method: 'GET',
      path: ['account', 'details'],
      answer: accountSchema,
      signal,
    }),
  );
  return account?.data.attributes.username;
}

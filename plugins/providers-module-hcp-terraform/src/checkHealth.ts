import { NotFoundError } from '@backstage/errors';
import { problemOf, ProviderHealth } from '@self-service/plugin-providers-node';
import { HcpTerraformConfig } from './config';
import { accountSchema, organizationSchema } from './documents';
import { HcpClient } from './HcpClient';

/** Asks who we are, and what the organization lets us do. */
export async function checkHealth(
  { organization }: HcpTerraformConfig,
  client: HcpClient,
  signal?: AbortSignal,
): Promise<ProviderHealth> {
  try {
    const permissions = await readPermissions(organization, client, signal);
    const account = await readAccount(client, signal);
    const { rateLimit } = client;
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
        rateLimit,
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
        rateLimit,
      };
    }
    return { status: 'ok', description, rateLimit };
  } catch (error) {
    signal?.throwIfAborted();
    const { message } = error as Error;
    return {
      status: 'failing',
      description: message,
      problem: problemOf(error) ?? {
        what: message,
        whose: 'unknown',
        canPass: true,
        remedy: 'Look at the log of the backend.',
      },
      rateLimit: client.rateLimit,
    };
  }
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
  try {
    const { data } = await client.call({
      action: 'read who we are',
      method: 'GET',
      path: ['account', 'details'],
      answer: accountSchema,
      signal,
    });
    return data.attributes.username;
  } catch (error) {
    if (error instanceof NotFoundError) {
      return undefined;
    }
    throw error;
  }
}

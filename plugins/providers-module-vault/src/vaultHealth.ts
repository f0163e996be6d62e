import {
  askHealth,
  CallOptions,
  ProviderHealth,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { VaultConfig } from './config';
import { VaultClient } from './VaultClient';

/** https://developer.hashicorp.com/vault/api-docs/system/health */
const healthAnswer = z.object({
  initialized: z.literal(true),
  sealed: z.literal(false),
  version: z.string(),
});
/** https://developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self */
const tokenAnswer = z.object({
  data: z.object({
    display_name: z.string(),
    /** Seconds; 0: it has no end. */
    ttl: z.number(),
  }),
});
/** https://developer.hashicorp.com/vault/api-docs/system/capabilities-self */
const capabilitiesAnswer = z.object({
  data: z.record(z.string(), z.array(z.string())),
});

/** Stands for any secret; nothing of this name is ever written. */
const PROBE = 'self-service-check';

/** What the portal does where, by path in Vault. */
function listNeeds(config: VaultConfig): Record<string, string[]> {
  const { mount, paths, teamGroup } = config;
  const secrets = paths.flatMap(prefix => [
    [`${mount}/data/${prefix}/${PROBE}`, ['create', 'read', 'update']],
    [
      `${mount}/metadata/${prefix}/${PROBE}`,
      ['create', 'read', 'update', 'delete'],
    ],
    [`${mount}/delete/${prefix}/${PROBE}`, ['update']],
  ]);
  const access = [
    [`sys/policies/acl/self-service-${PROBE}`, ['update', 'delete']],
    [`identity/group/name/self-service-${PROBE}`, ['read', 'delete']],
    ['identity/group', ['update']],
  ];
  return Object.fromEntries([...secrets, ...(teamGroup ? access : [])]);
}

async function findMissing(
  client: VaultClient,
  config: VaultConfig,
  options: CallOptions,
): Promise<string[]> {
  const needs = listNeeds(config);
  const paths = Object.keys(needs);
  if (paths.length === 0) {
    return [];
  }
  const { data } = await client.call({
    action: 'say what the portal may do',
    method: 'POST',
    path: ['sys', 'capabilities-self'],
    body: { paths },
    answer: capabilitiesAnswer,
    repeatable: true,
    ...options,
  });
  return paths.flatMap(path => {
    const granted = data[path] ?? [];
    const missing = granted.includes('root')
      ? []
      : needs[path].filter(capability => !granted.includes(capability));
    return missing.length > 0 ? [`${missing.join(', ')} on ${path}`] : [];
  });
}

function describeToken(token: z.infer<typeof tokenAnswer>['data']): string {
  const name = token.display_name || 'an unnamed token';
  return token.ttl > 0
    ? `${name}, for another ${Math.ceil(token.ttl / 60)} min`
    : name;
}

/** See `Provider.checkHealth`: reads only, whatever the token may do. */
export async function checkVaultHealth(
  client: VaultClient,
  config: VaultConfig,
  options: CallOptions,
): Promise<ProviderHealth> {
  return askHealth(options, async () => {
    const { version } = await client.call({
      action: 'say whether it is healthy',
      method: 'GET',
      path: ['sys', 'health'],
      // A standby passes requests on, and is as good.
      query: { standbyok: 'true', perfstandbyok: 'true' },
      answer: healthAnswer,
      // Only the root namespace has it.
      anonymous: true,
      ...options,
    });
    const { data: token } = await client.call({
      action: 'look its token up',
      method: 'GET',
      path: ['auth', 'token', 'lookup-self'],
      answer: tokenAnswer,
      ...options,
    });
    const missing = await findMissing(client, config, options);
    const who = `Vault ${version}, signed in as ${describeToken(token)}.`;
    if (missing.length === 0) {
      return { status: 'ok', description: who };
    }
    const what = `The portal's token lacks ${missing.join('; ')}.`;
    return {
      status: 'degraded',
      description: `${who} ${what}`,
      problem: {
        what,
        whose: 'platform',
        canPass: false,
        remedy: "Add it to the policy of the portal's role in Vault.",
        vendor: 'Vault',
      },
    };
  });
}

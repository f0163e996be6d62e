import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import {
  askHealth,
  CallOptions,
  ProviderHealth,
} from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { AwsClient } from './AwsClient';
import { VENDOR } from './awsErrors';
import { AwsConfig } from './config';

const listAnswer = z.object({ SecretList: z.array(z.object({})) });

/**
 * See `Provider.checkHealth`: lists one secret, and its name is not looked at.
 * What else the role may do AWS does not tell.
 */
export async function checkAwsHealth(
  client: AwsClient,
  { region }: AwsConfig,
  options: CallOptions,
): Promise<ProviderHealth> {
  return askHealth(options, async () => {
    await client.call({
      action: 'list secrets',
      send: (sdk, call) =>
        sdk.send(new ListSecretsCommand({ MaxResults: 1 }), call),
      answer: listAnswer,
      ...options,
    });
    const accessKeyId = await client.readAccessKeyId();
    return {
      status: 'ok',
      description: `${VENDOR} in ${region}, signed with access key ${accessKeyId}.`,
    };
  });
}

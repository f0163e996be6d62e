import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { problemOf, ProviderHealth } from '@self-service/plugin-providers-node';
import { z } from 'zod';
import { AwsClient } from './AwsClient';
import { VENDOR } from './awsErrors';
import { AwsConfig } from './config';
import { CallOptions } from './SecretsManagerApi';

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
  try {
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
  } catch (error) {
    options.signal?.throwIfAborted();
    const problem = problemOf(error) ?? {
      what: `${VENDOR} could not be asked.`,
      whose: 'platform' as const,
      canPass: false,
      remedy: 'Check providers.aws in app-config, and the credentials.',
      vendor: VENDOR,
    };
    return {
      status: 'failing',
      description: problem.what,
      // No requester has a part in it.
      problem:
        problem.whose === 'yours' ? { ...problem, whose: 'platform' } : problem,
    };
  }
}

import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockServices } from '@backstage/backend-test-utils';
import {
  createProviderFaults,
  describeSecretsProviderContract,
} from '@self-service/plugin-providers-node/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { AwsSecretsProvider } from './AwsSecretsProvider';
import { toSecretName } from './names';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(30_000);

const TIMEOUT_MILLISECONDS = 1_500;
const REGION = 'eu-central-1';

/** @param entry - of `providers.aws`, beside address and credentials */
async function start(entry: object = {}) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'aws-provider-'));
  const sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  const { urls, credentials } = sandbox;
  const [provider] = AwsSecretsProvider.fromConfig(
    mockServices.rootConfig({
      data: {
        providers: {
          aws: {
            region: REGION,
            endpoint: urls.standIns.aws,
            credentials: {
              accessKeyId: credentials.awsAccessKeyId,
              secretAccessKey: credentials.awsSecretAccessKey,
            },
            ...entry,
          },
        },
      },
    }),
    {
      client: {
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        clock: { now: () => Date.now(), sleep: async () => {} },
      },
    },
  );
  return {
    sandbox,
    provider,
    stop: async () => {
      await sandbox.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}

/** A client of somebody's, beside the provider. */
function clientOf(
  { urls }: Sandbox,
  credentials: { accessKeyId: string; secretAccessKey: string },
) {
  return new SecretsManagerClient({
    region: REGION,
    endpoint: urls.standIns.aws,
    credentials,
    maxAttempts: 1,
  });
}

describeSecretsProviderContract(
  'AWS Secrets Manager',
  async () => {
    const { sandbox, provider, stop } = await start({
      access: { principal: 'arn:aws:iam::000000000000:role/team-{team}' },
    });
    const {
      awsAccessKeyId,
      awsSecretAccessKey,
      awsTeamAccessKeyId,
      awsTeamSecretAccessKey,
    } = sandbox.credentials;
    const person = clientOf(sandbox, {
      accessKeyId: awsAccessKeyId,
      secretAccessKey: awsSecretAccessKey,
    });
    const team = clientOf(sandbox, {
      accessKeyId: awsTeamAccessKeyId,
      secretAccessKey: awsTeamSecretAccessKey,
    });
    return {
      provider,
      faults: createProviderFaults(sandbox.faults, 'aws', {
        slowMilliseconds: 2 * TIMEOUT_MILLISECONDS,
      }),
      prefix: 'databases',
      read: async path => {
        const { SecretString } = await person.send(
          new GetSecretValueCommand({ SecretId: toSecretName(path) }),
        );
        return JSON.parse(SecretString ?? '');
      },
      write: async (path, data) => {
        await person.send(
          new PutSecretValueCommand({
            SecretId: toSecretName(path),
            SecretString: JSON.stringify(data),
          }),
        );
      },
      remove: async path => {
        await person.send(
          new DeleteSecretCommand({ SecretId: toSecretName(path) }),
        );
      },
      access: {
        team: 'group:default/payments',
        mayRead: async path => {
          try {
            await team.send(
              new GetSecretValueCommand({ SecretId: toSecretName(path) }),
            );
            return true;
          } catch (error) {
            expect(error).toMatchObject({ name: 'AccessDeniedException' });
            return false;
          }
        },
      },
      stop,
    };
  },
  { features: ['access'] },
);

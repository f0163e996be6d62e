import {
  SecretsManagerClient,
  ListSecretsCommand,
} from '@aws-sdk/client-secrets-manager';
import { mockServices } from '@backstage/backend-test-utils';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox, startSandbox } from 'sandbox';
import { recordTraffic } from './__testUtils__/recordTraffic';
import { findProblems, schemaOf } from './__testUtils__/serviceModel';
import { AwsSecretsProvider } from './AwsSecretsProvider';

// Real git and PostgreSQL take their time on a busy machine.
jest.setTimeout(60_000);

const TEAM = 'group:default/payments';
const REGION = 'eu-central-1';

/** Operations whose answer is empty. */
const SILENT = ['TagResource', 'UntagResource'];

describe('what goes to Secrets Manager and comes from its stand-in', () => {
  let dataDirectory: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'aws-traffic-'));
    sandbox = await startSandbox({ dataDirectory, ports: 'ephemeral' });
  }, 60_000);
  afterAll(async () => {
    await sandbox?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  const credentials = () => ({
    accessKeyId: sandbox.credentials.awsAccessKeyId,
    secretAccessKey: sandbox.credentials.awsSecretAccessKey,
  });
  const createProvider = (endpoint: string) =>
    AwsSecretsProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            aws: {
              region: REGION,
              endpoint,
              credentials: credentials(),
              kmsKeyId: 'alias/self-service',
              access: {
                principal: 'arn:aws:iam::000000000000:role/team-{team}',
              },
            },
          },
        },
      }),
    )[0];

  /** Everything that a provider can do, and some of what it may not. */
  async function doEverything(provider: AwsSecretsProvider) {
    const path = 'databases/told';
    const data = { password: 'canary-aa' };
    const create = (runKey: string) => provider.create({ path, data, runKey });
    const grant = { path, team: TEAM, access: 'read' as const };
    await provider.checkHealth();
    await create('run-1');
    await create('run-2').catch(() => undefined);
    await provider.read(path);
    await provider
      .read(path, { version: 'x'.repeat(32) })
      .catch(() => undefined);
    await provider.rotate({ path, data: { password: 'b' }, runKey: 'run-2' });
    await provider.grantAccess?.({ ...grant, runKey: 'run-2' });
    await provider.revokeAccess?.({ ...grant, runKey: 'run-2' });
    await provider.undoRotation(path, { runKey: 'run-2' });
    await provider.listVersions(path);
    await provider.remove(path, { runKey: 'run-1' });
    await provider.read(path).catch(() => undefined);
    await create('run-3');
    await provider.find('databases/none');
  }

  it('is as the model of AWS has it, in both directions', async () => {
    const traffic = await recordTraffic(sandbox.urls.standIns.aws);
    await doEverything(createProvider(traffic.url));
    await traffic.stop();
    expect(
      [...new Set(traffic.exchanges.map(({ operation }) => operation))].sort(),
    ).toEqual([
      'CreateSecret',
      'DeleteResourcePolicy',
      'DeleteSecret',
      'DescribeSecret',
      'GetResourcePolicy',
      'GetSecretValue',
      'ListSecretVersionIds',
      'ListSecrets',
      'PutResourcePolicy',
      'PutSecretValue',
      'RestoreSecret',
      'TagResource',
      'UntagResource',
      'UpdateSecretVersionStage',
    ]);
    for (const exchange of traffic.exchanges) {
      const { operation, request, status, answer } = exchange;
      const about = (problems: string[]) => ({ operation, answer, problems });
      expect(
        about(
          findProblems(schemaOf(`${operation}Request`), JSON.parse(request)),
        ),
      ).toEqual(about([]));
      expect(exchange.contentType).toBe('application/x-amz-json-1.1');
      expect(exchange.requestId).toMatch(/^[\da-f-]{36}$/);
      const { __type: type, ...body } = JSON.parse(answer);
      const name = status === 200 ? `${operation}Response` : type;
      const problems =
        status === 200 && SILENT.includes(operation)
          ? Object.keys(body)
          : findProblems(schemaOf(name), body);
      expect(about(problems)).toEqual(about([]));
    }
    expect(traffic.exchanges.some(({ status }) => status === 400)).toBe(true);
  });

  it('would be found out if it were not', () => {
    const schema = schemaOf('CreateSecretRequest');
    expect(findProblems(schema, { Name: 'a', Tags: [{ Key: 'k' }] })).toEqual(
      [],
    );
    expect(
      findProblems(schema, { Tags: [{ Key: 1 }], Other: 1 }).sort(),
    ).toEqual(['.Name: missing', '.Other: unknown', '.Tags.0.Key: no string']);
  });

  it('is signed: neither another key nor a changed body passes', async () => {
    const list = async (endpoint: string, secretAccessKey: string) => {
      const client = new SecretsManagerClient({
        region: REGION,
        endpoint,
        credentials: { ...credentials(), secretAccessKey },
        maxAttempts: 1,
      });
      return client.send(new ListSecretsCommand({ MaxResults: 1 }));
    };
    const { secretAccessKey } = credentials();
    const { url, stop } = await recordTraffic(sandbox.urls.standIns.aws, body =>
      body.replace('1', '2'),
    );
    const refused = { name: 'InvalidSignatureException' };
    await expect(list(url, secretAccessKey)).rejects.toMatchObject(refused);
    await stop();
    const direct = sandbox.urls.standIns.aws;
    await expect(list(direct, 'another')).rejects.toMatchObject(refused);
    await expect(list(direct, secretAccessKey)).resolves.toBeDefined();
  });

  it('leaves no access to who takes a name that was given back', async () => {
    const provider = createProvider(sandbox.urls.standIns.aws);
    const path = 'databases/shared';
    const create = (runKey: string) =>
      provider.create({ path, data: { password: runKey }, runKey });
    const isShared = async () => {
      const { aws } = await sandbox.inventory();
      const secrets: { name: string; isShared: boolean }[] = aws.secrets;
      return secrets.find(({ name }) => name === path)?.isShared;
    };
    await create('run-1');
    const runKey = 'run-1';
    await provider.grantAccess?.({ path, team: TEAM, access: 'read', runKey });
    expect(await isShared()).toBe(true);
    await provider.remove(path, { runKey });
    await create('run-2');
    expect(await isShared()).toBe(false);
  });

  it('is gone through by a page of secrets at a time', async () => {
    const provider = createProvider(sandbox.urls.standIns.aws);
    const path = 'databases/pages';
    await provider.create({ path, data: { n: 0 }, runKey: 'run-1' });
    for (let n = 1; n < 12; n += 1) {
      await provider.rotate({ path, data: { n }, runKey: `run-1-${n}` });
    }
    // The eight newest keep their label; the one before is AWS's previous one.
    const versions = await provider.listVersions(path);
    expect(versions.length).toBeGreaterThanOrEqual(8);
    expect(versions.length).toBeLessThan(11);
    expect((await provider.read(path)).data).toEqual({ n: 11 });
    await provider.undoRotation(path, { runKey: 'run-1-11' });
    await provider.undoRotation(path, { runKey: 'run-1-10' });
    expect((await provider.read(path)).data).toEqual({ n: 9 });
  });
});

import { mockServices } from '@backstage/backend-test-utils';
import { problemOf } from '@self-service/plugin-providers-node';
import { once } from 'node:events';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { AwsSecretsProvider } from './AwsSecretsProvider';
import { toRequestToken, toSecretName } from './names';

const CANARY = 'canary-5e1f';
const NOW = Date.parse('2026-01-02T03:04:05Z');

/** An answer of the AWS JSON protocol; text is sent as it is. */
interface Answer {
  status: number;
  body: object | string;
  headers?: Record<string, string>;
}

const absent: Answer = {
  status: 400,
  body: { __type: 'ResourceNotFoundException', Message: 'none' },
};

describe('AwsSecretsProvider', () => {
  let server: Server;
  let endpoint: string;
  let waits: number[];
  let asked: string[];
  let answers: Answer[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(String(request.headers['x-amz-target']).split('.')[1]);
      const { status, body, headers } =
        answers.length > 1 ? answers.shift()! : answers[0];
      response.writeHead(status, {
        'content-type': 'application/x-amz-json-1.1',
        'x-amzn-requestid': 'request-7',
        ...headers,
      });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  beforeEach(() => {
    waits = [];
    asked = [];
  });

  const createProvider = () =>
    AwsSecretsProvider.fromConfig(
      mockServices.rootConfig({
        data: {
          providers: {
            aws: {
              region: 'eu-central-1',
              endpoint,
              credentials: {
                accessKeyId: 'AKIA1',
                secretAccessKey: 'secret-access-key-3',
              },
            },
          },
        },
      }),
      {
        client: {
          clock: {
            now: () => NOW,
            sleep: async milliseconds => {
              waits.push(milliseconds);
            },
          },
        },
      },
    )[0];
  const create = () =>
    createProvider().create({
      path: 'databases/orders',
      data: { password: CANARY, nested: { list: [`${CANARY}-2`] } },
      runKey: 'run-1',
    });

  it.each([
    ['AccessDeniedException', 400, 'NotAllowedError', 'platform'],
    ['DecryptionFailure', 400, 'NotAllowedError', 'platform'],
    ['ExpiredTokenException', 400, 'AuthenticationError', 'platform'],
    ['InvalidParameterException', 400, 'InputError', 'yours'],
    ['LimitExceededException', 400, 'NotAllowedError', 'platform'],
    ['MalformedPolicyDocumentException', 400, 'InputError', 'yours'],
    ['InternalServiceError', 500, 'ServiceUnavailableError', 'vendor'],
    ['NobodyKnows', 502, 'ServiceUnavailableError', 'vendor'],
  ])('maps %s, and keeps values out', async (type, status, name, whose) => {
    const Message = `Said: ${CANARY} ${CANARY}-2 secret-access-key-3`;
    answers = [absent, { status, body: { __type: type, Message } }];
    const error = await create().catch(e => e);
    expect(error).toMatchObject({
      name,
      message: expect.stringContaining('[redacted]'),
    });
    expect(problemOf(error)).toMatchObject({
      whose,
      vendor: 'AWS Secrets Manager',
      requestId: 'request-7',
    });
    const shown = `${error.stack}${JSON.stringify([error, problemOf(error)])}${
      error.cause
    }`;
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain('secret-access-key');
  });

  it('repeats what AWS has throttled, at most twice, and says when to come back', async () => {
    const throttled: Answer = {
      status: 400,
      body: { __type: 'ThrottlingException', message: 'Rate exceeded' },
    };
    answers = [throttled, throttled, absent];
    expect(await createProvider().find('a')).toBeUndefined();
    expect(waits).toEqual([250, 500]);
    answers = [throttled];
    asked = [];
    const error = await createProvider()
      .find('a')
      .catch(e => e);
    expect(asked).toHaveLength(3);
    expect(problemOf(error)).toMatchObject({
      canPass: true,
      retryAt: '2026-01-02T03:04:07.000Z',
    });
  });

  it.each([
    ['a page of some proxy', '<html>Down</html>'],
    ['other JSON', { other: true }],
    ['nothing', ''],
  ])('does not take %s for an answer', async (_, body) => {
    answers = [{ status: 200, body }];
    await expect(createProvider().find('a')).rejects.toMatchObject({
      name: 'ServiceUnavailableError',
      message: expect.stringContaining('does not describe'),
    });
    expect(asked).toHaveLength(1);
  });

  it('reads what others keep as text', async () => {
    const value = { ARN: 'arn', Name: 'a', VersionId: 'v', CreatedDate: 1 };
    const read = async (SecretString?: string) => {
      answers = [{ status: 200, body: { ...value, SecretString } }];
      return (await createProvider().read('a')).data;
    };
    expect(await read('{"user":"x","port":5}')).toEqual({ user: 'x', port: 5 });
    expect(await read('plain')).toEqual({ value: 'plain' });
    expect(await read('[1]')).toEqual({ value: '[1]' });
    await expect(read()).rejects.toMatchObject({ name: 'ConflictError' });
  });

  it('names paths so that AWS takes them, and no two alike', () => {
    expect(toSecretName('databases/orders_2.v+@-')).toBe(
      'databases/orders_2.v+@-',
    );
    expect(toSecretName('a b=c/ä')).toBe('a=20b=3Dc/=C3=A4');
    expect(() => toSecretName('ä'.repeat(100))).toThrow('too long');
  });

  it('makes tokens that AWS takes, one for each act of a run', () => {
    const token = toRequestToken('create', 'run-1');
    expect(token).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/,
    );
    expect(toRequestToken('create', 'run-1')).toBe(token);
    expect(toRequestToken('rotate', 'run-1')).not.toBe(token);
    expect(toRequestToken('create', 'run-2')).not.toBe(token);
  });
});

describe('providers.aws', () => {
  const read = (aws: unknown) =>
    AwsSecretsProvider.fromConfig(
      mockServices.rootConfig({ data: { providers: { aws } as object } }),
    );
  const entry = { region: 'eu-central-1' };

  it('may be one, several or none', () => {
    expect(read(undefined)).toEqual([]);
    expect(read(entry)).toMatchObject([
      {
        id: 'aws',
        endpoint: 'https://secretsmanager.eu-central-1.amazonaws.com',
        features: [],
      },
    ]);
    const [some, all] = read([
      { ...entry, paths: ['/payments/'], access: { principal: 'arn' } },
      { ...entry, name: 'other' },
    ]);
    expect([some, all]).toMatchObject([
      { id: 'aws', features: ['access'] },
      { id: 'aws:other', features: [] },
    ]);
    expect(some.serves('payments/a')).toBe(true);
    expect(some.serves('databases/a')).toBe(false);
    expect(all.serves('databases/a')).toBe(true);
  });

  it('is refused where AWS would refuse it, or names are missing', () => {
    expect(() => read({ ...entry, recoveryWindowDays: 3 })).toThrow('7 to 30');
    expect(() => read([entry, entry])).toThrow('name');
    const named = { ...entry, name: 'a' };
    expect(() => read([named, named, named])).toThrow('two entries for aws:a');
  });
});

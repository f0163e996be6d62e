import { FaultSwitch } from '../faults/FaultSwitch';
import { JsonCollection } from '../common/JsonCollection';
import { readOrganisation } from '../identity/people';
import { startTestService, TestService } from '../__testUtils__/services';
import { awsApp } from './app';
import { accessKeys, teamKey } from './credentials';
import { AwsSecretRecord } from './model';
import { pageRoutes } from './pages';
import { SecretsManager } from './SecretsManager';

const TOKEN = 'aaaaaaaa-0000-4000-8000-000000000001';
const OTHER = 'aaaaaaaa-0000-4000-8000-000000000002';
const DAY = 24 * 60 * 60 * 1000;

describe('AWS Secrets Manager', () => {
  let service: TestService;
  let manager: SecretsManager;
  let time = Date.parse('2026-11-22T10:00:00Z');

  const open = (directory: string) =>
    new SecretsManager(
      JsonCollection.open<AwsSecretRecord>(directory),
      'eu-central-1',
      () => new Date(time),
    );

  beforeAll(async () => {
    service = await startTestService(({ directory }) => {
      manager = open(directory);
      const { people, teams } = readOrganisation();
      return awsApp({
        manager,
        keys: accessKeys(teams),
        faults: new FaultSwitch(),
        pages: pageRoutes(manager, people),
        now: () => new Date(time),
      });
    });
  });
  afterAll(async () => {
    await service.stop();
  });
  beforeEach(() => manager.clear());

  const create = (secretString = '{"a":1}', token = TOKEN, name = 'a/b') =>
    manager.create({ name, token, secretString, tags: {} });
  const put = (secretString: string, token: string, ...stages: string[]) =>
    manager.put({ id: 'a/b', token, secretString, stages });
  const stages = () =>
    Object.fromEntries(
      manager
        .require('a/b')
        .versions.map(version => [version.id, version.stages]),
    );
  const refusal = (type: string) =>
    expect.objectContaining({ name: 'AwsError', type });

  it('knows a repeated creation by its token and values', () => {
    const { secret, version } = create();
    expect(version.id).toBe(TOKEN);
    expect(create().secret.arn).toBe(secret.arn);
    const exists = refusal('ResourceExistsException');
    expect(() => create('{"a":2}')).toThrow(exists);
    expect(() => create('{"a":1}', OTHER)).toThrow(exists);
    expect(() => create('x', 'short', 'c')).toThrow(
      refusal('InvalidParameterException'),
    );
    expect(() => create('x', TOKEN, 'a b')).toThrow(
      refusal('ValidationException'),
    );
  });

  it('knows a repeated version by its token and values', () => {
    create();
    put('{"a":2}', OTHER, 'AWSCURRENT');
    put('{"a":2}', OTHER, 'AWSCURRENT');
    expect(stages()).toEqual({
      [TOKEN]: ['AWSPREVIOUS'],
      [OTHER]: ['AWSCURRENT'],
    });
    expect(() => put('{"a":3}', OTHER, 'AWSCURRENT')).toThrow(
      refusal('ResourceExistsException'),
    );
  });

  it('moves labels, comparing where they are', () => {
    create();
    put('{"a":2}', OTHER, 'mine');
    const move = (from?: string, to?: string, stage = 'AWSCURRENT') =>
      manager.moveStage('a/b', { stage, from, to });
    const invalid = refusal('InvalidParameterException');
    expect(() => move(undefined, OTHER)).toThrow(invalid);
    expect(() => move(OTHER, TOKEN)).toThrow(invalid);
    expect(() => move(TOKEN)).toThrow(invalid);
    move(TOKEN, OTHER);
    expect(stages()).toEqual({
      [TOKEN]: ['AWSPREVIOUS'],
      [OTHER]: ['mine', 'AWSCURRENT'],
    });
    move(OTHER, undefined, 'mine');
    expect(() => move(OTHER, undefined, 'mine')).toThrow(invalid);
    expect(stages()[OTHER]).toEqual(['AWSCURRENT']);
  });

  it('takes 20 labels on a secret, and no more', () => {
    create();
    const names = Array.from({ length: 19 }, (_, index) => `label-${index}`);
    put('{"a":2}', OTHER, ...names);
    expect(() =>
      manager.moveStage('a/b', { stage: 'one-more', to: TOKEN }),
    ).toThrow(refusal('LimitExceededException'));
  });

  it('blocks a deleted name until its window is over, or it is restored', () => {
    create();
    expect(() => manager.delete('a/b', 6)).toThrow(
      refusal('InvalidParameterException'),
    );
    manager.delete('a/b', 7);
    const marked = refusal('InvalidRequestException');
    expect(() => create()).toThrow(marked);
    expect(() => manager.readVersion('a/b', {})).toThrow(marked);
    expect(() => put('{"a":2}', OTHER, 'AWSCURRENT')).toThrow(marked);
    expect(() => manager.delete('a/b', 7)).toThrow(marked);
    manager.restore('a/b');
    expect(manager.readVersion('a/b', {}).version.id).toBe(TOKEN);
    manager.delete('a/b', 7);
    time += 7 * DAY;
    expect(() => manager.require('a/b')).toThrow(
      refusal('ResourceNotFoundException'),
    );
    expect(create('{"a":2}').version.id).toBe(TOKEN);
  });

  it('keeps secrets over a restart', () => {
    create();
    expect(open(service.directory).require('a/b').versions).toHaveLength(1);
  });

  it.each([
    [undefined, 'MissingAuthenticationTokenException'],
    ['Bearer x', 'IncompleteSignatureException'],
    [
      'AWS4-HMAC-SHA256 Credential=AKIANOBODY/20261122/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00',
      'UnrecognizedClientException',
    ],
    [
      'AWS4-HMAC-SHA256 Credential=AKIASANDBOXPORTAL000/20261122/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=00',
      'InvalidSignatureException',
    ],
    [
      'AWS4-HMAC-SHA256 Credential=AKIASANDBOXPORTAL000/20261122/eu-central-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00',
      'InvalidSignatureException',
    ],
  ])('refuses who is not signed: %s', async (authorization, type) => {
    const response = await fetch(service.url, {
      method: 'POST',
      headers: {
        ...(authorization && { authorization }),
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-date': '20261122T100000Z',
        'x-amz-target': 'secretsmanager.ListSecrets',
      },
      body: '{}',
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-requestid')).toMatch(/./);
    expect(await response.json()).toMatchObject({ __type: type });
  });

  it('shows values to people of a team that may read, on demand only', async () => {
    create('{"password":"p4ssw0rd-value"}');
    const page = `${service.url}/secret?name=a%2Fb`;
    expect(await (await fetch(page)).text()).toContain('Sign in');
    const signIn = (password: string) =>
      fetch(`${service.url}/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ username: 'dana', password, back: '/' }),
      });
    expect((await signIn('wrong')).status).toBe(400);
    const cookie = String((await signIn('demo')).headers.get('set-cookie'));
    const headers = { cookie: cookie.split(';')[0] };
    const html = await (await fetch(page, { headers })).text();
    expect(html).toContain(TOKEN);
    expect(html).not.toContain('p4ssw0rd-value');
    const value = `${service.url}/value?name=a%2Fb&key=password`;
    expect((await fetch(value, { headers })).status).toBe(403);
    const policy = (team: string) =>
      JSON.stringify({
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: teamKey(team).principal.arn },
          Action: 'secretsmanager:GetSecretValue',
        },
      });
    manager.change('a/b', () => ({ policy: policy('search') }));
    expect((await fetch(value, { headers })).status).toBe(403);
    manager.change('a/b', () => ({ policy: policy('payments') }));
    expect(await (await fetch(value, { headers })).text()).toBe(
      'p4ssw0rd-value',
    );
    expect((await fetch(value)).status).toBe(403);
  });
});

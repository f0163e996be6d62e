import { JsonObject } from '@backstage/types';
import { parse } from 'yaml';
import { attemptOf, CANARY, FakeSecrets, PR_URL } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';
import { examples as createExamples } from './createSecret.examples';
import { examples as rotateExamples } from './rotateSecret.examples';

const TEAM = 'group:default/payments';

const of = (
  input: JsonObject = { path: 'databases/orders' },
  options: { isDryRun?: boolean } = {},
) => attemptOf('secret', { input, ...options });

async function setup() {
  const all = setupActions();
  await all.runs.register('task-1', {
    authorised: true,
    secretNames: [],
    team: TEAM,
  });
  return all;
}

/** A secret that stands, by another run. */
async function keep(secrets: FakeSecrets, data: JsonObject) {
  const path = 'databases/orders';
  await secrets.create({ path, data: data as never, runKey: 'another' });
}

it.each(
  [...createExamples, ...rotateExamples].map(({ description, example }) => [
    description,
    example,
  ]),
)('example: %s', async (_, example) => {
  const [{ action, input }] = parse(example).steps;
  const { run, secrets } = await setup();
  if (action === 'secret:rotate') {
    await keep(secrets, { password: 'old' });
  }
  const tried = of(input);
  await run(action, tried);
  expect(tried.outputs).toMatchObject({
    path: input.path,
    version: expect.stringMatching(/^\d$/),
    url: `https://vault/${input.path}`,
  });
});

describe.each(['secret:create', 'vault:create-secret'])('%s', action => {
  it('moves the outputs of the last apply into the vault, and nowhere else', async () => {
    const { run, secrets, runs } = await setup();
    await run(
      'terraform:wait-for-apply',
      attemptOf('apply', { input: { prUrl: PR_URL } }),
    );
    const tried = of({ path: 'databases/orders', grantTeam: true });
    await run(action, tried);
    expect(secrets.written[0].data).toEqual({
      host: 'db.local',
      password: `${CANARY}-password`,
    });
    expect(tried.outputs).toEqual({
      path: 'databases/orders',
      version: '1',
      url: 'https://vault/databases/orders',
    });
    expect(
      JSON.stringify([
        tried.outputs,
        tried.lines,
        tried.checkpoints,
        runs.effects,
      ]),
    ).not.toContain(CANARY);
  });
});

describe('secret:create', () => {
  it('writes no empty secret where the last apply has no outputs', async () => {
    const { run, secrets, infrastructure } = await setup();
    infrastructure.getOutputs = async () => ({ values: {}, sensitive: {} });
    await run(
      'terraform:wait-for-apply',
      attemptOf('apply', { input: { prUrl: PR_URL } }),
    );
    await expect(run('secret:create', of())).rejects.toThrow(
      "the run's last apply has no outputs",
    );
    expect(secrets.written).toEqual([]);
  });

  it('reads outputs that the record of an interrupted apply lacks', async () => {
    const { run, runs, secrets } = await setup();
    const apply = () => attemptOf('apply', { input: { prUrl: PR_URL } });
    await run('terraform:wait-for-apply', apply());
    const { reference } = runs.effects[0];
    runs.effects[0].reference = { head: reference?.head };
    const again = apply();
    await run('terraform:wait-for-apply', again);
    expect(again.outputs).toMatchObject({
      outputs: { host: 'db.local' },
      secretReferences: { password: expect.any(Object) },
    });
    await run('secret:create', of());
    expect(secrets.written[0].data).toEqual({
      host: 'db.local',
      password: `${CANARY}-password`,
    });
  });

  it('writes data and generated values', async () => {
    const { run, secrets } = await setup();
    await run(
      'secret:create',
      of({ path: 'a/b', data: { user: 'acme' }, generate: ['apiKey'] }),
    );
    expect(secrets.written[0].data).toEqual({
      user: 'acme',
      apiKey: expect.stringMatching(/^[\w-]{32}$/),
    });
    expect(secrets.grants).toEqual([]);
  });

  it('generates a password where there is nothing else', async () => {
    const { run, secrets } = await setup();
    await run('secret:create', of());
    await run('secret:create', of({ path: 'databases/other' }));
    const [first, second] = secrets.written.map(({ data }) => data.password);
    expect(first).toMatch(/^[\w-]{32}$/);
    expect(first).not.toBe(second);
  });

  it('keeps values out of the digest that is stored', async () => {
    const { run, runs } = await setup();
    await run('secret:create', of({ path: 'a', data: { pin: '1234' } }));
    Object.assign(runs.effects[0], { taskId: 'x', status: 'absent' });
    await run('secret:create', of({ path: 'a', data: { pin: '9999' } }));
    const [first, second] = runs.effects.map(({ digest }) => digest);
    expect(first).toBe(second);
  });

  it('refuses to write nothing', async () => {
    const { run, secrets } = await setup();
    await expect(
      run('secret:create', of({ path: 'a', data: {} })),
    ).rejects.toThrow('There is nothing to write');
    expect(secrets.written).toEqual([]);
  });

  it('lets the owning team read, as an effect of its own', async () => {
    const { run, runs, secrets } = await setup();
    await run('secret:create', of({ path: 'a/b', grantTeam: true }));
    await run('secret:create', of({ path: 'a/b', grantTeam: true }));
    expect(secrets.grants).toEqual([
      { path: 'a/b', team: TEAM, runKey: expect.any(String) },
    ]);
    expect(secrets.written).toHaveLength(1);
    expect(secrets.grants[0].runKey).not.toBe(secrets.written[0].runKey);
    expect(runs.effects).toMatchObject([
      { kind: 'secret', name: 'a/b', status: 'created' },
      {
        kind: 'secret access',
        name: `a/b for ${TEAM}`,
        status: 'created',
        url: 'https://vault/policy',
        reference: { path: 'a/b', team: TEAM, access: 'read' },
      },
    ]);
  });

  it('writes nothing where it could not let the team read', async () => {
    const input = { path: 'a/b', grantTeam: true };
    const teamless = setupActions();
    await expect(teamless.run('secret:create', of(input))).rejects.toThrow(
      'The run has no owning team',
    );
    const { run, secrets } = await setup();
    secrets.grantAccess = undefined;
    await expect(run('secret:create', of(input))).rejects.toThrow(
      'fake-vault gives no team access',
    );
    expect([...teamless.secrets.written, ...secrets.written]).toEqual([]);
  });

  it('asks the provider of the path, or the one that is named', async () => {
    const { run, secrets } = await setup();
    await expect(
      run('secret:create', of({ path: 'elsewhere/a' })),
    ).rejects.toThrow('No provider serves the secret elsewhere/a');
    await expect(
      run('secret:create', of({ path: 'a/b', provider: 'other' })),
    ).rejects.toThrow('No provider serves the secrets provider other');
    await run(
      'secret:create',
      of({ path: 'elsewhere/a', provider: 'fake-vault' }),
    );
    expect(secrets.written.map(({ path }) => path)).toEqual(['elsewhere/a']);
  });
});

describe('secret:rotate', () => {
  it('changes a value and keeps the others, which go nowhere else', async () => {
    const { run, runs, secrets } = await setup();
    await keep(secrets, { host: 'db', password: `${CANARY}-old` });
    const tried = of();
    await run('secret:rotate', tried);
    expect(secrets.written[1].data).toEqual({
      host: 'db',
      password: expect.stringMatching(/^[\w-]{32}$/),
    });
    expect(tried.outputs).toEqual({
      path: 'databases/orders',
      version: '2',
      previousVersion: '1',
      url: 'https://vault/databases/orders',
    });
    expect(runs.effects).toMatchObject([
      {
        kind: 'secret version',
        name: 'databases/orders after 1',
        status: 'created',
        reference: { path: 'databases/orders', version: '2' },
      },
    ]);
    const seen = JSON.stringify([
      tried.outputs,
      tried.lines,
      tried.checkpoints,
      runs.effects,
    ]);
    expect(seen).not.toContain(CANARY);
    expect(seen).not.toContain(secrets.written[1].data.password);
  });

  it('takes values that are given, and generates those that are named', async () => {
    const { run, secrets } = await setup();
    await keep(secrets, { user: 'a', password: 'old', pin: 1 });
    await run(
      'secret:rotate',
      of({ path: 'databases/orders', data: { user: 'b' }, generate: ['key'] }),
    );
    expect(secrets.written[1].data).toEqual({
      user: 'b',
      password: 'old',
      pin: 1,
      key: expect.stringMatching(/^[\w-]{32}$/),
    });
  });

  it('replaces the version that it has read, and no other', async () => {
    const { run, runs, secrets } = await setup();
    await keep(secrets, { password: 'old' });
    const read = secrets.read.bind(secrets);
    secrets.read = async path => {
      const values = await read(path);
      await keep(secrets, { password: 'of a person' });
      return values;
    };
    await expect(run('secret:rotate', of())).rejects.toMatchObject({
      name: 'ConflictError',
    });
    expect(secrets.written).toHaveLength(2);
    expect(runs.effects).toMatchObject([{ status: 'absent' }]);
  });

  it('creates nothing where there is no secret', async () => {
    const { run, runs, secrets } = await setup();
    await expect(run('secret:rotate', of())).rejects.toThrow(
      'There is no secret databases/orders to rotate',
    );
    expect(secrets.written).toEqual([]);
    expect(runs.effects).toEqual([]);
  });
});

it.each(['secret:create', 'vault:create-secret', 'secret:rotate'])(
  '%s makes nothing in a dry run, nor without admission',
  async action => {
    const { run, approvals, secrets } = await setup();
    await keep(secrets, { password: 'old' });
    const input = { path: 'databases/orders', grantTeam: true };
    const dry = of(input, { isDryRun: true });
    await run(action, dry);
    expect(dry.lines.join()).toContain('Dry run: would write');
    expect(dry.outputs).toMatchObject({ path: 'databases/orders' });
    approvals.admission = {
      admitted: false,
      code: 'pending',
      message: 'Not approved.',
    };
    await expect(run(action, of(input))).rejects.toThrow('Not approved.');
    expect(secrets.written).toHaveLength(1);
    expect(secrets.grants).toEqual([]);
  },
);

import { ConflictError, ResponseError } from '@backstage/errors';
import { JsonObject } from '@backstage/types';
import {
  ChangedResource,
  Removal,
  RemovedPart,
} from '@self-service/plugin-runs-common';
import { parse } from 'yaml';
import { attemptOf, PR_URL } from '../__testUtils__/fakes';
import { setupActions } from '../__testUtils__/setupActions';
import { RefusedError } from '../run/RefusedError';
import { examples as changeExamples } from './changeResource.examples';
import { examples as extendExamples } from './extendResource.examples';
import { examples as grantExamples } from './grantSecretAccess.examples';
import { examples as removeExamples } from './removeResource.examples';

const ID = 'ad5a3bb0-4c9c-4a08-9a05-3a3a3f0a6f1e';
const PATH = 'databases/orders';
const TEAM = 'group:default/payments';

const RECORD: ChangedResource = {
  id: ID,
  title: 'Database orders',
  kind: 'PostgreSQL database',
  name: 'orders',
  team: 'group:default/search',
  environment: 'production',
  status: 'present',
  secrets: [PATH],
  parameters: { name: 'orders', size: 'small' },
};

const part = (
  status: RemovedPart['status'],
  more: Partial<RemovedPart> = {},
): RemovedPart => ({
  effectId: status,
  capability: 'secrets',
  provider: 'vault',
  kind: 'secret',
  name: PATH,
  status,
  ...more,
});
const removal = (
  outcome: Removal['outcome'],
  parts: RemovedPart[] = [],
  waitRef = `${ID}|1`,
): Removal => ({ outcome, waitRef, parts });

const of = (input: JsonObject, options: { isDryRun?: boolean } = {}) =>
  attemptOf('resource', { input, ...options });

/** What the runs backend answers, as its client throws it. */
const refusal = (statusCode: number, message: string) =>
  ResponseError.fromResponse(
    new Response(
      JSON.stringify({
        error: { name: 'Error', message },
        request: { method: 'POST', url: '/' },
        response: { statusCode },
      }),
      {
        status: statusCode,
        headers: { 'content-type': 'application/json' },
      },
    ),
  );

async function setup(options: Parameters<typeof setupActions>[0] = {}) {
  const all = setupActions({
    selfService: {
      operation: 'access:grant',
      cost: 0,
      resource: { parameter: 'path', by: 'secret' },
    },
    parameters: { path: PATH },
    ...options,
  });
  all.runs.resources.set(ID, RECORD);
  all.runs.resources.set(PATH, RECORD);
  all.runs.removals.push(removal('removed', [part('undone')]));
  await all.runs.register('task-1', { authorised: true, secretNames: [] });
  return all;
}

it.each(
  [
    ...changeExamples,
    ...extendExamples,
    ...grantExamples,
    ...removeExamples,
  ].map(({ description, example }) => [description, example]),
)('example: %s', async (_, example) => {
  const [{ action, input }] = parse(example).steps;
  const { run } = await setup();
  const tried = of(input);
  await run(action, tried);
  expect(Object.keys(tried.outputs)).not.toEqual([]);
  const dry = of(input, { isDryRun: true });
  await run(action, dry);
  expect(dry.lines).toEqual([expect.stringContaining('Dry run: would')]);
});

describe.each([
  ['resource:remove', { resource: ID }],
  ['resource:change', { resource: ID }],
  ['resource:extend', { resource: ID, until: '2027-01-31' }],
  ['secret:grant-access', { path: PATH, team: TEAM }],
])('%s', (action, input) => {
  it('does nothing without admission', async () => {
    const { run, approvals, runs, secrets } = await setup();
    approvals.admission = {
      admitted: false,
      code: 'pending',
      message: 'Not yet.',
    };
    const asked = jest.fn();
    runs.onResource = asked;
    await expect(run(action, of(input))).rejects.toThrow('Not yet.');
    expect(asked).not.toHaveBeenCalled();
    expect(secrets.grants).toEqual([]);
    expect(approvals.admissions).toMatchObject([{ action }]);
  });
});

describe.each([
  ['resource:remove', { resource: ID }],
  ['resource:change', { resource: ID }],
  ['resource:extend', { resource: ID, until: '2027-01-31' }],
])('%s', (action, input) => {
  it('is not tried again, nor passed over, where it is refused', async () => {
    const { run, runs } = await setup({
      onFailure: { resource: { retry: { attempts: 3 }, then: 'skip' } },
    });
    const error = await refusal(403, 'Not yours');
    const asked = jest.fn(() => {
      throw error;
    });
    runs.onResource = asked;
    await expect(run(action, of(input))).rejects.toThrow(
      new RefusedError('Not yours'),
    );
    expect(asked).toHaveBeenCalledTimes(1);
    expect(asked).toHaveBeenCalledWith(action.split(':')[1], ID, 'task-1');
  });
});

describe('resource:remove', () => {
  it('says what is removed, and what stays and why', async () => {
    const { run, runs } = await setup();
    runs.removals.splice(
      0,
      1,
      removal('removing', [part('undoing')]),
      removal('removed', [
        part('undone', { note: 'Removed databases/orders.' }),
        part('retained', {
          kind: 'pull request',
          name: 'db',
          note: 'Merge it.',
        }),
      ]),
    );
    const tried = of({ resource: ID });
    await run('resource:remove', tried);
    expect(tried.outputs).toEqual({
      removed: ['secret databases/orders: Removed databases/orders.'],
      retained: ['pull request db: Merge it.'],
    });
    expect(runs.suspensions).toEqual([]);
    expect(runs.settled).toHaveLength(1);
  });

  it('parks the run while it takes long, and hears of the end', async () => {
    const { run, runs } = await setup({ inlineWaitMs: 0 });
    runs.removals[0] = removal('removing', [part('undoing')]);
    const tried = of({ resource: ID });
    runs.onSuspend = () => tried.abort.abort();
    await expect(run('resource:remove', tried)).rejects.toThrow(
      'Waits for the removal of secret databases/orders',
    );
    expect(runs.suspensions).toMatchObject([
      {
        wait: { kind: 'resource-removal', ref: `${ID}|1` },
        url: `/resources/${ID}`,
      },
    ]);

    runs.removals[0] = removal('removed', [part('undone')]);
    await run('resource:remove', of({ resource: ID }));
    expect(runs.settled.at(-1)?.inputDigest).toBe(
      runs.suspensions[0].inputDigest,
    );
  });

  it('fails with what could not be undone, and waits anew in another round', async () => {
    const { run, runs } = await setup({ inlineWaitMs: 0 });
    const failed = part('undo-failed', { note: 'The vault is sealed.' });
    runs.removals[0] = removal('failed', [failed]);
    await expect(run('resource:remove', of({ resource: ID }))).rejects.toThrow(
      'Not everything could be removed. secret databases/orders: The vault is sealed.',
    );

    runs.removals[0] = removal('removing', [part('undoing')], `${ID}|2`);
    const again = of({ resource: ID });
    runs.onSuspend = () => again.abort.abort();
    await expect(run('resource:remove', again)).rejects.toThrow('Waits for');
    expect(runs.suspensions[0].inputDigest).not.toBe(
      runs.settled[0].inputDigest,
    );
  });

  it('does not begin to wait where the run may not', async () => {
    const { run, runs } = await setup({ inlineWaitMs: 0, mayWait: false });
    runs.removals[0] = removal('removing', [part('undoing')]);
    await expect(run('resource:remove', of({ resource: ID }))).rejects.toThrow(
      'You may not. The removal goes on by itself.',
    );
    expect(runs.suspensions).toEqual([]);
  });

  it('says who is at work on it, as the runs backend does', async () => {
    const { run, runs } = await setup();
    const cause = await refusal(409, 'It is being removed by run x.');
    runs.onResource = () => {
      throw new ConflictError('It is being removed by run x.', cause);
    };
    await expect(run('resource:remove', of({ resource: ID }))).rejects.toThrow(
      /^It is being removed by run x\. The page of the resource shows/,
    );
  });
});

describe('resource:change', () => {
  it('tells what the server knows', async () => {
    const { run } = await setup();
    const tried = of({ resource: ID });
    await run('resource:change', tried);
    expect(tried.outputs).toEqual({
      kind: 'PostgreSQL database',
      name: 'orders',
      environment: 'production',
      team: 'group:default/search',
      parameters: { name: 'orders', size: 'small' },
    });
  });
});

describe('secret:grant-access', () => {
  it('lets the team read, as an effect that can be taken back', async () => {
    const { run, runs, secrets } = await setup();
    const tried = of({ path: PATH, team: 'payments' });
    await run('secret:grant-access', tried);
    expect(secrets.grants).toMatchObject([{ path: PATH, team: TEAM }]);
    expect(runs.effects).toMatchObject([
      {
        capability: 'secrets',
        kind: 'secret access',
        name: `${PATH} for ${TEAM}`,
        status: 'created',
        reference: { path: PATH, team: TEAM, access: 'read' },
      },
    ]);
    expect(tried.outputs.team).toBe(TEAM);
  });

  it.each<[string, Parameters<typeof setupActions>[0], string]>([
    ['another secret than the gate decided about', {}, 'databases/payroll'],
    [
      'one that no gate decided about',
      {
        selfService: { operation: 'x:y', environment: 'dev', cost: 0 },
      },
      PATH,
    ],
    [
      'one that the portal does not know',
      { parameters: { path: 'a/b' } },
      PATH,
    ],
  ])('refuses %s', async (_, options, path) => {
    const { run, secrets } = await setup(options);
    await expect(
      run('secret:grant-access', of({ path, team: TEAM })),
    ).rejects.toThrow(`The gate has not decided about the secret ${path}`);
    expect(secrets.grants).toEqual([]);
  });

  it.each(['user:default/dana', 'a:b:c'])('refuses %j', async team => {
    const { run } = await setup();
    await expect(
      run('secret:grant-access', of({ path: PATH, team })),
    ).rejects.toThrow('is no team');
  });
});

describe('terraform:wait-for-apply', () => {
  it('keeps in mind that it changes what another run has made', async () => {
    const { run, runs } = await setup();
    const input = { prUrl: PR_URL, existing: true };
    await run('terraform:wait-for-apply', attemptOf('apply', { input }));
    expect(runs.effects).toMatchObject([
      { kind: 'apply', reference: { existing: true, outputs: {} } },
    ]);
  });
});

describe('the gate', () => {
  const ending = (until: string) =>
    setup({
      selfService: {
        operation: 'access:grant',
        environment: 'dev',
        cost: 0,
        expires: { parameter: 'until' },
      },
      parameters: { until },
    });

  it.each(['', 'soon', '1969-12-30'])('refuses the end %j', async until => {
    const { run, approvals } = await ending(until);
    await expect(run('approval:request', attemptOf('gate'))).rejects.toThrow(
      'is no time to come',
    );
    expect(approvals.gates).toEqual([]);
  });

  it('lets an end to come pass', async () => {
    const { run, approvals } = await ending('2027-01-31');
    await run('approval:request', attemptOf('gate'));
    expect(approvals.gates).toHaveLength(1);
  });

  it('registers the team of the resource as that of the run', async () => {
    const { run, runs } = await setup();
    runs.record = undefined;
    await run('approval:request', attemptOf('gate'));
    expect(runs.record).toMatchObject({ team: 'group:default/search' });
  });
});

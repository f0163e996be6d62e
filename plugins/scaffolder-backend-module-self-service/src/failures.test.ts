import { ConflictError, ServiceUnavailableError } from '@backstage/errors';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { withProblem } from '@self-service/plugin-providers-node';
import { componentOf } from './__testUtils__/FakeCatalog';
import {
  GATE,
  Platform,
  startPlatform,
  TemplateStep,
  until,
  untilEnded,
  untilParked,
} from './__testUtils__/platform';

jest.setTimeout(60_000);

const DEV = { environment: 'dev', name: 'orders' };
const REPOSITORY: TemplateStep = {
  id: 'repository',
  action: 'git:repository:create',
  input: { repoUrl: 'github.com?owner=myorg&repo=${{ parameters.name }}' },
};
const SECRET: TemplateStep = {
  id: 'secret',
  action: 'vault:create-secret',
  input: { path: 'databases/${{ parameters.name }}' },
};
const NOTIFY: TemplateStep = {
  id: 'notify',
  action: 'notify:send',
  onFailure: 'skip',
  input: { title: 'Ready' },
};
const MANUAL = {
  group: 'platform-team',
  instructions: 'Free the name {name}',
};

/** A vendor's method that throws these in turn, then does its work. */
function failFirst<K extends string, T extends Record<K, Function>>(
  vendor: T,
  method: K,
  ...errors: Error[]
): { calls: number } {
  const work = vendor[method].bind(vendor);
  const seen = { calls: 0 };
  Object.assign(vendor, {
    [method]: async (...input: unknown[]) => {
      const error = errors[seen.calls];
      seen.calls += 1;
      if (error) {
        throw error;
      }
      return work(...input);
    },
  });
  return seen;
}

const down = (retryAt?: string) =>
  withProblem(new ServiceUnavailableError('The vendor is down'), {
    what: 'The vendor is down',
    whose: 'vendor',
    canPass: true,
    remedy: 'Wait.',
    retryAt,
  });

const untilWaiting = (platform: Platform, taskId: string, kind: string) =>
  until(
    () => platform.run(taskId),
    run => {
      const newest = run?.suspensions?.at(-1);
      return newest?.status === 'parked' && newest.wait.kind === kind;
    },
  );

const untilCompleted = (platform: Platform, taskId: string) =>
  until(
    () => platform.task(taskId),
    ({ status }) => status === 'completed',
  );

const outcomes = async (platform: Platform, taskId: string) =>
  (await platform.run(taskId)).state.stepReports.map(
    ({ stepId, outcome }: { stepId: string; outcome: string }) =>
      `${stepId} ${outcome}`,
  );

async function answer(
  platform: Platform,
  taskId: string,
  who: string,
  said: string,
) {
  const { state } = await platform.run(taskId);
  return platform.call(
    who,
    `runs/interventions/${state.interventions.at(-1).id}/answer`,
    { answer: said },
  );
}

it('tries again, asks a person, skips, and goes on', async () => {
  const platform = await startPlatform({
    steps: [
      GATE,
      { ...REPOSITORY, onFailure: { retry: { attempts: 2, delay: 0.01 } } },
      { ...SECRET, onFailure: { manual: MANUAL } },
      NOTIFY,
      {
        id: 'later',
        action: 'test:act',
        input: {
          saw: {
            skipped: "${{ steps['notify'].output.skipped }}",
            reason: "${{ steps['notify'].output.skipReason }}",
            continued: "${{ steps['secret'].output.continued }}",
          },
        },
      },
    ],
  });
  const { git, secrets, notifications } = platform;
  const created = failFirst(git, 'createRepository', down());
  const written = failFirst(secrets, 'create', new ConflictError('Taken'));
  const taskId = await platform.start(DEV);

  const waiting = await untilWaiting(platform, taskId, 'intervention');
  expect(waiting.state.interventions).toEqual([
    expect.objectContaining({
      stepId: 'secret',
      group: 'group:default/platform-team',
      instructions: 'Free the name orders',
      problem: expect.objectContaining({ what: 'Taken', whose: 'yours' }),
    }),
  ]);
  expect(waiting.state.status).toBe('waiting');
  // The runs backend has told people meanwhile; from here on it can't be told.
  failFirst(notifications, 'send', ...Array(50).fill(new Error('down')));
  expect((await answer(platform, taskId, 'mallory', 'continue')).status).toBe(
    403,
  );
  expect((await answer(platform, taskId, 'pat', 'continue')).status).toBe(200);

  await untilCompleted(platform, taskId);
  expect(created.calls).toBe(2);
  expect(git.repositories).toHaveLength(1);
  expect(written.calls).toBe(1);
  expect(platform.acted).toEqual([
    expect.objectContaining({
      step: 'later',
      saw: {
        skipped: true,
        reason: 'The notification could not be sent.',
        continued: true,
      },
    }),
  ]);
  expect(await outcomes(platform, taskId)).toEqual([
    'repository retrying',
    'secret asked',
    'secret continued',
    'notify skipped',
  ]);
});

it('does the step again when the person says so, and asks anew', async () => {
  const platform = await startPlatform({
    steps: [GATE, { ...SECRET, onFailure: { manual: MANUAL } }],
  });
  const { secrets } = platform;
  failFirst(
    secrets,
    'create',
    new ConflictError('Taken'),
    new ConflictError('Still taken'),
  );
  const taskId = await platform.start(DEV);
  await untilWaiting(platform, taskId, 'intervention');
  await answer(platform, taskId, 'pat', 'retry');
  await until(
    () => platform.run(taskId),
    run =>
      run.state.interventions.length === 2 &&
      run.suspensions.at(-1).status === 'parked',
  );
  await answer(platform, taskId, 'pat', 'retry');
  await untilCompleted(platform, taskId);
  expect(secrets.written).toHaveLength(1);
});

it('parks for a long wait and goes on counting after it', async () => {
  const platform = await startPlatform({
    steps: [
      GATE,
      { ...SECRET, onFailure: { retry: { attempts: 1, delay: 0.01 } } },
    ],
  });
  const { secrets } = platform;
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const written = failFirst(secrets, 'create', down(later), down());
  const taskId = await platform.start(DEV);
  const { suspensions } = await untilWaiting(platform, taskId, 'timer');
  const { wait } = suspensions.at(-1);
  expect(wait.ref).toMatch(new RegExp(`^${later}\\|${taskId}/secret/`));
  await platform.signal(wait);
  await until(
    () => platform.run(taskId),
    run => run.state?.phase === 'held' || run.state?.phase === 'failed',
  );
  expect(written.calls).toBe(2);
  expect(await outcomes(platform, taskId)).toEqual([
    'secret retrying',
    'secret failed',
  ]);
});

it('gives up with what exists in the ledger, and a retry finishes it', async () => {
  const platform = await startPlatform({ steps: [GATE, REPOSITORY, SECRET] });
  const { git, secrets } = platform;
  failFirst(secrets, 'create', down());
  const taskId = await platform.start(DEV);
  const { state } = await until(
    () => platform.run(taskId),
    run => run.state?.phase === 'held',
  );
  expect(state).toMatchObject({
    status: 'needs-attention',
    team: 'group:default/payments',
    failure: { stepId: 'secret', problem: { whose: 'vendor', canPass: true } },
  });
  const { status } = await platform.call(
    'dana',
    `scaffolder/v2/tasks/${taskId}/retry`,
    {},
  );
  expect(status).toBe(201);
  await untilCompleted(platform, taskId);
  expect(git.repositories).toHaveLength(1);
  expect(secrets.written).toHaveLength(1);
});

it('asks nobody and skips nothing where policy refuses', async () => {
  const platform = await startPlatform({
    steps: [
      {
        ...GATE,
        onFailure: { manual: MANUAL },
        input: { selfService: { operation: 'o', environment: 'x', cost: 1 } },
      },
      { ...SECRET, onFailure: 'skip' },
    ],
  });
  const taskId = await platform.start(DEV);
  const { status } = await untilEnded(platform, taskId);
  expect(status).toBe('failed');
  expect((await platform.run(taskId)).state.interventions).toEqual([]);
  expect(platform.secrets.written).toEqual([]);
});

describe('the registration of a new component', () => {
  const TARGET = 'https://github.com/myorg/orders/blob/main/catalog-info.yaml';
  const REGISTER: TemplateStep = {
    id: 'register',
    action: 'catalog:register-component',
    input: {
      repoContentsUrl: "${{ steps['repository'].output.repoContentsUrl }}",
    },
  };
  const INFO = { catalogInfoUrl: TARGET };
  const PRODUCTION = { ...DEV, environment: 'production' };

  it('is made by our service after the run has waited', async () => {
    const platform = await startPlatform({
      steps: [GATE, REPOSITORY, REGISTER],
    });
    const { locations } = platform;
    locations.files.set(TARGET, [componentOf('orders')]);
    const taskId = await platform.start(PRODUCTION);
    const request = await untilParked(platform, taskId);
    await platform.call('leo', `approvals/requests/${request.id}/votes`, {
      verdict: 'approve',
    });
    await untilCompleted(platform, taskId);
    expect(locations.locations.map(({ target }) => target)).toEqual([TARGET]);
    const { state } = await platform.run(taskId);
    expect(state.entityRefs).toEqual(['component:default/orders']);
  });

  it.each([PRODUCTION, DEV])(
    'is refused to who may not register: %j',
    async values => {
      const platform = await startPlatform({
        steps: [GATE, { ...REGISTER, onFailure: 'skip', input: INFO }],
        policy: permission =>
          permission === 'catalog.location.create'
            ? { result: AuthorizeResult.DENY }
            : undefined,
      });
      platform.locations.files.set(TARGET, [componentOf('orders')]);
      const taskId = await platform.start(values);
      const { status } = await untilEnded(platform, taskId);
      expect(status).toBe('failed');
      expect(JSON.stringify(await platform.events(taskId))).toContain(
        'the permission catalog.location.create',
      );
      expect((await platform.approvals(taskId)).requests).toEqual([]);
      expect(platform.locations.locations).toEqual([]);
    },
  );
});

import {
  eventually,
  startRun,
  taskStatus,
  traceOf,
  vote,
  waitForCompletion,
  waitForRequest,
  waitUntilParked,
} from './runs';
import { Stack, startStack } from './stack';
import { readSecret, useDatabase } from './vault';

const ONE_OF_EACH = { pullRequests: 1, databases: 1, secrets: 1 };

const TEMPLATES = [
  'postgresql-database',
  'postgresql-database-reviewed',
] as const;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    config: { scaffolder: { taskRecovery: { staleTimeout: { seconds: 3 } } } },
  });
}, 240_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

async function hasEvent(taskId: string, type: string): Promise<boolean> {
  const events: { type: string }[] = await stack.request(
    'dana',
    `/api/scaffolder/v2/tasks/${taskId}/events`,
  );
  return events.some(event => event.type === type);
}

/** Changes the least duration of applies. */
async function setApplyDelay(applyMs: number): Promise<void> {
  const response = await fetch(`${stack.urls.control}/delays`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ applyMs }),
  });
  if (!response.ok) {
    throw new Error(`The sandbox answered ${response.status}`);
  }
}

async function expectOneUsableDatabase(name: string) {
  expect(await traceOf(stack, name)).toEqual(ONE_OF_EACH);
  const secret = await readSecret(stack, 'dana', name);
  expect(await useDatabase(secret)).toMatchObject({ visits: 1 });
}

/** A run of each template, both of which are under way when the backend is killed. */
async function startBoth(short: string, environment: 'dev' | 'production') {
  return Promise.all(
    TEMPLATES.map(async (template, index) => {
      const name = `kill-${short}-${index}`;
      const taskId = await startRun(stack, 'dana', template, {
        name,
        environment,
      });
      return { name, taskId };
    }),
  );
}

/** Waits until the run says that it is being applied. */
async function waitForApply(taskId: string): Promise<void> {
  await eventually('the apply has begun', async () => {
    const events = await stack.request(
      'dana',
      `/api/scaffolder/v2/tasks/${taskId}/events`,
    );
    return JSON.stringify(events).includes('Applying ') ? true : undefined;
  });
}

async function killAndStart() {
  await stack.backend.kill('SIGKILL');
  await stack.backend.start();
}

describe('the backend is killed', () => {
  it('while production runs wait', async () => {
    const runs = await startBoth('parked', 'production');
    const requests: string[] = [];
    for (const { taskId } of runs) {
      requests.push(await waitForRequest(stack, taskId));
      await waitUntilParked(stack, taskId);
    }
    await killAndStart();
    for (const request of requests) {
      await vote(stack, 'leo', request, 'approve');
    }
    for (const { name, taskId } of runs) {
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    }
  }, 240_000);

  it('right after the vote', async () => {
    const runs = await startBoth('voted', 'production');
    const requests: string[] = [];
    for (const { taskId } of runs) {
      requests.push(await waitForRequest(stack, taskId));
      await waitUntilParked(stack, taskId);
    }
    await Promise.all(
      requests.map(request => vote(stack, 'leo', request, 'approve')),
    );
    await killAndStart();
    for (const { name, taskId } of runs) {
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    }
  }, 240_000);

  // One after the other: the moment lasts a second.
  it.each(TEMPLATES)(
    'between the cancel and the completion of the parking (%s)',
    async template => {
      const name = `kill-parking-${template.length}`;
      const taskId = await startRun(stack, 'dana', template, {
        name,
        environment: 'production',
      });
      await eventually('the task is being cancelled', async () =>
        (await hasEvent(taskId, 'cancelled')) ? true : undefined,
      );
      await killAndStart();
      // Nothing goes on by itself before the approval, and nothing is lost.
      await waitUntilParked(stack, taskId);
      expect(await traceOf(stack, name)).toMatchObject({
        databases: 0,
        secrets: 0,
      });
      const request = await waitForRequest(stack, taskId);
      await vote(stack, 'leo', request, 'approve');
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    },
    240_000,
  );

  it('during the apply', async () => {
    // Time enough to be killed in the middle.
    await setApplyDelay(8_000);
    const runs = await startBoth('apply', 'dev');
    for (const { taskId } of runs) {
      await waitForApply(taskId);
    }
    for (const { taskId } of runs) {
      expect(await taskStatus(stack, taskId)).toBe('processing');
    }
    await killAndStart();
    for (const { name, taskId } of runs) {
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    }
  }, 240_000);
});

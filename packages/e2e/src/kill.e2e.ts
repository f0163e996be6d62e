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

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    config: { scaffolder: { taskRecovery: { staleTimeout: { seconds: 3 } } } },
  });
  // Time enough to be killed in the middle of an apply.
  const response = await fetch(`${stack.urls.control}/delays`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ applyMs: 4_000 }),
  });
  if (!response.ok) {
    throw new Error(`The sandbox answered ${response.status}`);
  }
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

async function expectOneUsableDatabase(name: string) {
  expect(await traceOf(stack, name)).toEqual(ONE_OF_EACH);
  const secret = await readSecret(stack, 'dana', name);
  expect(await useDatabase(secret)).toMatchObject({ visits: 1 });
}

describe.each(['postgresql-database', 'postgresql-database-reviewed'] as const)(
  '%s: the backend is killed',
  template => {
    const short = template.length;

    it('while a production run waits', async () => {
      const name = `kill-parked-${short}`;
      const taskId = await startRun(stack, 'dana', template, {
        name,
        environment: 'production',
      });
      const request = await waitForRequest(stack, taskId);
      await waitUntilParked(stack, taskId);
      await stack.backend.kill('SIGKILL');
      await stack.backend.start();
      await vote(stack, 'leo', request, 'approve');
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    }, 240_000);

    it('between the cancel and the completion of the parking', async () => {
      const name = `kill-parking-${short}`;
      const taskId = await startRun(stack, 'dana', template, {
        name,
        environment: 'production',
      });
      await eventually('the task is being cancelled', async () =>
        (await hasEvent(taskId, 'cancelled')) ? true : undefined,
      );
      await stack.backend.kill('SIGKILL');
      await stack.backend.start();
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
    }, 240_000);

    it('right after the vote', async () => {
      const name = `kill-voted-${short}`;
      const taskId = await startRun(stack, 'dana', template, {
        name,
        environment: 'production',
      });
      const request = await waitForRequest(stack, taskId);
      await waitUntilParked(stack, taskId);
      await vote(stack, 'leo', request, 'approve');
      await stack.backend.kill('SIGKILL');
      await stack.backend.start();
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    }, 240_000);

    it('during the apply', async () => {
      const name = `kill-apply-${short}`;
      const taskId = await startRun(stack, 'dana', template, {
        name,
        environment: 'dev',
      });
      await eventually('the apply has begun', async () => {
        const events = await stack.request(
          'dana',
          `/api/scaffolder/v2/tasks/${taskId}/events`,
        );
        return JSON.stringify(events).includes('Applying ') ? true : undefined;
      });
      expect(await taskStatus(stack, taskId)).toBe('processing');
      await stack.backend.kill('SIGKILL');
      await stack.backend.start();
      await waitForCompletion(stack, taskId);
      await expectOneUsableDatabase(name);
    }, 240_000);
  },
);

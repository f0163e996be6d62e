/**
 * The library through the API: what the templates that ship make can be
 * changed, ends when it should, and is removed, each by an ordinary gated run.
 */
import { findInFiles, Sightings } from './canary';
import {
  eventually,
  inventory,
  runApproved,
  startRun,
  startTemplate,
  traceOf,
  vote,
  waitForCompletion,
  waitForRequest,
} from './runs';
import { sharedStack } from './sharedStack';
import { readSecret, useDatabase } from './vault';

const stack = sharedStack();
const seen = new Sightings(stack);
const RUN_MS = 120_000;

interface ShownResource {
  kind: string;
  name: string;
  status: string;
  team?: string;
  monthlyCost?: number;
  expiresAt?: string;
  parts: { kind: string; status: string }[];
  actions: Record<
    'remove' | 'change' | 'extend',
    { allowed: boolean; formPath?: string }
  >;
}

async function readResource(
  id: string,
  person = 'dana',
): Promise<ShownResource> {
  const { resource } = await stack.request(person, `/api/runs/resources/${id}`);
  return resource;
}

/** Waits until a completed run is listed as what it has made. */
function waitForResource(id: string, person = 'dana'): Promise<ShownResource> {
  return eventually(`resource ${id} is listed`, () => readResource(id, person));
}

/** Gives a person of Payments a database; resolves with its id. */
async function makeDatabase(name: string): Promise<string> {
  const id = await startRun(stack, 'dana', 'postgresql-database', {
    name,
    environment: 'dev',
  });
  await waitForCompletion(stack, id, RUN_MS);
  await waitForResource(id);
  return id;
}

/** Runs a template that somebody has to approve; of what kinds its stages were. */
async function runSeen(
  template: string,
  values: object,
  people: { requester: string; approver: string },
): Promise<{ taskId: string; stages: string[] }> {
  const options = { ...people, timeoutMs: RUN_MS };
  const ended = await runApproved(stack, template, values, options);
  await seen.keepRun(template, ended.taskId);
  return ended;
}

describe('a database', () => {
  const name = 'kept-books';
  let id: string;
  let password: string;

  it('is listed with what it costs and what can be done with it', async () => {
    id = await makeDatabase(name);
    password = String((await readSecret(stack, 'dana', name)).password);
    expect(await readResource(id)).toMatchObject({
      kind: 'PostgreSQL database',
      name,
      status: 'present',
      team: 'group:default/payments',
      monthlyCost: 50,
      actions: {
        remove: {
          allowed: true,
          formPath: expect.stringContaining(`database-deletion?resource=${id}`),
        },
        change: {
          allowed: true,
          formPath: expect.stringContaining(`database-change?resource=${id}`),
        },
      },
    });
    const { items } = await stack.request('dana', '/api/runs/resources');
    expect(items.map((item: { id: string }) => item.id)).toContain(id);
  }, 180_000);

  it('is nobody else’s to see', async () => {
    await expect(readResource(id, 'sam')).rejects.toThrow(/answered 40[34]/);
    const { items } = await stack.request('sam', '/api/runs/resources');
    expect(items.map((item: { id: string }) => item.id)).not.toContain(id);
  });

  it('gets another size through the lead, and keeps its data', async () => {
    expect(await useDatabase(await readSecret(stack, 'dana', name))).toEqual(
      expect.objectContaining({ visits: 1 }),
    );
    const { stages } = await runSeen(
      'database-change',
      { resource: id, size: 'medium' },
      { requester: 'dana', approver: 'leo' },
    );
    expect(stages).toEqual(['team-lead']);
    await eventually('it costs more', async () =>
      (await readResource(id)).monthlyCost === 150 ? true : undefined,
    );
    const { repositories } = await inventory(stack);
    const changes = repositories
      .flatMap(({ pullRequests }) => pullRequests)
      .filter(
        ({ title }) => title === `Change database: ${name} becomes medium`,
      );
    expect(changes).toMatchObject([{ merged: true }]);
    const secret = await readSecret(stack, 'dana', name);
    expect(secret.password).toBe(password);
    expect(await useDatabase(secret)).toMatchObject({ visits: 2 });
  }, 240_000);

  it('is deleted once security has approved, wherever it was', async () => {
    const taskId = await startTemplate(stack, 'dana', 'database-deletion', {
      resource: id,
    });
    const request = await waitForRequest(stack, taskId);
    // Nothing goes before somebody has looked.
    expect(await traceOf(stack, name)).toMatchObject({
      databases: 1,
      secrets: 1,
    });
    await vote(stack, 'sara', request, 'approve');
    await waitForCompletion(stack, taskId, RUN_MS);
    await seen.keepRun('deletion', taskId);
    expect(await traceOf(stack, name)).toMatchObject({
      databases: 0,
      secrets: 0,
    });
    // Nor may anybody read what is not there any more.
    await expect(readSecret(stack, 'dana', name)).rejects.toThrow(/403/);
    expect(await readResource(id)).toMatchObject({ status: 'removed' });
    const { items } = await stack.request('dana', '/api/runs/resources');
    expect(items.map((item: { id: string }) => item.id)).not.toContain(id);
  }, 240_000);

  it('has shown its password nowhere', () => {
    expect(password).toMatch(/\S{8}/);
    expect(seen.find(name)).not.toEqual([]);
    expect(seen.find(password)).toEqual([]);
    expect(findInFiles(stack, `databases/${name}`)).not.toEqual([]);
    expect(findInFiles(stack, password)).toEqual([]);
  });
});

describe('an access with an end', () => {
  const name = 'shared-ledger';
  const path = `databases/${name}`;
  /** What the vault has of accesses that runs gave: a policy and a group each. */
  const readAccess = async () =>
    (await inventory(stack)).secretAccess as string[];
  let before: string[];
  let access: string;

  it('is given once the lead of the owner has approved', async () => {
    await makeDatabase(name);
    before = await readAccess();
    await expect(readSecret(stack, 'sam', name)).rejects.toThrow(/403/);
    const tomorrow = new Date(Date.now() + 86_400_000);
    const until = tomorrow.toISOString().slice(0, 10);
    const { taskId, stages } = await runSeen(
      'access-grant',
      { path, team: 'group:default/search', until },
      { requester: 'sam', approver: 'leo' },
    );
    access = taskId;
    expect(stages).toEqual(['team-lead']);
    expect((await readAccess()).length).toBe(before.length + 2);
    const read = await readSecret(stack, 'sam', name);
    expect(read).toEqual(await readSecret(stack, 'dana', name));
    const resource = await waitForResource(access, 'sam');
    const end = new Date(tomorrow.getTime() + 86_400_000);
    expect(resource).toMatchObject({
      kind: 'Access to a secret',
      status: 'present',
      expiresAt: `${end.toISOString().slice(0, 10)}T00:00:00.000Z`,
    });
  }, 240_000);

  it('is taken back by itself when it ends', async () => {
    const until = new Date(Date.now() + 20_000).toISOString();
    // By the API it may be a time: no test waits for midnight.
    await runSeen(
      'access-extension',
      { resource: access, until },
      { requester: 'sam', approver: 'leo' },
    );
    const { expiresAt } = await readResource(access, 'sam');
    expect(expiresAt).toBe(until);
    await eventually(
      'the access has ended',
      async () =>
        (await readResource(access, 'sam')).status === 'removed'
          ? true
          : undefined,
      RUN_MS,
    );
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
    expect(await readAccess()).toEqual(before);
    await expect(readSecret(stack, 'sam', name)).rejects.toThrow(/403/);
    // The secret and its owner are none the worse for it.
    expect(await useDatabase(await readSecret(stack, 'dana', name))).toEqual(
      expect.objectContaining({ visits: 1 }),
    );
  }, 240_000);
});

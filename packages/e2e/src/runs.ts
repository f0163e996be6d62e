import { ConnectedStack } from './stack';

/** What a run of the database templates is asked with. */
export interface DatabaseParameters {
  name: string;
  environment: 'dev' | 'staging' | 'production';
  size?: 'small' | 'medium' | 'large';
}

/** The two templates that make a database. */
export type DatabaseTemplate =
  | 'postgresql-database'
  | 'postgresql-database-reviewed';

/** The outside world as the sandbox's control page lists it. */
export interface Inventory {
  repositories: Array<{
    name: string;
    archived: boolean;
    branches: string[];
    pullRequests: Array<{
      number: number;
      title: string;
      head: string;
      state: string;
      merged: boolean;
    }>;
  }>;
  databases: string[];
  roles: string[];
  secrets: Array<{ path: string; currentVersion: number }>;
  /** What runs let teams read, as the vault's paths. */
  grantedPaths: string[];
  /** Of a further stand-in, by its name. */
  [standIn: string]: any;
}

/**
 * Starts a run of any template through the API, as the form does.
 *
 * @returns the task's id
 */
export async function startTemplate(
  stack: ConnectedStack,
  person: string,
  template: string,
  values: object,
): Promise<string> {
  const { id } = await stack.request<{ id: string }>(
    person,
    '/api/scaffolder/v2/tasks',
    {
      method: 'POST',
      body: JSON.stringify({
        templateRef: `template:default/${template}`,
        values,
      }),
    },
  );
  return id;
}

/**
 * Starts a run of a database template.
 *
 * @returns the task's id
 */
export async function startRun(
  stack: ConnectedStack,
  person: string,
  template: DatabaseTemplate,
  parameters: DatabaseParameters,
): Promise<string> {
  return startTemplate(stack, person, template, {
    size: 'small',
    ...parameters,
  });
}

/**
 * Asks until the answer is not `undefined`.
 *
 * @param what - for the message
 * @param ask - an error counts as not yet
 * @param timeoutMs - default 60 s
 * @throws when time is over
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let lastError: unknown;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) {
        return answer;
      }
    } catch (error) {
      lastError = error;
    }
    await new Promise(done => {
      setTimeout(done, 100);
    });
  }
  throw new Error(
    `Not within ${timeoutMs / 1000} s: ${what}${
      lastError ? ` (${lastError})` : ''
    }`,
  );
}

/** Status of a task as the stock scaffolder has it. */
export async function taskStatus(stack: ConnectedStack, taskId: string) {
  const { status } = await stack.request(
    'dana',
    `/api/scaffolder/v2/tasks/${taskId}`,
  );
  return status as string;
}

/** Waits until a run has completed. */
export async function waitForCompletion(
  stack: ConnectedStack,
  taskId: string,
  timeoutMs?: number,
) {
  await eventually(
    `run ${taskId} completes`,
    async () =>
      (await taskStatus(stack, taskId)) === 'completed' ? true : undefined,
    timeoutMs,
  );
}

/** Waits until a run is parked: its task holds no worker any more. */
export async function waitUntilParked(stack: ConnectedStack, taskId: string) {
  await eventually(`run ${taskId} is parked`, async () => {
    const { suspensions } = await stack.request(
      'dana',
      `/api/runs/runs/${taskId}`,
    );
    return suspensions.some(
      ({ status }: { status: string }) => status === 'parked',
    )
      ? true
      : undefined;
  });
}

/**
 * Waits for the pending approval request of a run.
 *
 * @returns its id
 */
export async function waitForRequest(
  stack: ConnectedStack,
  taskId: string,
): Promise<string> {
  return eventually(`run ${taskId} asks for approval`, async () => {
    const { requests } = await stack.request(
      'dana',
      `/api/approvals/runs/${taskId}`,
    );
    return requests.find(
      ({ status }: { status: string }) => status === 'pending',
    )?.id;
  });
}

/** Votes on a request through the API. */
export async function vote(
  stack: ConnectedStack,
  person: string,
  requestId: string,
  verdict: 'approve' | 'reject',
  comment?: string,
) {
  return stack.request(person, `/api/approvals/requests/${requestId}/votes`, {
    method: 'POST',
    body: JSON.stringify({ verdict, comment }),
  });
}

/**
 * Starts a run that somebody has to approve, who then does, and waits until it
 * is through.
 *
 * @returns its id, and of what kinds the stages of its approval were
 */
export async function runApproved(
  stack: ConnectedStack,
  template: string,
  values: object,
  options: { requester: string; approver: string; timeoutMs?: number },
): Promise<{ taskId: string; stages: string[] }> {
  const { requester, approver, timeoutMs } = options;
  const taskId = await startTemplate(stack, requester, template, values);
  const request = await waitForRequest(stack, taskId);
  const { requests } = await stack.request(
    approver,
    `/api/approvals/runs/${taskId}`,
  );
  await vote(stack, approver, request, 'approve');
  await waitForCompletion(stack, taskId, timeoutMs);
  return {
    taskId,
    stages: requests[0].stages.map(({ kind }: { kind: string }) => kind),
  };
}

/** What exists outside. */
export async function inventory(stack: ConnectedStack): Promise<Inventory> {
  const response = await fetch(`${stack.urls.control}/inventory`);
  return (await response.json()) as Inventory;
}

/** Of what exists outside, what has to do with one database. */
export async function traceOf(stack: ConnectedStack, name: string) {
  const { repositories, databases, secrets } = await inventory(stack);
  return {
    pullRequests: repositories
      .flatMap(({ pullRequests }) => pullRequests)
      .filter(({ head }) => head === `db-${name}`).length,
    databases: databases.filter(
      database => database === name.replaceAll('-', '_'),
    ).length,
    secrets: secrets.filter(({ path }) => path === `databases/${name}`).length,
  };
}

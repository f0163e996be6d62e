import {
  eventually,
  startTemplate,
  vote,
  waitForCompletion,
  type Stack,
} from 'e2e';

/**
 * How often is asked whether something has happened, in milliseconds. The
 * figures are too high by up to that; asking more often keeps the backend from
 * its work.
 */
const POLL_MS = 100;
/** For a busy machine: none of what is waited for is measured. */
const LIMIT_MS = 240_000;

const TEMPLATE = 'postgresql-database-reviewed';

async function until(
  what: string,
  happened: () => Promise<boolean>,
): Promise<number> {
  const end = performance.now() + LIMIT_MS;
  while (performance.now() < end) {
    if (await happened()) {
      return performance.now();
    }
    await new Promise(done => {
      setTimeout(done, POLL_MS);
    });
  }
  throw new Error(`Not within ${LIMIT_MS / 1000} s: ${what}`);
}

type TaskEvent = { id: number; body: { stepId?: string; status?: string } };

/** When a step of a run begins, on the scale of `performance.now()`. */
function stepBegins(
  stack: Stack,
  taskId: string,
  stepId: string,
): Promise<number> {
  let seen = 0;
  return until(`step ${stepId} of run ${taskId} begins`, async () => {
    const events: TaskEvent[] = await stack.request(
      'dana',
      `/api/scaffolder/v2/tasks/${taskId}/events?after=${seen}`,
    );
    seen = Math.max(seen, ...events.map(({ id }) => id));
    // The attempt that parked has passed over the steps after it.
    return events.some(
      ({ body }) => body.stepId === stepId && body.status === 'processing',
    );
  });
}

/** When the git host has the last word on the apply of a branch. */
function applyEnds(stack: Stack, branch: string): Promise<number> {
  const url = `${stack.urls.github}/api/v3/repos/myorg/infrastructure/commits/${branch}/statuses`;
  return until(`the apply of ${branch} ends`, async () => {
    // The runner's account: looking often would spend the limit of the portal's.
    const response = await fetch(url, {
      headers: { authorization: 'Bearer sandbox-atlantis-token' },
    });
    const statuses = (await response.json()) as {
      context: string;
      state: string;
    }[];
    return (
      Array.isArray(statuses) &&
      statuses.some(
        ({ context, state }) =>
          context.startsWith('atlantis/apply') && state === 'success',
      )
    );
  });
}

function ask(stack: Stack, path: string) {
  return stack.request('dana', path);
}

/** Waits for the run's approval request; gives its id. */
function untilAsked(stack: Stack, taskId: string): Promise<string> {
  return eventually(
    `run ${taskId} asks for approval`,
    async () => {
      const { requests } = await ask(stack, `/api/approvals/runs/${taskId}`);
      return requests.find(
        ({ status }: { status: string }) => status === 'pending',
      )?.id;
    },
    LIMIT_MS,
  );
}

/** Waits until a run is parked at a step: its task holds no worker any more. */
async function untilParked(
  stack: Stack,
  taskId: string,
  stepId: string,
): Promise<void> {
  await eventually(
    `run ${taskId} is parked at ${stepId}`,
    async () => {
      const { suspensions } = await ask(stack, `/api/runs/runs/${taskId}`);
      return suspensions.some(
        (row: { status: string; stepId: string }) =>
          row.status === 'parked' && row.stepId === stepId,
      )
        ? true
        : undefined;
    },
    LIMIT_MS,
  );
}

/**
 * Parks a production run at its approval, approves it and lets it end, so that
 * the next ones have the backend to themselves.
 *
 * @returns seconds from the sent vote to the begin of the next step
 */
export async function fromVote(stack: Stack, name: string): Promise<number> {
  const taskId = await startTemplate(stack, 'dana', TEMPLATE, {
    name,
    environment: 'production',
    size: 'small',
  });
  const request = await untilAsked(stack, taskId);
  await untilParked(stack, taskId, 'approval');
  const voted = performance.now();
  await vote(stack, 'leo', request, 'approve');
  const began = await stepBegins(stack, taskId, 'wait-for-apply');
  await waitForCompletion(stack, taskId, LIMIT_MS);
  return (began - voted) / 1000;
}

/**
 * Parks a run at an apply that takes longer than a step waits inline, and lets
 * it end.
 *
 * @returns seconds from the end of the apply, as the git host has it, to the
 * begin of the next step
 */
export async function fromApply(stack: Stack, name: string): Promise<number> {
  const taskId = await startTemplate(stack, 'dana', TEMPLATE, {
    name,
    environment: 'dev',
    size: 'small',
  });
  await untilParked(stack, taskId, 'wait-for-apply');
  const ended = await applyEnds(stack, `db-${name}`);
  const began = await stepBegins(stack, taskId, 'store-credentials');
  await waitForCompletion(stack, taskId, LIMIT_MS);
  return (began - ended) / 1000;
}

/** Sets how long an apply of the stand-in takes, in milliseconds. */
export async function setApplyTime(
  stack: Stack,
  applyMs: number,
): Promise<void> {
  await putControl(stack, '/delays', { applyMs });
}

/** Switches the git host's webhooks off. */
export async function stopWebhooks(stack: Stack): Promise<void> {
  await putControl(stack, '/webhooks', []);
}

async function putControl(
  stack: Stack,
  path: string,
  body: object,
): Promise<void> {
  const response = await fetch(`${stack.urls.control}${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`${path} of the sandbox answered ${response.status}`);
  }
}

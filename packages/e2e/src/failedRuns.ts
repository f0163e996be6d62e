import { eventually, startTemplate } from './runs';
import { ConnectedStack } from './stack';

/** The part of a run's state that tests look at. */
export interface ShownRun {
  status: string;
  phase: string;
  /** Ids of the runs before and after an edit. */
  replaces?: string;
  replacedBy?: string;
  failure?: {
    stepId?: string;
    problem: { what: string; whose: string; remedy: string };
  };
  options: Record<
    'retry' | 'resubmit' | 'rollback' | 'cancel',
    { allowed: boolean; reason?: string }
  >;
  effects: {
    kind: string;
    name: string;
    status: string;
    url?: string;
    undoNote?: string;
    reference?: Record<string, unknown>;
  }[];
  stepReports: {
    stepId: string;
    outcome: string;
    problem?: { what: string; remedy: string };
  }[];
}

/**
 * Statuses in which nothing more happens by itself, but a held run's deadline.
 */
export const SETTLED = [
  'completed',
  'failed',
  'cancelled',
  'needs-attention',
  'rolled-back',
];

/** A run as its page shows it. */
export async function readRun(
  stack: ConnectedStack,
  taskId: string,
  person = 'dana',
): Promise<ShownRun> {
  const { state, effects } = await stack.request(
    person,
    `/api/runs/runs/${taskId}`,
  );
  return { ...state, effects };
}

/**
 * Waits until a run has ended with one of these statuses.
 *
 * @throws when time is over, with the status that it has
 */
export async function waitForStatus(
  stack: ConnectedStack,
  taskId: string,
  statuses: readonly string[],
  timeoutMs = 60_000,
): Promise<ShownRun> {
  let last: ShownRun | undefined;
  try {
    return await eventually(
      `run ${taskId} is ${statuses.join(' or ')}`,
      async () => {
        last = await readRun(stack, taskId);
        // Of a task that has just ended, nobody has judged yet what remains.
        const isJudged = last.phase !== 'active';
        return isJudged && statuses.includes(last.status) ? last : undefined;
      },
      timeoutMs,
    );
  } catch (error) {
    throw new Error(`${error}; it is ${JSON.stringify(last)}`);
  }
}

/** Presses a button of the run page, through the API. */
export async function press(
  stack: ConnectedStack,
  taskId: string,
  button: 'retry' | 'rollback' | 'cancel',
  body: { comment?: string; rollback?: boolean } = {},
  person = 'dana',
): Promise<void> {
  await stack.request(person, `/api/runs/runs/${taskId}/${button}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
}

/**
 * Rolls a held run back, as the person does who has made it; one that has made
 * nothing has nothing to undo.
 *
 * @param run - as it was when it failed
 * @throws where the button is not there, or is there for nothing
 */
export async function rollBack(
  stack: ConnectedStack,
  taskId: string,
  { status }: ShownRun,
): Promise<void> {
  const { options } = await readRun(stack, taskId);
  const isHeld = status === 'needs-attention';
  if (options.rollback.allowed !== isHeld) {
    throw new Error(`Of a ${status} run: ${JSON.stringify(options.rollback)}`);
  }
  if (isHeld) {
    await press(stack, taskId, 'rollback');
    await waitForStatus(stack, taskId, ['rolled-back'], 120_000);
  }
}

/** Links a corrected run to the one that it replaces. */
export async function replace(
  stack: ConnectedStack,
  replaced: string,
  replacing: string,
): Promise<void> {
  await stack.request('dana', `/api/runs/runs/${replacing}/replaces`, {
    method: 'PUT',
    body: JSON.stringify({ taskId: replaced }),
  });
}

/**
 * Does what the form does that Edit and resubmit opens, with the values of the
 * run that it replaces.
 *
 * @param run - as it was when it failed
 * @returns the new run's id
 */
export async function resubmit(
  stack: ConnectedStack,
  taskId: string,
  run: ShownRun,
): Promise<string> {
  await rollBack(stack, taskId, run);
  const { spec } = await stack.request(
    'dana',
    `/api/scaffolder/v2/tasks/${taskId}`,
  );
  const [, template] = spec.templateInfo.entityRef.split('/');
  const replacing = await startTemplate(
    stack,
    'dana',
    template,
    spec.parameters,
  );
  await replace(stack, taskId, replacing);
  return replacing;
}

import { eventually } from './runs';
import { ConnectedStack } from './stack';

/** The part of a run's state that tests look at. */
export interface ShownRun {
  status: string;
  phase: string;
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

import { InfrastructureRun } from '@self-service/plugin-providers-node';

/** `wait.kind` of waits on an infrastructure run. */
export const INFRASTRUCTURE_WAIT = 'infrastructure';

/**
 * What an infrastructure wait is for: a head's plan, or its apply. `apply` is
 * over, too, when the apply has to be started once more; `outcome` waits for
 * somebody else to do that.
 */
export interface InfrastructureWait {
  pullRequestUrl: string;
  head: string;
  phase: 'plan' | 'apply' | 'outcome';
  /** ISO 8601: over from then on, so that whoever waits can say so. */
  due?: string;
}

const PHASES: readonly unknown[] = ['plan', 'apply', 'outcome'];

/** Writes a wait as the `ref` that the runs backend stores. */
export function toWaitRef(wait: InfrastructureWait): string {
  const { phase, head, pullRequestUrl, due } = wait;
  return JSON.stringify([phase, head, pullRequestUrl, ...(due ? [due] : [])]);
}

/** Reads a stored `ref`; `undefined` if it is not one of ours. */
export function parseWaitRef(ref: string): InfrastructureWait | undefined {
  try {
    const [phase, head, pullRequestUrl, due] = JSON.parse(ref);
    return PHASES.includes(phase) &&
      typeof head === 'string' &&
      typeof pullRequestUrl === 'string' &&
      ['string', 'undefined'].includes(typeof due)
      ? { phase, head, pullRequestUrl, ...(due && { due }) }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a wait is over: its phase is done or has failed, or the pull
 * request has moved to another head. An unknown status never ends a wait.
 */
export function isOver(
  wait: InfrastructureWait,
  run: InfrastructureRun,
): boolean {
  if (run.head !== wait.head) {
    return true;
  }
  switch (run.status) {
    case 'applied':
    case 'failed':
      return true;
    case 'planned':
      return wait.phase === 'plan';
    case 'applying':
      return (
        wait.phase === 'plan' ||
        (wait.phase === 'apply' && run.awaitsStart === true)
      );
    default:
      return false;
  }
}

/** Whether the time of a wait is over. */
export function isDue({ due }: { due?: string }, now: number): boolean {
  return due !== undefined && Date.parse(due) <= now;
}

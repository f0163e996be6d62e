import { CommitStatus, PlanSummary } from '@self-service/plugin-providers-node';

/** What Atlantis does with a head, one after the other. */
export type Phase = 'plan' | 'policy_check' | 'apply';

const PHASES: readonly Phase[] = ['plan', 'policy_check', 'apply'];
const PLAN = /(\d+) to add, (\d+) to change, (\d+) to destroy/;
const NO_CHANGES = /no changes/i;

/**
 * Reads the name of a status: `<name>/plan` for the whole, `<name>/plan:
 * <project>` for one project.
 *
 * @param statusName - the server's `--vcs-status-name`
 * @returns `undefined` for somebody else's
 */
export function parseContext(
  context: string,
  statusName: string,
): { phase: Phase; project?: string } | undefined {
  for (const phase of PHASES) {
    const name = `${statusName}/${phase}`;
    if (context === name) {
      return { phase };
    }
    if (context.startsWith(`${name}: `)) {
      return { phase, project: context.slice(`${name}: `.length) };
    }
  }
  return undefined;
}

/**
 * The directory of a project without a name of its own, which Atlantis calls
 * `<directory>/<workspace>`; of one with a name, something that is no directory.
 */
export function toDirectory(project: string): string | undefined {
  const end = project.lastIndexOf('/');
  return end > 0 ? project.slice(0, end) : undefined;
}

/** What a project's plan would do; `undefined` where it does not say so. */
export function parsePlan(description = ''): PlanSummary | undefined {
  const numbers = description.match(PLAN);
  if (numbers) {
    const [add, change, destroy] = numbers.slice(1).map(Number);
    return { add, change, destroy };
  }
  return NO_CHANGES.test(description)
    ? { add: 0, change: 0, destroy: 0 }
    : undefined;
}

/** Whether a phase ended badly. */
export function isFailure(status: CommitStatus | undefined): boolean {
  return status?.state === 'failure' || status?.state === 'error';
}

import {
  Run,
  RunOption,
  RunState,
  RunStatus,
} from '@self-service/plugin-runs-common';
import { isActive, ShownRun } from './useRun';

/** Names of what can be done with a run, in the order of the buttons. */
export const OPTION_NAMES = [
  'retry',
  'resubmit',
  'rollback',
  'cancel',
] as const satisfies readonly (keyof RunState['options'])[];

/** @see OPTION_NAMES */
export type OptionName = (typeof OPTION_NAMES)[number];

/** What the platform does not know, only the stock scaffolder can stop. */
const UNKNOWN: RunOption = { allowed: false };

/**
 * The task has ended, and the backend is a moment away from saying what that
 * makes of the run: until then its options are those of a run that goes on.
 */
const ENDED: RunStatus[] = ['completed', 'failed', 'cancelled'];

/**
 * The button that most likely helps: the first that works, but no retry of
 * what would fail again.
 *
 * @param options - as {@link readOptions} gives them
 */
export function findMainOption(
  options: readonly [OptionName, RunOption][],
  run: Run,
): OptionName | undefined {
  const isVain = run.state?.failure?.problem.canPass === false;
  const working = options
    .filter(([name, { allowed }]) => allowed && name !== 'cancel')
    .map(([name]) => name);
  return working.find(name => !(isVain && name === 'retry')) ?? working[0];
}

/** Whether people look for this button in this status, even in vain. */
function isLookedFor(
  name: OptionName,
  { status, run }: Pick<ShownRun, 'status' | 'run'>,
): boolean {
  if (name === 'cancel') {
    return isActive(status) && status !== 'rolling-back';
  }
  if (!run.state || run.state.phase === 'active') {
    return false;
  }
  const statuses: RunStatus[] = ['failed', 'needs-attention'];
  return name === 'rollback'
    ? statuses.includes(status)
    : [...statuses, 'cancelled', 'rolled-back'].includes(status);
}

/**
 * Which buttons a run has, and whether they work. Pure.
 *
 * @remarks
 * The backend says what is allowed and why not. A button that nobody looks for
 * in the run's status (to retry what runs) is left out rather than disabled,
 * and so is Roll back while the run goes on: Cancel offers it.
 *
 * @returns the options to show, with their names
 */
export function readOptions(
  shown: Pick<ShownRun, 'status' | 'run'>,
): [OptionName, RunOption][] {
  const { status, run } = shown;
  if (ENDED.includes(status) && run.state?.phase === 'active') {
    return [];
  }
  const options: RunState['options'] = run.state?.options ?? {
    retry: UNKNOWN,
    resubmit: UNKNOWN,
    rollback: UNKNOWN,
    cancel: { allowed: isActive(status) },
  };
  return OPTION_NAMES.filter(
    name =>
      isLookedFor(name, shown) ||
      (options[name].allowed && !(name === 'rollback' && isActive(status))),
  ).map(name => [name, options[name]]);
}

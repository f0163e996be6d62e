import { Problem } from './problems';
import { RunOption, RunPhase, RunState } from './runs';

/** What decides which buttons of a run work. @public */
export interface RunSituation {
  phase: RunPhase;
  /** A person has cancelled it, whatever its phase. */
  isCancelled: boolean;
  /** Something of it exists, or may exist. */
  hasEffects: boolean;
  /** How its request for approval ended, where that is why it failed. */
  refused?: Problem['refused'];
  /** Task id of the run that replaces it. */
  replacedBy?: string;
  /** The requester, or somebody who may operate other people's runs. */
  isInCharge: boolean;
}

const ALLOWED: RunOption = { allowed: true };

function refuse(reason: string): RunOption {
  return { allowed: false, reason };
}

const NOT_IN_CHARGE = refuse(
  'Only the requester and the platform team can do this.',
);

const REFUSALS: Record<NonNullable<Problem['refused']>, string> = {
  rejected: 'Its request was rejected',
  expired: 'Its request has expired',
  cancelled: 'Its request was cancelled',
};

function retryOption(situation: RunSituation): RunOption {
  const { phase, isCancelled, refused } = situation;
  switch (phase) {
    case 'held':
    case 'failed':
      if (isCancelled) {
        return refuse('It was cancelled: edit and resubmit it instead.');
      }
      return refused
        ? refuse(
            `${REFUSALS[refused]}, and a retry asks nobody again: edit and resubmit it instead.`,
          )
        : ALLOWED;
    case 'active':
      return refuse('It has not failed.');
    case 'completed':
      return refuse('It is completed.');
    case 'cancelled':
      return refuse('It was cancelled: edit and resubmit it instead.');
    case 'rolled-back':
      return refuse('It was rolled back: edit and resubmit it instead.');
    default:
      return refuse('It is being rolled back: edit and resubmit it instead.');
  }
}

function resubmitOption({ phase, replacedBy }: RunSituation): RunOption {
  if (replacedBy !== undefined) {
    return refuse('It was resubmitted already.');
  }
  switch (phase) {
    case 'active':
      return refuse('It has not ended: cancel it first.');
    case 'completed':
      return refuse('It is completed: start a new one from the template.');
    default:
      return ALLOWED;
  }
}

function rollbackOption({ phase, hasEffects }: RunSituation): RunOption {
  switch (phase) {
    case 'held':
    case 'rollback-failed':
      return ALLOWED;
    case 'active':
    case 'failed':
    case 'cancelled':
      return hasEffects
        ? ALLOWED
        : refuse('Nothing of it exists: there is nothing to undo.');
    case 'completed':
      return refuse('It is completed: remove what it made with a new run.');
    case 'rolled-back':
      return refuse('It was rolled back already.');
    default:
      return refuse('It is being rolled back already.');
  }
}

function cancelOption({ phase, isCancelled }: RunSituation): RunOption {
  if (phase !== 'active') {
    return refuse('It has ended.');
  }
  return isCancelled ? refuse('It is being cancelled already.') : ALLOWED;
}

/**
 * Which buttons of a run work for somebody, and why the others don't. The
 * routes behind the buttons ask the same function.
 *
 * @public
 */
export function toRunOptions(situation: RunSituation): RunState['options'] {
  const decide = (option: RunOption): RunOption =>
    option.allowed && !situation.isInCharge ? NOT_IN_CHARGE : option;
  return {
    retry: decide(retryOption(situation)),
    resubmit: decide(resubmitOption(situation)),
    rollback: decide(rollbackOption(situation)),
    cancel: decide(cancelOption(situation)),
  };
}

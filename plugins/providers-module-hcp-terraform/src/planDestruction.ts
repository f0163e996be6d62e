import { Destruction } from '@self-service/plugin-providers-node';
import { RunDocument } from './documents';
import { isConfirmable } from './readRuns';
import { isApplied, isFailed } from './runStatuses';

/** What is known of one workspace in which a merged pull request was applied. */
export interface Ruins {
  /** Every run that was to apply the merge commit; at least one. */
  merges: readonly RunDocument[];
  /** This run's own that destroys, the one to follow where there are several. */
  destruction?: RunDocument;
  /** When it was seen to have failed, where somebody looked; by our clock. */
  failedAt?: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Where a destruction stands, and what takes it a step further. */
export interface DestructionStep {
  /** Without an address; `run` has one. */
  result: Destruction;
  /** The run that `result` is about. */
  run?: RunDocument;
  act?: 'create' | 'confirm' | 'discard';
}

/** A failure is told for so long; asked later, it is tried anew. Milliseconds. */
const TOLD_FOR = 30_000;
/** Resources of a new state are counted by then; milliseconds. */
const COUNTED_AFTER = 60_000;

const pending = (description: string, run?: RunDocument): DestructionStep => ({
  result: { status: 'pending', description },
  run,
});
const failed = (description: string, run?: RunDocument): DestructionStep => ({
  result: { status: 'failed', description },
  run,
});
const create: DestructionStep = {
  ...pending('Waits for the plan of the destruction.'),
  act: 'create',
};

/**
 * Finds the next step in destroying what a merged pull request has applied in
 * one workspace.
 *
 * @remarks
 * A destroy run destroys all that the workspace manages, also what was there
 * before. So only a pull request that did nothing but add is destroyed, and only
 * as many things as it added: with the first failed apply a part of them is
 * there, so the most that one of its plans was to add is what counts. Source:
 * HCP Terraform, "Run modes and options" (destroy mode), and the Runs API.
 */
export function planDestruction(ruins: Ruins): DestructionStep {
  const { destruction, merges } = ruins;
  const isOurs =
    destruction && merges.every(merge => isNewer(destruction, merge));
  return isOurs
    ? followDestruction(ruins, destruction)
    : startDestruction(ruins);
}

function startDestruction({ merges }: Ruins): DestructionStep {
  const underWay = merges.find(
    ({ run: { attributes } }) => !isOver(attributes),
  );
  if (underWay) {
    return pending('Waits for the apply that is under way.', underWay);
  }
  const touched = merges.filter(wasApplied);
  if (touched.length === 0) {
    return {
      result: {
        status: 'absent',
        description: 'Nothing of it was ever applied.',
      },
    };
  }
  if (countAdded(touched) === undefined) {
    return failed(
      'The pull request changed or destroyed things that were there before, so that Terraform can not destroy its part alone. Revert the change by hand, and apply that.',
      touched[0],
    );
  }
  return create;
}

function followDestruction(
  { merges, failedAt, now }: Ruins,
  destruction: RunDocument,
): DestructionStep {
  const { status } = destruction.run.attributes;
  if (isBeingCounted(destruction, now)) {
    return pending(
      'Waits until HCP Terraform has counted what is left.',
      destruction,
    );
  }
  if (isApplied(status)) {
    return {
      result: {
        status: 'destroyed',
        description: 'What was applied is destroyed.',
      },
      run: destruction,
    };
  }
  const excess = findExcess(merges, destruction);
  if (isFailed(status)) {
    return now - (failedAt ?? endOf(destruction)) < TOLD_FOR
      ? failed(
          excess ?? `The destroy run of HCP Terraform is ${status}.`,
          destruction,
        )
      : create;
  }
  if (!isConfirmable(destruction)) {
    return pending(
      `Waits for the destroy run of HCP Terraform, which is ${status}.`,
      destruction,
    );
  }
  const refusal = excess ?? findGap(destruction);
  return refusal
    ? { ...failed(refusal, destruction), act: 'discard' }
    : { ...pending('Waits for the destruction.', destruction), act: 'confirm' };
}

/** Resources are read out of a new state some time later. */
function isBeingCounted(destruction: RunDocument, now: number): boolean {
  const { run, workspace } = destruction;
  return (
    run.attributes.status === 'applied' &&
    (workspace?.attributes['resource-count'] ?? 0) > 0 &&
    now - endOf(destruction) < COUNTED_AFTER
  );
}

/** In words, that a planned destruction takes more than its share. */
function findExcess(
  merges: readonly RunDocument[],
  { plan }: RunDocument,
): string | undefined {
  const destroys = plan?.['resource-destructions'] ?? 0;
  const added = countAdded(merges.filter(wasApplied)) ?? 0;
  return destroys > added
    ? `Terraform would destroy ${destroys} things, and the pull request added ${added}: the others were there before. Remove what the run added by hand.`
    : undefined;
}

/** In words, that nobody knows how much a planned destruction takes. */
function findGap({ plan }: RunDocument): string | undefined {
  return typeof plan?.['resource-destructions'] === 'number'
    ? undefined
    : 'HCP Terraform does not tell how many things it would destroy. Destroy them by hand.';
}

function isOver({ status }: RunDocument['run']['attributes']): boolean {
  return isApplied(status) || isFailed(status);
}

/** Whether a run has begun to apply something. */
function wasApplied({ run: { attributes } }: RunDocument): boolean {
  return (
    attributes.status === 'applied' ||
    Boolean(attributes['status-timestamps']?.['applying-at'])
  );
}

/**
 * How many things these runs were to add; `undefined` where one was to do
 * anything else, or nobody knows.
 */
function countAdded(runs: readonly RunDocument[]): number | undefined {
  const counts = runs.map(({ plan }) => {
    const isAddition =
      plan?.['resource-changes'] === 0 && plan['resource-destructions'] === 0;
    return isAddition ? plan['resource-additions'] ?? undefined : undefined;
  });
  return counts.reduce<number | undefined>(
    (most, count) =>
      most === undefined || count === undefined
        ? undefined
        : Math.max(most, count),
    0,
  );
}

function isNewer(one: RunDocument, other: RunDocument): boolean {
  return (
    Date.parse(one.run.attributes['created-at']) >=
    Date.parse(other.run.attributes['created-at'])
  );
}

/** When a run entered its last status, as far as it says. */
function endOf({ run: { attributes } }: RunDocument): number {
  const times = Object.values(attributes['status-timestamps'] ?? {});
  return Math.max(
    ...[attributes['created-at'], ...times].map(time =>
      time ? Date.parse(time) : 0,
    ),
  );
}

import { AwsError } from './errors';
import { VersionRecord } from './model';

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
/** Labels on all versions of a secret together. */
const MAXIMUM_STAGES = 20;

/** The version that has a label. */
export function findByStage(
  versions: readonly VersionRecord[],
  stage: string,
): VersionRecord | undefined {
  return versions.find(({ stages }) => stages.includes(stage));
}

function place(
  versions: readonly VersionRecord[],
  id: string | undefined,
  stage: string,
): VersionRecord[] {
  return versions.map(version => {
    const others = version.stages.filter(name => name !== stage);
    return {
      ...version,
      stages: version.id === id ? [...others, stage] : others,
    };
  });
}

/** A label is on one version at a time; the one that was current is previous. */
function placeAll(
  versions: readonly VersionRecord[],
  id: string | undefined,
  stage: string,
): VersionRecord[] {
  const before = findByStage(versions, stage);
  const placed = place(versions, id, stage);
  return stage === CURRENT && before && before.id !== id
    ? place(placed, before.id, PREVIOUS)
    : placed;
}

/**
 * Attaches labels to a version, taking them from others.
 *
 * @throws AwsError for more labels than a secret may have
 */
export function attachStages(
  versions: readonly VersionRecord[],
  id: string,
  stages: readonly string[],
): VersionRecord[] {
  const placed = stages.reduce<VersionRecord[]>(
    (all, stage) => placeAll(all, id, stage),
    [...versions],
  );
  if (placed.flatMap(version => version.stages).length > MAXIMUM_STAGES) {
    throw new AwsError(
      'LimitExceededException',
      `A secret can have ${MAXIMUM_STAGES} staging labels at most.`,
    );
  }
  return placed;
}

/**
 * UpdateSecretVersionStage.
 *
 * @throws AwsError when the label is on another version than `from`
 */
export function moveStage(
  versions: readonly VersionRecord[],
  options: { stage: string; from?: string; to?: string },
): VersionRecord[] {
  const { stage, from, to } = options;
  const holder = findByStage(versions, stage);
  const isKnown = (id: string | undefined) =>
    id === undefined || versions.some(version => version.id === id);
  if (!isKnown(from) || !isKnown(to)) {
    throw AwsError.notFound();
  }
  if (holder && holder.id !== to && from === undefined) {
    throw AwsError.invalid(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== undefined && holder?.id !== from) {
    throw AwsError.invalid(
      `Staging label ${stage} is not attached to version ${from}.`,
    );
  }
  if (to === undefined && stage === CURRENT) {
    throw AwsError.invalid(
      `You can't remove the staging label ${CURRENT} from a version without moving it to another one.`,
    );
  }
  return to === undefined
    ? place(versions, undefined, stage)
    : attachStages(versions, to, [stage]);
}

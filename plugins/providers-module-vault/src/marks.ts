/**
 * What the custom metadata of a path says of the runs that wrote it. Vault
 * keeps custom metadata for a path and not for a version, so each version has
 * a key of its own.
 */
export type CustomMetadata = Readonly<Record<string, string>>;

/** Of the run that created the secret. */
export const RUN_KEY = 'self-service-run';

const VERSION_KEY = /^self-service-version-(\d+)$/;

/** Vault allows 64 keys (https://developer.hashicorp.com/vault/docs/internals/limits). */
const MAXIMUM_MARKS = 20;

/**
 * How one of our runs wrote a version. `restored`: with the values of another
 * one, when the run was undone.
 */
export interface VersionMark {
  version: number;
  act: 'rotated' | 'restored';
  /** Which version it replaced, or whose values it has. */
  from: number;
  runKey: string;
}

function readMark(key: string, value: string): VersionMark | undefined {
  const version = VERSION_KEY.exec(key)?.[1];
  const [, act, from, runKey] =
    /^(rotated|restored) (\d+) (.+)$/.exec(value) ?? [];
  return version && act
    ? {
        version: Number(version),
        act: act as VersionMark['act'],
        from: Number(from),
        runKey,
      }
    : undefined;
}

/** All marks, oldest version first. */
export function readMarks(metadata: CustomMetadata): VersionMark[] {
  return Object.entries(metadata)
    .map(([key, value]) => readMark(key, value))
    .filter(mark => mark !== undefined)
    .sort((a, b) => a.version - b.version);
}

/** The newest version that a run has marked for an act. */
export function findMark(
  metadata: CustomMetadata,
  act: VersionMark['act'],
  runKey: string,
): VersionMark | undefined {
  return readMarks(metadata).findLast(
    mark => mark.act === act && mark.runKey === runKey,
  );
}

/** Which version's values a version has: its own, or those that it restored. */
export function originOf(metadata: CustomMetadata, version: number): number {
  const marks = new Map(readMarks(metadata).map(mark => [mark.version, mark]));
  let origin = version;
  for (;;) {
    const mark = marks.get(origin);
    // A mark always points back, unless a person has written it.
    if (mark?.act !== 'restored' || mark.from >= origin) {
      return origin;
    }
    origin = mark.from;
  }
}

function keyOf(version: number): string {
  return `self-service-version-${version}`;
}

/** With one more mark; the oldest go when there are too many. */
export function withMark(
  metadata: CustomMetadata,
  { version, act, from, runKey }: VersionMark,
): CustomMetadata {
  const marks = readMarks(metadata);
  const excess = marks
    .slice(0, Math.max(0, marks.length + 1 - MAXIMUM_MARKS))
    .map(mark => keyOf(mark.version));
  const kept = Object.entries(metadata).filter(
    ([key]) => !excess.includes(key),
  );
  return {
    ...Object.fromEntries(kept),
    [keyOf(version)]: `${act} ${from} ${runKey}`,
  };
}

/** Without the mark of a version. */
export function withoutMark(
  metadata: CustomMetadata,
  version: number,
): CustomMetadata {
  const { [keyOf(version)]: _, ...rest } = metadata;
  return rest;
}

import { InputError } from '@backstage/errors';

/** What GitHub takes; others take more. */
const MAXIMUM_DESCRIPTION_LENGTH = 350;
const RUN_KEY = /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/;

/**
 * The git trailer by which a commit names the run that made it.
 *
 * @param runKey - letters, digits and `._:/-`
 * @public
 */
export function toCommitTrailer(runKey: string): string {
  return `Self-Service-Run: ${runKey}`;
}

/** Reads {@link toCommitTrailer} out of a commit message. @public */
export function readCommitTrailer(message: string): string | undefined {
  return message.match(/^Self-Service-Run: (\S+)\s*$/m)?.[1];
}

/** The comment, unseen by readers, by which a pull request names its run. @public */
export function toBodyMarker(runKey: string): string {
  return `<!-- self-service-run: ${runKey} -->`;
}

/** Reads {@link toBodyMarker} out of a pull request's body. @public */
export function readBodyMarker(body: string): string | undefined {
  return body.match(/<!-- self-service-run: (\S+) -->/)?.[1];
}

/**
 * Adds to a repository's description the run that creates it.
 *
 * @remarks
 * The description is the one free text that git hosts take in the same request
 * that creates a repository, from a template too: topics and properties come
 * later, and an attempt that was killed in between would leave a repository
 * that nobody knows. Cut at 350 characters, which is what GitHub takes.
 *
 * @public
 */
export function toDescription(
  description: string | undefined,
  runKey: string,
): string {
  const mark = `(self-service-run: ${runKey})`;
  const room = MAXIMUM_DESCRIPTION_LENGTH - mark.length - 1;
  const text = (description ?? '').replace(/\s+/g, ' ').trim();
  return `${text.slice(0, room)} ${mark}`.trim();
}

/** Reads {@link toDescription}'s run out of a description. @public */
export function readDescription(description: string): string | undefined {
  return description.match(/\(self-service-run: (\S+)\)\s*$/)?.[1];
}

/**
 * Makes sure that a run key can be written as a trailer and as a marker.
 *
 * @throws InputError - it would break out of either
 * @public
 */
export function assertRunKey(runKey: string): void {
  if (!RUN_KEY.test(runKey) || runKey.includes('--')) {
    throw new InputError(
      'A run key consists of letters, digits and ._:/- and has no double hyphen',
    );
  }
}

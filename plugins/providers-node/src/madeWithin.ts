/**
 * When a step ran that left no mark of its run: what came to be within that
 * time under the name that the step gave it is taken for the step's own.
 *
 * @public
 */
export interface MadeWithin {
  /** When the step began; ISO 8601. */
  from: string;
  /** When it had succeeded; ISO 8601. */
  to: string;
}

/** What clocks may differ by, and vendors' whole seconds cut off. */
const TOLERANCE_MILLISECONDS = 5_000;

/**
 * Whether something happened while a step ran, give or take five seconds.
 *
 * @param time - ISO 8601, as the vendor says
 * @public
 */
export function isWithin(time: string, { from, to }: MadeWithin): boolean {
  const at = Date.parse(time);
  return (
    at >= Date.parse(from) - TOLERANCE_MILLISECONDS &&
    at <= Date.parse(to) + TOLERANCE_MILLISECONDS
  );
}

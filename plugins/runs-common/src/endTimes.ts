const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const DAY_MS = 86_400_000;

/**
 * Reads when something ends, as a form has it.
 *
 * @param value - the last day, `YYYY-MM-DD`, which ends in UTC, or a time with
 * its zone (ISO 8601)
 * @returns `undefined` for anything else
 * @public
 */
export function readEndTime(value: unknown): Date | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  if (TIME.test(value)) {
    const time = new Date(value);
    return Number.isNaN(time.getTime()) ? undefined : time;
  }
  if (!DAY.test(value)) {
    return undefined;
  }
  const day = new Date(`${value}T00:00:00Z`);
  // February 30 is none, and not March 2.
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value)
    ? new Date(day.getTime() + DAY_MS)
    : undefined;
}

/** Days before its end at which people are told of it, first one first. */
const WARNINGS = [7, 1];

/**
 * Which warning is due before something ends.
 *
 * @param warned - days of the newest warning that was given or passed over;
 * absent where none was
 * @returns days of the warning that is due; `undefined` where none is
 * @public
 */
export function findDueWarning(
  end: Date,
  now: Date,
  warned: number = Infinity,
): number | undefined {
  const left = end.getTime() - now.getTime();
  return WARNINGS.filter(days => days < warned && left <= days * DAY_MS).at(-1);
}

/**
 * When there is something to do about an end: the next warning, or the end.
 *
 * @param warned - as for {@link findDueWarning}
 * @public
 */
export function findNextStep(end: Date, warned: number = Infinity): Date {
  const next = WARNINGS.find(days => days < warned);
  return next === undefined ? end : new Date(end.getTime() - next * DAY_MS);
}

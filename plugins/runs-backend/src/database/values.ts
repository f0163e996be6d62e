/**
 * Reads a stored time: PostgreSQL gives a `Date`, SQLite the milliseconds.
 */
export function toDate(value: Date | number | string): Date {
  return value instanceof Date ? value : new Date(value);
}

/** As {@link toDate}, for a column that may be empty. */
export function toOptionalDate(
  value: Date | number | string | null,
): Date | undefined {
  return value === null ? undefined : toDate(value);
}

/** A value for a column that may be empty. */
export function toColumn<T>(value: T | undefined): T | null {
  return value === undefined ? null : value;
}

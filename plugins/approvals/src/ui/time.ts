const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A length of time for people: the two largest units, `<1 s` for less than a
 * second.
 *
 * @param milliseconds - negative values count as zero
 * @public
 */
export function formatDuration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  if (length < SECOND) {
    return '<1 s';
  }
  const parts: [number, string][] = [
    [Math.floor(length / DAY), 'd'],
    [Math.floor((length % DAY) / HOUR), 'h'],
    [Math.floor((length % HOUR) / MINUTE), 'min'],
    [Math.floor((length % MINUTE) / SECOND), 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

function chooseUnit(length: number): [Intl.RelativeTimeFormatUnit, number] {
  if (length < HOUR) {
    return ['minute', MINUTE];
  }
  return length < 2 * DAY ? ['hour', HOUR] : ['day', DAY];
}

/**
 * A point in time as seen from another, for people: `just now`, `5 minutes
 * ago`, `in 3 hours`.
 *
 * @param at - ISO 8601
 * @param now - milliseconds since the epoch
 * @public
 */
export function formatRelative(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  const length = Math.abs(distance);
  if (length < MINUTE) {
    // Clocks differ a little, and `now` may be some seconds old.
    return distance > MINUTE / 2 ? 'in less than a minute' : 'just now';
  }
  const [unit, size] = chooseUnit(length);
  return new Intl.RelativeTimeFormat('en', { numeric: 'always' }).format(
    distance > 0 ? Math.round(distance / size) : Math.ceil(distance / size),
    unit,
  );
}

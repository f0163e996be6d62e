import { formatDuration, formatRelative } from './time';

const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('formatDuration', () => {
  it.each([
    [-5, '<1 s'],
    [999, '<1 s'],
    [1_000, '1 s'],
    [61_500, '1 min 1 s'],
    [3_600_000, '1 h'],
    [3_660_000, '1 h 1 min'],
    [90_061_000, '1 d 1 h'],
  ])('writes %d ms as %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });
});

describe('formatRelative', () => {
  it.each([
    ['2026-11-22T09:59:40Z', 'just now'],
    ['2026-11-22T10:00:20Z', 'just now'],
    ['2026-11-22T10:00:40Z', 'in less than a minute'],
    ['2026-11-22T09:55:00Z', '5 minutes ago'],
    ['2026-11-22T13:59:58Z', 'in 4 hours'],
    ['2026-11-19T10:00:00Z', '3 days ago'],
  ])('sees %s as %s', (at, expected) => {
    expect(formatRelative(at, NOW)).toBe(expected);
  });
});

import { formatMoney, readEnd } from './words';

const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('readEnd', () => {
  it.each([
    [undefined, 'present', 'never'],
    ['2026-11-22T09:59:00Z', 'removed', 'never'],
    ['2026-11-22T10:00:00Z', 'present', 'overdue'],
    ['2026-11-29T10:00:00Z', 'present', 'soon'],
    ['2026-11-29T10:00:01Z', 'present', 'later'],
  ] as const)('sees %s of what is %s as %s', (expiresAt, status, expected) => {
    expect(readEnd({ expiresAt, status }, NOW)).toBe(expected);
  });
});

describe('formatMoney', () => {
  it.each([
    [150, 'USD', '$150'],
    [1234.5, 'EUR', '€1,234.50'],
    [0, undefined, '$0'],
    [3, 'no currency', '$3'],
    [undefined, 'USD', undefined],
  ])('writes %s %s as %s', (amount, currency, expected) => {
    expect(formatMoney(amount, currency)).toBe(expected);
  });
});

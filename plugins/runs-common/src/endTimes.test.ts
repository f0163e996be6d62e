import { findDueWarning, findNextStep, readEndTime } from './endTimes';

const END = new Date('2026-02-10T00:00:00Z');
const daysBefore = (days: number) =>
  new Date(END.getTime() - days * 86_400_000);

describe('readEndTime', () => {
  it.each([
    ['2026-02-09', '2026-02-10T00:00:00.000Z'],
    ['2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['2026-02-09T10:00:00Z', '2026-02-09T10:00:00.000Z'],
    ['2026-02-09T10:00+02:00', '2026-02-09T08:00:00.000Z'],
    ['2026-02-30', undefined],
    ['2026-13-01', undefined],
    ['2026-02-09T10:00:00', undefined],
    ['tomorrow', undefined],
    ['', undefined],
    [20260209, undefined],
    [undefined, undefined],
  ])('%j', (value, expected) => {
    expect(readEndTime(value)?.toISOString()).toBe(expected);
  });
});

describe('findDueWarning', () => {
  it.each([
    [8, undefined, undefined],
    [7, undefined, 7],
    [2, undefined, 7],
    [7, 7, undefined],
    [1, 7, 1],
    // What was missed is not made up for.
    [0.5, undefined, 1],
    [0.5, 1, undefined],
  ])('%d days before, after %j: %j', (left, warned, expected) => {
    expect(findDueWarning(END, daysBefore(left), warned)).toBe(expected);
  });
});

describe('findNextStep', () => {
  it.each([
    [undefined, 7],
    [7, 1],
    [1, 0],
  ])('after %j: %d days before', (warned, expected) => {
    expect(findNextStep(END, warned)).toEqual(daysBefore(expected));
  });
});

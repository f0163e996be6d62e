import { scheduleStage, wallClockCalendar } from './schedule';

const openedAt = new Date('2026-11-22T10:00:00.000Z');

function schedule(options: {
  due: string;
  escalateAfter: string;
  hasBackups?: boolean;
}) {
  const { dueAt, timers } = scheduleStage({
    openedAt,
    hasBackups: true,
    calendar: wallClockCalendar,
    ...options,
  });
  return [
    dueAt.toISOString().slice(11, 16),
    ...timers.map(
      ({ kind, firesAt }) => `${kind} ${firesAt.toISOString().slice(11, 16)}`,
    ),
  ];
}

describe('scheduleStage', () => {
  it.each([
    [
      'single',
      { due: 'PT4H', escalateAfter: 'PT2H' },
      ['14:00', 'reminder 11:30', 'escalation 12:00', 'expiry 14:00'],
    ],
    [
      'multiple',
      { due: 'PT8H', escalateAfter: 'PT4H' },
      ['18:00', 'reminder 13:00', 'escalation 14:00', 'expiry 18:00'],
    ],
    [
      'no backups',
      { due: 'PT4H', escalateAfter: 'PT2H', hasBackups: false },
      ['14:00', 'reminder 12:00', 'expiry 14:00'],
    ],
    [
      'due before it escalates',
      { due: 'PT3H', escalateAfter: 'PT3H' },
      ['13:00', 'reminder 12:15', 'expiry 13:00'],
    ],
    [
      'due long before it escalates',
      { due: 'PT1H', escalateAfter: 'PT8H' },
      ['11:00', 'expiry 11:00'],
    ],
  ])('plans a stage: %s', (_, durations, expected) => {
    expect(schedule(durations)).toEqual(expected);
  });

  it('asks the calendar for every moment', () => {
    const asked: string[] = [];

    scheduleStage({
      openedAt,
      due: 'PT4H',
      escalateAfter: 'PT2H',
      hasBackups: true,
      calendar: {
        addDuration: (start, duration) => {
          asked.push(duration);
          return wallClockCalendar.addDuration(start, duration);
        },
      },
    });

    expect(asked).toEqual(['PT4H', 'PT2H']);
  });
});

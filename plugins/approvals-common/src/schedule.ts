import { addDuration } from './rules';

/**
 * Turns the durations of a decision into moments.
 *
 * @remarks
 * {@link wallClockCalendar} counts every hour. A calendar of working hours
 * can take its place without a change anywhere else.
 *
 * @public
 */
export interface Calendar {
  /**
   * @param duration - ISO 8601, for example `PT4H`
   * @throws RangeError for a text that is no such duration
   */
  addDuration(start: Date, duration: string): Date;
}

/** Counts every hour of every day. @public */
export const wallClockCalendar: Calendar = { addDuration };

/**
 * What happens to an open stage that nobody decides: its approvers are
 * reminded, backups are added, and at last it expires.
 *
 * @public
 */
export type TimerKind = 'reminder' | 'escalation' | 'expiry';

/** When a stage is due, and what happens to it until then. @public */
export interface StageSchedule {
  dueAt: Date;
  /** In the order in which they fire. */
  timers: { kind: TimerKind; firesAt: Date }[];
}

/** How far on the way to the escalation the approvers are reminded. */
const REMINDER_FRACTION = 0.75;

/**
 * The deadlines of a stage, from the moment at which it opens.
 *
 * @remarks
 * It expires when it is due. It escalates after `escalateAfter`, if there are
 * backups to add; where there are none, that moment only reminds. The reminder
 * comes three quarters of the way to the escalation: with two hours, half an
 * hour before. What would not come before the stage is due is left out.
 *
 * @param options.due - ISO 8601 duration, as `escalateAfter`
 * @public
 */
export function scheduleStage(options: {
  openedAt: Date;
  due: string;
  escalateAfter: string;
  hasBackups: boolean;
  calendar: Calendar;
}): StageSchedule {
  const { openedAt, due, escalateAfter, hasBackups, calendar } = options;
  const dueAt = calendar.addDuration(openedAt, due);
  const late = calendar.addDuration(openedAt, escalateAfter);
  const untilLate = late.getTime() - openedAt.getTime();
  const soonLate = new Date(openedAt.getTime() + untilLate * REMINDER_FRACTION);
  const before: StageSchedule['timers'] = hasBackups
    ? [
        { kind: 'reminder', firesAt: soonLate },
        { kind: 'escalation', firesAt: late },
      ]
    : [{ kind: 'reminder', firesAt: late }];
  return {
    dueAt,
    timers: [
      ...before.filter(({ firesAt }) => firesAt < dueAt),
      { kind: 'expiry', firesAt: dueAt },
    ],
  };
}

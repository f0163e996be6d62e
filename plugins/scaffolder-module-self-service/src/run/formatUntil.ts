import { formatRelative } from '@self-service/plugin-approvals';

const MINUTE = 60_000;

/**
 * A point in time to come, for people: `in 23 hours`; `now` once it is over,
 * since what is due then takes a moment.
 *
 * @param at - ISO 8601
 * @param now - milliseconds since the epoch
 */
export function formatUntil(at: string, now: number): string {
  return Date.parse(at) - now < MINUTE / 2 ? 'now' : formatRelative(at, now);
}

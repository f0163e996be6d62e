import { StatusTone } from '@self-service/plugin-approvals';
import {
  EffectStatus,
  Resource,
  ResourceStatus,
  RunStatus,
} from '@self-service/plugin-runs-common';

/** How the status of a resource looks. */
export const RESOURCE_TONES: Record<ResourceStatus, StatusTone> = {
  present: 'success',
  removing: 'progress',
  removed: 'neutral',
  'remove-failed': 'attention',
};

/** How the status of a part of a resource looks. */
export const PART_TONES: Record<EffectStatus, StatusTone> = {
  intended: 'caution',
  created: 'success',
  absent: 'neutral',
  undoing: 'progress',
  undone: 'neutral',
  'undo-failed': 'attention',
  retained: 'caution',
};

/** How the status of a run that removes looks. */
export const REMOVAL_TONES: Record<RunStatus, StatusTone> = {
  queued: 'neutral',
  running: 'progress',
  waiting: 'waiting',
  'needs-attention': 'attention',
  completed: 'success',
  failed: 'failure',
  'rolling-back': 'progress',
  'rolled-back': 'neutral',
  cancelled: 'neutral',
};

/** What ends within a week deserves a thought now. */
const SOON_MILLISECONDS = 7 * 24 * 3600 * 1000;

/**
 * How near the end of a resource is.
 *
 * @param now - milliseconds since the epoch
 * @returns `never` also for what is gone already, whose end does not matter
 */
export function readEnd(
  resource: Pick<Resource, 'expiresAt' | 'status'>,
  now: number,
): 'never' | 'later' | 'soon' | 'overdue' {
  const { expiresAt, status } = resource;
  if (!expiresAt || status === 'removed') {
    return 'never';
  }
  const distance = Date.parse(expiresAt) - now;
  if (distance <= 0) {
    return 'overdue';
  }
  return distance <= SOON_MILLISECONDS ? 'soon' : 'later';
}

/**
 * An amount of money for people; whole amounts have no cents.
 *
 * @param amount - `undefined`: not known
 * @param currency - ISO 4217; without one US dollars
 * @returns `undefined` where the amount is not known
 */
export function formatMoney(
  amount: number | undefined,
  currency?: string,
): string | undefined {
  if (amount === undefined) {
    return undefined;
  }
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    // Other text than three letters is an error to the formatter.
    currency: currency && /^[A-Za-z]{3}$/.test(currency) ? currency : 'USD',
    minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
  }).format(amount);
}

/** Some things are named by their address; its beginning says nothing. */
export function toShortName(name: string): string {
  return name.replace(/^https?:\/\/[^/]+\//, '');
}

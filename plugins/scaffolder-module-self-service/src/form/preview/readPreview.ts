import {
  addDuration,
  FormPreview,
} from '@self-service/plugin-approvals-common';

/** Whether too little is filled in to say what policy thinks of it. */
export function isIncomplete(preview: FormPreview): boolean {
  return preview.decision.outcome === 'deny' && preview.incomplete.length > 0;
}

/** Whether policy would refuse these values. */
export function isDenied(preview: FormPreview): boolean {
  return preview.decision.outcome === 'deny' && preview.incomplete.length === 0;
}

/** What the outcome of a preview is to people. */
export type PreviewOutcome = 'auto' | 'approval' | 'denied' | 'incomplete';

/** Sums a preview up. */
export function readOutcome(preview: FormPreview): PreviewOutcome {
  if (isIncomplete(preview)) {
    return 'incomplete';
  }
  switch (preview.decision.outcome) {
    case 'auto-approve':
      return 'auto';
    case 'require-approval':
      return 'approval';
    default:
      return 'denied';
  }
}

/**
 * An amount of money for people, without decimals where it has none.
 *
 * @param currency - ISO 4217; anything else is shown as it is
 */
export function formatMoney(
  amount: number,
  currency: string | undefined,
): string {
  try {
    return new Intl.NumberFormat('en-US', {
      ...(currency && { style: 'currency', currency }),
      minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
      maximumFractionDigits: 2,
    }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** Milliseconds of an ISO 8601 duration such as `PT4H`. */
export function readMilliseconds(duration: string): number {
  return addDuration(new Date(0), duration).getTime();
}

/** Words in a row: `a`, `a or b`, `a, b or c`. */
export function listWords(
  words: readonly string[],
  type: 'conjunction' | 'disjunction',
): string {
  return new Intl.ListFormat('en', { type }).format(words);
}

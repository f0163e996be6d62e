import { PullRequestComment } from '@self-service/plugin-providers-node';

/*
 * Atlantis' comments (https://www.runatlantis.io/docs/using-atlantis.html): a
 * comment of one line, with nothing else in it.
 */

export const APPLY = 'atlantis apply';
export const PLAN = 'atlantis plan';
/** Terraform's own flag, handed through. */
export const PLAN_DESTRUCTION = 'atlantis plan -- -destroy';
/** Merging what was destroyed would bring it back with the next plan. */
export const APPLY_DESTRUCTION = 'atlantis apply --auto-merge-disabled';

/**
 * A command that left no trace among the statuses for so long was lost or
 * refused, and is given again. Milliseconds.
 */
const HEARD_WITHIN = 120_000;

/** Whether a comment is exactly this command. */
export function isCommand(
  { body }: PullRequestComment,
  command: string,
): boolean {
  return body.trim() === command;
}

/**
 * Whether Atlantis may still be about to act on a comment.
 *
 * @param now - milliseconds since the epoch
 */
export function isRecent(
  { createdAt }: PullRequestComment,
  now: number,
): boolean {
  return now - Date.parse(createdAt) < HEARD_WITHIN;
}

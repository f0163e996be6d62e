import { StepView } from '../steps/types';

/** Log of one step as text, a line each with its time. */
export function formatStepLog(step: Pick<StepView, 'log'>): string {
  return step.log.map(({ at, text }) => `${at} ${text}\n`).join('');
}

/** Log of a whole run as text, step by step. */
export function formatRunLog(
  steps: readonly Pick<StepView, 'id' | 'name' | 'action' | 'state' | 'log'>[],
): string {
  return steps
    .map(
      step =>
        `== ${step.name} (${step.id}, ${step.action}): ${step.state}\n` +
        `${formatStepLog(step)}`,
    )
    .join('\n');
}

/**
 * Hands a text to the reader as a file.
 *
 * @param name - of the file
 */
export function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(
    new Blob([text], { type: 'text/plain;charset=utf-8' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url));
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { formatDuration } from '@self-service/plugin-approvals';
import { StepView } from '../steps/types';
import { runsTranslationRef } from '../translation';
import classes from './StepsSection.module.css';

const SECOND = 1000;

/** How long a step took without its waits, in milliseconds. */
function measureWork(step: StepView, now: number): number | undefined {
  if (!step.startedAt || ['open', 'skipped'].includes(step.state)) {
    return undefined;
  }
  const end = step.endedAt ? Date.parse(step.endedAt) : now;
  return end - Date.parse(step.startedAt) - (step.waitedMilliseconds ?? 0);
}

/**
 * How long a step took, how long it waited, and how long it usually takes;
 * the last for those that have not ended, since only they have us wonder.
 */
export function StepTime(props: {
  step: StepView;
  now: number;
  expectedSeconds: number | undefined;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { step, expectedSeconds } = props;
  const worked = measureWork(step, props.now);
  const isComing = step.state === 'open' || step.state === 'running';
  const parts = [
    worked !== undefined && step.state !== 'waiting' && formatDuration(worked),
    worked !== undefined &&
      step.waitedMilliseconds !== undefined &&
      t('run.waited', { duration: formatDuration(step.waitedMilliseconds) }),
    isComing &&
      expectedSeconds !== undefined &&
      t('run.usually', { duration: formatDuration(expectedSeconds * SECOND) }),
    step.tries !== undefined &&
      step.tries > 1 &&
      t('run.tries', { amount: String(step.tries) }),
  ].filter(Boolean);
  return parts.length > 0 ? (
    <span className={classes.time}>{parts.join(' · ')}</span>
  ) : (
    <></>
  );
}

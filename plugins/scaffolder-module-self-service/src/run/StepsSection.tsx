import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import {
  formatDuration,
  Section,
  StatusChip,
} from '@self-service/plugin-approvals';
import { RiArrowDownSLine, RiArrowRightSLine } from '@remixicon/react';
import { useId, useState } from 'react';
import { StepState, StepView } from '../steps/types';
import { runsTranslationRef } from '../translation';
import { STEP_TONES } from '../words';
import { StepLog } from './StepLog';
import classes from './StepsSection.module.css';
import { RunState } from './useRun';

const OPEN_BY_ITSELF: StepState[] = ['running', 'failed'];

function StepTime(props: { step: StepView; now: number }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { step, now } = props;
  if (!step.startedAt || step.state === 'skipped' || step.state === 'open') {
    return <></>;
  }
  const end = step.endedAt ? Date.parse(step.endedAt) : now;
  const waited = step.waitedMilliseconds;
  const worked = end - Date.parse(step.startedAt) - (waited ?? 0);
  return (
    <span className={classes.time}>
      {step.state !== 'waiting' && formatDuration(worked)}
      {waited !== undefined && (
        <>
          {step.state !== 'waiting' && ' · '}
          {t('run.waited', { duration: formatDuration(waited) })}
        </>
      )}
    </span>
  );
}

function StepRow(props: { step: StepView; now: number }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { step } = props;
  const logId = useId();
  /** What the reader chose; until then the state decides. */
  const [choice, setChoice] = useState<boolean>();
  const isOpen = choice ?? OPEN_BY_ITSELF.includes(step.state);
  const Arrow = isOpen ? RiArrowDownSLine : RiArrowRightSLine;
  return (
    <li className={classes.step} data-state={step.state}>
      <button
        type="button"
        className={classes.toggle}
        aria-expanded={isOpen}
        aria-controls={logId}
        onClick={() => setChoice(!isOpen)}
      >
        <Arrow aria-hidden className={classes.arrow} />
        <span className={classes.name}>
          {step.name}
          <span className={classes.action}>{step.action}</span>
        </span>
        <StepTime step={step} now={props.now} />
        <StatusChip
          tone={STEP_TONES[step.state]}
          label={t(`stepState.${step.state}`)}
        />
      </button>
      <div id={logId} hidden={!isOpen}>
        {isOpen && (
          <StepLog
            name={t('run.showLog', { step: step.name })}
            lines={step.log}
            follow={step.state === 'running'}
          />
        )}
      </div>
    </li>
  );
}

/** Every step with its state, the time it took, and its log. */
export function StepsSection(props: { state: RunState }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { view, now } = props.state;
  const done = view.steps.filter(({ state }) => state === 'completed').length;
  return (
    <Section
      title={t('run.steps')}
      aside={
        <Text color="secondary">
          {t('run.progress', {
            done: String(done),
            total: String(view.steps.length),
          })}
        </Text>
      }
    >
      <ol className={classes.steps}>
        {view.steps.map(step => (
          <StepRow key={step.id} step={step} now={now} />
        ))}
      </ol>
    </Section>
  );
}

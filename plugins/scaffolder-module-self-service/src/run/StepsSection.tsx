import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Skeleton, Text } from '@backstage/ui';
import {
  RiArrowDownSLine,
  RiArrowRightSLine,
  RiDownloadLine,
} from '@remixicon/react';
import {
  LoadFailure,
  Section,
  StaleNotice,
  StatusChip,
} from '@self-service/plugin-approvals';
import { useId, useState } from 'react';
import { StepState, StepView } from '../steps/types';
import { RunsTexts, runsTranslationRef } from '../translation';
import { STEP_TONES } from '../words';
import { BreakableText } from './BreakableText';
import { formatUntil } from './formatUntil';
import { downloadText, formatRunLog } from './logFile';
import { NamedText } from './NamedText';
import { StepLog } from './StepLog';
import classes from './StepsSection.module.css';
import { StepTime } from './StepTime';
import { isActive, ShownRun } from './useRun';

const OPEN_BY_ITSELF: StepState[] = ['running', 'failed'];

/** What a step has told of its failure, in a sentence. */
function describeReport(
  step: StepView,
  now: number,
  t: RunsTexts,
): string | undefined {
  const { report, state } = step;
  const reason = report?.problem?.what ?? '';
  switch (report?.outcome) {
    case 'skipped':
      return state === 'skipped' ? t('run.skipped', { reason }) : undefined;
    case 'continued':
      return state === 'completed' ? t('run.continued') : undefined;
    case 'asked':
      return state === 'waiting' ? t('run.asked', { reason }) : undefined;
    case 'failed':
      return state === 'failed' ? reason || undefined : undefined;
    case 'retrying':
      if (state !== 'running' && state !== 'waiting') {
        return undefined;
      }
      return report.retryAt
        ? t('run.retryingAt', {
            reason,
            time: formatUntil(report.retryAt, now),
          })
        : t('run.retrying', { reason });
    default:
      return undefined;
  }
}

function StepRow(props: {
  step: StepView;
  now: number;
  expectedSeconds: number | undefined;
  /** Whether the run may still come to it by itself. */
  isActive: boolean;
}) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { step } = props;
  const logId = useId();
  /** What the reader chose; until then the state decides. */
  const [choice, setChoice] = useState<boolean>();
  const isOpen = choice ?? OPEN_BY_ITSELF.includes(step.state);
  const Arrow = isOpen ? RiArrowDownSLine : RiArrowRightSLine;
  const note = describeReport(step, props.now, t);
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
          {step.name}{' '}
          <span className={classes.action}>
            <BreakableText text={step.action} />
          </span>
        </span>
        <StepTime
          step={step}
          now={props.now}
          expectedSeconds={props.isActive ? props.expectedSeconds : undefined}
        />
        <StatusChip
          tone={STEP_TONES[step.state]}
          label={t(
            step.state === 'open' && !props.isActive
              ? 'stepState.notBegun'
              : `stepState.${step.state}`,
          )}
        />
        {note && (
          <span className={classes.note}>
            <NamedText text={note} />
          </span>
        )}
      </button>
      <div id={logId} hidden={!isOpen}>
        {isOpen && <StepLog step={step} follow={step.state === 'running'} />}
      </div>
    </li>
  );
}

/** In place of the steps, as long as nobody knows how they stand. */
function UnknownSteps(props: { state: ShownRun; refresh: () => void }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { view, logError } = props.state;
  return (
    <Section title={t('run.steps')}>
      {logError ? (
        <LoadFailure
          what={t('run.log')}
          error={logError}
          onRetry={props.refresh}
        />
      ) : (
        <div aria-busy="true" className={classes.unknown}>
          {view.steps.map(({ id }) => (
            <Skeleton key={id} width="100%" height={44} />
          ))}
        </div>
      )}
    </Section>
  );
}

/** Every step with its state, the time it took, and its log. */
export function StepsSection(props: { state: ShownRun; refresh: () => void }) {
  const { t } = useTranslationRef(runsTranslationRef);
  const { view, now, run, task, status, logError } = props.state;
  if (!props.state.isLogRead && status !== 'queued') {
    return <UnknownSteps {...props} />;
  }
  const done = view.steps.filter(({ state }) => state === 'completed').length;
  return (
    <Section
      title={t('run.steps')}
      aside={
        <span className={classes.aside}>
          <Text color="secondary">
            {t('run.progress', {
              done: String(done),
              total: String(view.steps.length),
            })}
          </Text>
          <Button
            variant="tertiary"
            size="small"
            iconStart={<RiDownloadLine />}
            onPress={() =>
              downloadText(`run-${task.id}.log`, formatRunLog(view.steps))
            }
          >
            {t('run.downloadRun')}
          </Button>
        </span>
      }
    >
      {logError && (
        <div className={classes.notice}>
          <StaleNotice error={logError} onRetry={props.refresh} />
        </div>
      )}
      <ol className={classes.steps}>
        {view.steps.map(step => (
          <StepRow
            key={step.id}
            step={step}
            now={now}
            expectedSeconds={run.state?.expectedSeconds[step.id]}
            isActive={isActive(status)}
          />
        ))}
      </ol>
    </Section>
  );
}

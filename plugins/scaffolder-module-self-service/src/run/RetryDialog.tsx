import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Skeleton } from '@backstage/ui';
import {
  LoadFailure,
  Sentences,
  useLiveQuery,
  useWrite,
  WriteDialog,
} from '@self-service/plugin-approvals';
import {
  Effect,
  RetryDecision,
  RetryPreview,
  RetryStep,
} from '@self-service/plugin-runs-common';
import { useCallback } from 'react';
import { runsApiRef } from '../api/RunsApi';
import { failureTranslationRef } from '../failureTranslation';
import { runsTranslationRef } from '../translation';
import classes from './dialogs.module.css';
import { nameEffect } from './effectWords';

/** In the order that matters to somebody about to press the button. */
const PLANS: RetryStep['plan'][] = ['again', 'next', 'kept'];
const DECISION_LOOKS = {
  unchanged: 'success',
  approved: 'success',
  pending: 'warning',
  denied: 'danger',
} as const;

function wordFor(plan: RetryStep['plan'], { status }: Effect) {
  if (plan === 'kept') {
    return 'retry.keeps';
  }
  return status === 'intended' ? 'retry.mayBeTakenUp' : 'retry.takenUp';
}

function StepGroup(props: { plan: RetryStep['plan']; steps: RetryStep[] }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const steps = props.steps.filter(({ plan }) => plan === props.plan);
  if (steps.length === 0) {
    return <></>;
  }
  return (
    <section>
      <h3 className={classes.heading}>{t(`retry.${props.plan}`)}</h3>
      <ul className={classes.list}>
        {steps.map(({ stepId, name, effects }) => (
          <li key={stepId}>
            {name}
            {effects.map(effect => (
              <span key={effect.id} className={classes.secondary}>
                {t(wordFor(props.plan, effect), { name: nameEffect(effect) })}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decision(props: { decision: RetryDecision }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { outcome, changes, explanations } = props.decision;
  return (
    <section>
      <h3 className={classes.heading}>{t('retry.policy')}</h3>
      <Alert
        status={DECISION_LOOKS[outcome]}
        icon
        title={t(`retry.${outcome}`)}
        description={
          explanations.length > 0 && outcome !== 'unchanged' ? (
            <Sentences sentences={explanations} />
          ) : undefined
        }
      />
      {changes.length > 0 && (
        <>
          <h4 className={classes.heading}>{t('retry.changes')}</h4>
          <Sentences sentences={changes} />
        </>
      )}
    </section>
  );
}

function Refusal(props: { preview: RetryPreview }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { decision, reason = t('options.noReason') } = props.preview;
  const explanations = (decision?.explanations ?? []).filter(
    explanation => !reason.includes(explanation),
  );
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={t('retry.refused', { reason })}
      description={
        <>
          {explanations.length > 0 && <Sentences sentences={explanations} />}
          {t('retry.refusedText')}
        </>
      }
    />
  );
}

function Preview(props: { preview: RetryPreview }) {
  const { preview } = props;
  if (!preview.allowed) {
    return <Refusal preview={preview} />;
  }
  return (
    <div className={classes.body}>
      {preview.decision && <Decision decision={preview.decision} />}
      {PLANS.map(plan => (
        <StepGroup key={plan} plan={plan} steps={preview.steps} />
      ))}
    </div>
  );
}

/** Shows what a retry would do, and does it once confirmed. */
export function RetryDialog(props: {
  taskId: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const { taskId } = props;
  const { t } = useTranslationRef(failureTranslationRef);
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const runsApi = useApi(runsApiRef);
  const load = useCallback(
    (signal: AbortSignal) => runsApi.previewRetry(taskId, { signal }),
    [runsApi, taskId],
  );
  const preview = useLiveQuery(load, { everyMilliseconds: undefined });
  const { isPending, error, run } = useWrite(props.onDone);
  const { decision, allowed } = preview.value ?? {};
  return (
    <WriteDialog
      title={t('retry.title')}
      text={allowed === false ? undefined : t('retry.text')}
      confirm={t(
        decision?.outcome === 'pending'
          ? 'retry.confirmPending'
          : 'retry.confirm',
      )}
      back={t('retry.back')}
      isPending={isPending}
      isBlocked={!allowed}
      error={error}
      describeFailure={reason => runTexts('action.failed', { reason })}
      onConfirm={() =>
        run(async () => {
          await runsApi.retry(taskId);
        })
      }
      onClose={props.onClose}
    >
      {preview.value && <Preview preview={preview.value} />}
      {!preview.value && preview.error && (
        <LoadFailure
          what={t('retry.preview')}
          error={preview.error}
          onRetry={preview.refresh}
        />
      )}
      {!preview.value && !preview.error && (
        <div aria-busy="true" className={classes.body}>
          <Skeleton width="100%" height={48} />
          <Skeleton width="100%" height={96} />
        </div>
      )}
    </WriteDialog>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Text } from '@backstage/ui';
import { Section } from '@self-service/plugin-approvals';
import { failureTranslationRef } from '../failureTranslation';
import { runsTranslationRef } from '../translation';
import classes from './ProblemCard.module.css';
import { ProblemDetails } from './ProblemDetails';
import { ShownRun } from './useRun';

/** Name of the step in which a run failed, as far as it is known. */
export function readFailedStep(shown: ShownRun): string | undefined {
  const { steps } = shown.view;
  const stepId = shown.run.state?.failure?.stepId;
  return (
    steps.find(({ id }) => id === stepId) ??
    steps.find(({ state }) => state === 'failed')
  )?.name;
}

/** Why a run failed; the log's words where no step has told more. */
export function ProblemCard(props: { state: ShownRun }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { t: runTexts } = useTranslationRef(runsTranslationRef);
  const { run, view } = props.state;
  const problem = run.state?.failure?.problem;
  const step = readFailedStep(props.state);
  return (
    <Section
      title={step ? t('problem.titleStep', { step }) : t('problem.title')}
    >
      <div className={classes.card}>
        {problem ? (
          <ProblemDetails problem={problem} />
        ) : (
          <>
            {view.error && <p className={classes.what}>{view.error}</p>}
            <Text as="p" color="secondary">
              {runTexts('outcome.failedText')}
            </Text>
          </>
        )}
      </div>
    </Section>
  );
}

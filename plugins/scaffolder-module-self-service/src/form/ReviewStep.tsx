import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { ReviewStepProps } from '@backstage/plugin-scaffolder-react';
import { Alert, Button } from '@backstage/ui';
import { FormPreview } from '@self-service/plugin-approvals-common';
import { useEffect, useId } from 'react';
import { formTranslationRef } from '../formTranslation';
import { ProblemText } from './FieldNotes';
import classes from './form.module.css';
import { useFormReporter, useFormSession } from './formSession';
import { isDenied, isIncomplete } from './preview/readPreview';
import { usePeopleNames } from './preview/usePeopleNames';
import { ReviewState } from './stockForm';
import { SubmissionNotice } from './SubmissionNotice';

/** What pressing the button does, in a sentence. */
function Consequence(props: { id: string; preview: FormPreview | undefined }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { preview } = props;
  const people = usePeopleNames(preview?.stages ?? []);
  if (!preview || isIncomplete(preview)) {
    return <p id={props.id}>{t('review.unknown')}</p>;
  }
  if (isDenied(preview)) {
    return (
      <div id={props.id}>
        <Alert status="danger" icon title={t('review.denied')} />
      </div>
    );
  }
  if (preview.decision.outcome === 'auto-approve') {
    return <p id={props.id}>{t('review.auto')}</p>;
  }
  return (
    <p id={props.id}>
      {people ? t('review.approval', { people }) : t('review.approvalNobody')}
    </p>
  );
}

/** The last page of the form: the values, what creating does, and the button. */
export function ReviewStep(props: ReviewStepProps) {
  const { t } = useTranslationRef(formTranslationRef);
  const { formData, steps, handleBack, handleCreate, disableButtons } = props;
  const { fields, preview, checks, submission, createLabel } = useFormSession();
  const { report } = useFormReporter();
  const consequenceId = useId();
  useEffect(() => report(formData), [report, formData]);

  // As in the form: what it opens with comes first in its values.
  const inOrder = Object.fromEntries(
    [...fields.keys(), ...Object.keys(formData)]
      .filter(name => name in formData)
      .map(name => [name, formData[name]]),
  );
  // An answer to other values must not hold these up.
  const answer = preview.isCurrent ? preview.value : undefined;
  const errors = (checks.value ?? []).filter(
    ({ severity }) => severity === 'error',
  );
  return (
    <div className={classes.review}>
      <ReviewState
        formState={inOrder}
        // The type of the steps leaves their titles out, which no row shows.
        schemas={steps.map(step => ({ title: '', ...step }))}
      />
      {errors.length > 0 && (
        <Alert
          status="danger"
          icon
          title={t('review.problems')}
          description={errors.map(problem => (
            <ProblemText
              key={`${problem.code} ${problem.parameter}`}
              problem={problem}
            />
          ))}
        />
      )}
      <Consequence id={consequenceId} preview={answer} />
      <SubmissionNotice submission={submission} />
      <div className={classes.buttons}>
        <Button
          variant="tertiary"
          onPress={handleBack}
          isDisabled={disableButtons || submission.isPending}
        >
          {t('review.back')}
        </Button>
        <Button
          variant="primary"
          onPress={handleCreate}
          isPending={submission.isPending}
          isDisabled={
            disableButtons || (answer !== undefined && isDenied(answer))
          }
          aria-describedby={consequenceId}
        >
          {createLabel}
        </Button>
      </div>
    </div>
  );
}

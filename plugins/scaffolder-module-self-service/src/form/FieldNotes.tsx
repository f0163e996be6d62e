import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { RiAlertFill, RiErrorWarningFill } from '@remixicon/react';
import { FormProblem } from '@self-service/plugin-runs-common';
import { formTranslationRef } from '../formTranslation';
import { describeResource } from './describeResource';
import classes from './form.module.css';
import { useFormSession } from './formSession';

/**
 * A problem in words, with what to do about it. The announcement to readers of
 * a screen reader is made in one place for the whole form.
 */
export function ProblemText(props: { problem: FormProblem }) {
  const { severity, message, remedy } = props.problem;
  const isError = severity === 'error';
  return (
    <p className={isError ? classes.error : classes.warning}>
      {isError ? (
        <RiErrorWarningFill aria-hidden />
      ) : (
        <RiAlertFill aria-hidden />
      )}
      <span>
        {message} {remedy}
      </span>
    </p>
  );
}

/** What there is to say about one field, below it. */
export function FieldNotes(props: { name: string }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { fields, checks, asLastTime, resource, values } = useFormSession();
  const isPicker = fields.get(props.name)?.schema['ui:field'] !== undefined;
  const problems = (checks.value ?? []).filter(
    ({ parameter }) => parameter === props.name,
  );
  return (
    <>
      {problems.map(problem => (
        <ProblemText key={problem.code} problem={problem} />
      ))}
      {resource && values[props.name] === resource.id && !isPicker && (
        <p className={classes.hint}>{describeResource(resource)}</p>
      )}
      {asLastTime.includes(props.name) && (
        <p className={classes.hint}>{t('start.asLastTime')}</p>
      )}
    </>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { describeError } from '@self-service/plugin-approvals';
import { formTranslationRef } from '../../formTranslation';
import { ProblemText } from '../FieldNotes';
import { useFormSession } from '../formSession';
import classes from './preview.module.css';
import { PanelSection } from './PanelSection';

/** What will go wrong with the values. */
export function ProblemsSection() {
  const { t } = useTranslationRef(formTranslationRef);
  const { checks } = useFormSession();
  const problems = checks.value ?? [];
  if (problems.length === 0 && !checks.error) {
    return <></>;
  }
  const isWrong = problems.some(({ severity }) => severity === 'error');
  return (
    <PanelSection
      title={t(isWrong ? 'problems.title' : 'problems.titleWarnings')}
    >
      {problems.map(problem => (
        <ProblemText
          key={`${problem.code} ${problem.parameter} ${problem.message}`}
          problem={problem}
        />
      ))}
      {checks.error && (
        <p className={classes.secondary}>
          {t('problems.unchecked', {
            reason: describeError(checks.error).title,
          })}
        </p>
      )}
    </PanelSection>
  );
}

import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { FactList, RelativeTime } from '@self-service/plugin-approvals';
import { Problem } from '@self-service/plugin-runs-common';
import { failureTranslationRef, FailureTexts } from '../failureTranslation';
import { NamedText } from './NamedText';
import classes from './ProblemCard.module.css';

function describeOwner({ whose, vendor }: Problem, t: FailureTexts): string {
  if (whose !== 'vendor') {
    return t(`problem.${whose}`);
  }
  return vendor ? t('problem.vendor', { vendor }) : t('problem.vendorUnnamed');
}

function Again(props: { problem: Problem }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { canPass, retryAt } = props.problem;
  if (!canPass) {
    return <>{t('problem.cannotPass')}</>;
  }
  return (
    <>
      {t('problem.canPass')}
      {retryAt && (
        <>
          {' · '}
          <RelativeTime at={retryAt} />
        </>
      )}
    </>
  );
}

function Support(props: { problem: Problem }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { vendor, status, requestId, raw } = props.problem;
  if (!vendor && !status && !requestId && !raw) {
    return <></>;
  }
  return (
    <details className={classes.details}>
      <summary>{t('problem.details')}</summary>
      <FactList
        facts={[
          [t('problem.from'), vendor],
          [t('problem.status'), status],
          [t('problem.requestId'), requestId && <code>{requestId}</code>],
          [t('problem.raw'), raw && <pre className={classes.raw}>{raw}</pre>],
        ]}
      />
    </details>
  );
}

/**
 * A failure in words: what happened, whose problem it is, whether trying again
 * can help, what to do; what only support needs is folded away.
 *
 * @public
 */
export function ProblemDetails(props: { problem: Problem }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { problem } = props;
  return (
    <>
      <p className={classes.what}>
        <NamedText text={problem.what} />
      </p>
      <FactList
        facts={[
          [t('problem.whose'), describeOwner(problem, t)],
          [t('problem.again'), <Again problem={problem} />],
          [t('problem.remedy'), problem.remedy || undefined],
        ]}
      />
      <Support problem={problem} />
    </>
  );
}

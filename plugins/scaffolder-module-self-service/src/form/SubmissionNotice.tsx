import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink } from '@backstage/ui';
import { Sentences } from '@self-service/plugin-approvals';
import { failureTranslationRef } from '../failureTranslation';
import { formTranslationRef } from '../formTranslation';
import { createRootRouteRef, runRouteRef } from '../routes';
import { EffectsSection } from '../run/EffectsSection';
import { describeSubmitError } from './describeSubmitError';
import { Submission } from './useSubmit';

function Refusal(props: { error: Error }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { title, remedy, details } = describeSubmitError(props.error);
  return (
    <Alert
      role="alert"
      status="danger"
      icon
      title={t('resubmit.failed', { reason: title })}
      description={
        <>
          {details.length > 0 && <Sentences sentences={details} />}
          {remedy}
        </>
      }
    />
  );
}

function Unlinked(props: { taskId: string }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  return (
    <Alert
      role="alert"
      status="warning"
      icon
      title={t('resubmit.unlinkedTitle')}
      description={t('resubmit.unlinked')}
      customActions={
        runLink && (
          <ButtonLink size="small" href={runLink({ taskId: props.taskId })}>
            {t('resubmit.open')}
          </ButtonLink>
        )
      }
    />
  );
}

function Slow() {
  const { t } = useTranslationRef(formTranslationRef);
  const createLink = useRouteRef(createRootRouteRef);
  return (
    <Alert
      role="status"
      status="warning"
      icon
      title={t('submit.slow')}
      description={t('submit.slowText')}
      customActions={
        createLink && (
          <ButtonLink size="small" href={`${createLink()}/tasks`}>
            {t('submit.runs')}
          </ButtonLink>
        )
      }
    />
  );
}

/** What became of the submitted form, if there is something to say. */
export function SubmissionNotice(props: { submission: Submission }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const { rollback, error, unlinked, isPending, isSlow } = props.submission;
  if (error) {
    return <Refusal error={error} />;
  }
  if (unlinked) {
    return <Unlinked taskId={unlinked} />;
  }
  if (rollback) {
    return (
      <>
        <Alert
          role="status"
          status="info"
          icon
          title={t('resubmit.rollingBack')}
          description={t('resubmit.rollingBackText')}
        />
        <EffectsSection effects={rollback.effects} isRunning={false} />
      </>
    );
  }
  return isPending && isSlow ? <Slow /> : <></>;
}

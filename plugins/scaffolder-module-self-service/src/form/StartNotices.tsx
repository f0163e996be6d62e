import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Button, Link } from '@backstage/ui';
import { describeError, EntityName } from '@self-service/plugin-approvals';
import { failureTranslationRef } from '../failureTranslation';
import { formTranslationRef } from '../formTranslation';
import { runRouteRef } from '../routes';
import { describeResource } from './describeResource';
import { useFormSession } from './formSession';
import { readSecretFields } from './stripSecrets';
import { isReplaceable } from './submitReplacement';
import { FormStart } from './useFormStart';

/** Says which run the form is filled in from, and what becomes of that one. */
function EarlierNotice(props: { start: FormStart }) {
  const { t } = useTranslationRef(failureTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const { earlier, manifest } = props.start;
  if (!earlier) {
    return <></>;
  }
  return (
    <Alert
      status="info"
      icon
      title={
        <>
          {t('resubmit.title')}{' '}
          {runLink && (
            <Link href={runLink({ taskId: earlier.taskId })}>
              {t('resubmit.view')}
            </Link>
          )}
        </>
      }
      description={
        <>
          {isReplaceable(earlier) && <>{t('resubmit.replaces')} </>}
          {readSecretFields(manifest).size > 0 && t('resubmit.secrets')}
        </>
      }
    />
  );
}

/** Says which resource the form is about. */
function ResourceNotice(props: { start: FormStart }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { resource, resourceError } = props.start;
  if (resourceError) {
    return (
      <Alert
        role="alert"
        status="warning"
        icon
        title={t('start.resourceFailed', {
          reason: describeError(resourceError).title,
        })}
        description={t('start.resourceFailedText')}
      />
    );
  }
  return resource ? (
    <Alert
      status="info"
      icon
      title={`${t('start.resource')} ${describeResource(resource)}`}
    />
  ) : (
    <></>
  );
}

/**
 * What to know of the values that a form opens with: where they come from, and
 * how to get rid of them.
 */
export function StartNotices(props: { start: FormStart }) {
  const { t } = useTranslationRef(formTranslationRef);
  const { asLastTime, forget } = useFormSession();
  const { start } = props;
  return (
    <>
      <EarlierNotice start={start} />
      <ResourceNotice start={start} />
      {start.entityRef && (
        <Alert
          status="info"
          icon
          title={
            <>
              {t('start.entity')} <EntityName entityRef={start.entityRef} />
            </>
          }
        />
      )}
      {asLastTime.length > 0 && (
        <Alert
          status="info"
          icon
          title={t('start.lastTimeTitle')}
          customActions={
            <Button size="small" variant="secondary" onPress={forget}>
              {t('start.lastTimeReset')}
            </Button>
          }
        />
      )}
    </>
  );
}

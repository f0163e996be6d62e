import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, AlertProps, Link } from '@backstage/ui';
import {
  ResourceDetail,
  ResourceStatus,
} from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { runRouteRef } from '../routes';

const LOOKS = {
  removing: { status: 'info', title: 'resource.removing', text: undefined },
  'remove-failed': {
    status: 'danger',
    title: 'resource.removeFailed',
    text: 'resource.removeFailedText',
  },
  removed: {
    status: 'info',
    title: 'resource.removed',
    text: 'resource.removedText',
  },
} as const satisfies Record<
  Exclude<ResourceStatus, 'present'>,
  { status: AlertProps['status']; title: string; text: string | undefined }
>;

/** Says of a resource that is not simply there what became of it. */
export function StateNotice(props: { detail: ResourceDetail }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  const { resource, removals } = props.detail;
  if (resource.status === 'present') {
    return <></>;
  }
  const { status, title, text } = LOOKS[resource.status];
  return (
    <Alert
      status={status}
      icon
      title={t(title)}
      description={
        <>
          {text && <>{t(text)} </>}
          {runLink && removals.length > 0 && (
            <Link href={runLink({ taskId: removals[0].taskId })}>
              {t('resource.openRemoval')}
            </Link>
          )}
        </>
      }
    />
  );
}

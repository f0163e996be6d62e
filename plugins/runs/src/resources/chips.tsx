import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  formatRelative,
  RelativeTime,
  StatusChip,
  useNow,
} from '@self-service/plugin-approvals';
import { Resource, ResourceStatus } from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { readEnd, RESOURCE_TONES } from './words';

const REFRESH_MILLISECONDS = 60_000;

/** Status of a resource. */
export function ResourceStatusChip(props: { status: ResourceStatus }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  return (
    <StatusChip
      tone={RESOURCE_TONES[props.status]}
      label={t(`status.${props.status}`)}
    />
  );
}

/** Until when a resource stays; marked where that is soon, or was. */
export function EndTime(props: { resource: Resource }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const now = useNow(REFRESH_MILLISECONDS);
  const { expiresAt } = props.resource;
  const end = readEnd(props.resource, now);
  if (end === 'never' || !expiresAt) {
    return <>{t('resource.noEnd')}</>;
  }
  if (end === 'later') {
    return <RelativeTime at={expiresAt} />;
  }
  const when = formatRelative(expiresAt, now);
  return (
    <time dateTime={expiresAt} title={new Date(expiresAt).toLocaleString()}>
      {end === 'soon' ? (
        <StatusChip tone="caution" label={t('resource.ends', { when })} />
      ) : (
        <>
          <StatusChip tone="attention" label={t('resource.overdue')} /> {when}
        </>
      )}
    </time>
  );
}

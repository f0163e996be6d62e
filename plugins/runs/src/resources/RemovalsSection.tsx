import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Link } from '@backstage/ui';
import {
  EntityName,
  RelativeTime,
  Section,
  StatusChip,
} from '@self-service/plugin-approvals';
import { ResourceRemoval } from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { runRouteRef } from '../routes';
import classes from './resources.module.css';
import { REMOVAL_TONES } from './words';

/** The runs that removed a resource, or tried or try to. */
export function RemovalsSection(props: { removals: ResourceRemoval[] }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const runLink = useRouteRef(runRouteRef);
  if (props.removals.length === 0) {
    return <></>;
  }
  return (
    <Section title={t('removals.title')}>
      <ul className={classes.parts}>
        {props.removals.map(({ taskId, status, createdAt, requester }) => (
          <li key={taskId} className={classes.part}>
            <span className={classes.partName}>
              {runLink ? (
                <Link href={runLink({ taskId })}>{t('removals.run')}</Link>
              ) : (
                t('removals.run')
              )}
              <span className={classes.secondary}>
                <RelativeTime at={createdAt} />
                {requester && (
                  <>
                    {' '}
                    {t('removals.by')} <EntityName entityRef={requester} />
                  </>
                )}
              </span>
            </span>
            <StatusChip
              tone={REMOVAL_TONES[status]}
              label={t(`runStatus.${status}`)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

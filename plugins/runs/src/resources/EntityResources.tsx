import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  useApi,
  useRouteRef,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Link, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import { RiBox3Line } from '@remixicon/react';
import {
  EmptyState,
  LoadFailure,
  Section,
  StaleNotice,
  useLiveQuery,
} from '@self-service/plugin-approvals';
import { Resource, ResourcePage } from '@self-service/plugin-runs-common';
import { useCallback, useId } from 'react';
import { resourcesApiRef } from '../api/ResourcesApi';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { resourceRouteRef } from '../routes';
import { ResourceStatusChip } from './chips';
import { PartList } from './PartList';
import { ResourceActions } from './ResourceActions';
import { ResourceFacts } from './ResourceFacts';
import classes from './resources.module.css';
import { useRunsSignal } from './useRunsSignal';

const POLL_MILLISECONDS = 30_000;
const MOST = 20;

function ResourceSection(props: { resource: Resource }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const resourceLink = useRouteRef(resourceRouteRef);
  const { resource } = props;
  return (
    <Section
      title={`${resource.kind} ${resource.name}`}
      aside={<ResourceStatusChip status={resource.status} />}
    >
      <div className={classes.body}>
        <ResourceFacts resource={resource} />
        <PartList parts={resource.parts} />
        <ResourceActions resource={resource} align="start" />
        {resourceLink && (
          <Link href={resourceLink({ resourceId: resource.id })}>
            {t('entity.open')}
          </Link>
        )}
      </div>
    </Section>
  );
}

function Resources(props: { page: ResourcePage }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const { items, total } = props.page;
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<RiBox3Line aria-hidden />}
        title={t('empty.entityTitle')}
        description={t('empty.entityText')}
      />
    );
  }
  return (
    <>
      {items.map(resource => (
        <ResourceSection key={resource.id} resource={resource} />
      ))}
      {total > items.length && (
        <Text color="secondary">
          {t('entity.more', { amount: String(total - items.length) })}
        </Text>
      )}
    </>
  );
}

/**
 * On the page of an entity: the resources that belong to it, with what can be
 * done with them.
 */
export function EntityResources() {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const titleId = useId();
  const resourcesApi = useApi(resourcesApiRef);
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  const load = useCallback(
    (signal: AbortSignal) =>
      resourcesApi.listResources(
        { view: 'all', entityRef, limit: MOST },
        { signal },
      ),
    [resourcesApi, entityRef],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useRunsSignal(),
  });
  return (
    <section aria-labelledby={titleId} className={classes.entity}>
      <VisuallyHidden>
        <h2 id={titleId}>{t('entity.title')}</h2>
      </VisuallyHidden>
      {error && value && <StaleNotice error={error} onRetry={refresh} />}
      {error && !value && (
        <LoadFailure what={t('list.what')} error={error} onRetry={refresh} />
      )}
      {!error && !value && (
        <div aria-busy="true">
          <Skeleton width="100%" height={160} />
        </div>
      )}
      {value && <Resources page={value} />}
    </section>
  );
}

import {
  BreadcrumbEntry,
  useApi,
  useTranslationRef,
} from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import {
  Columns,
  EntityName,
  LoadFailure,
  PageContent,
  PageHeader,
  RelativeTime,
  Section,
  StaleNotice,
  useLiveQuery,
} from '@self-service/plugin-approvals';
import { ResourceDetail } from '@self-service/plugin-runs-common';
import { useCallback } from 'react';
import { useParams } from 'react-router-dom';
import { resourcesApiRef } from '../api/ResourcesApi';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { ResourceStatusChip } from './chips';
import { PartList } from './PartList';
import { RemovalsSection } from './RemovalsSection';
import { ResourceActions } from './ResourceActions';
import { ResourceFacts } from './ResourceFacts';
import { StateNotice } from './StateNotice';
import { useRunsSignal } from './useRunsSignal';

const POLL_MILLISECONDS = 15_000;

function LoadingResource() {
  return (
    <div aria-busy="true" style={{ display: 'grid', gap: 16, paddingTop: 16 }}>
      <Skeleton width="60%" height={32} />
      <Skeleton width="100%" height={160} />
    </div>
  );
}

function LoadedResource(props: { detail: ResourceDetail }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const { resource, removals } = props.detail;
  return (
    <>
      <PageHeader
        kicker={resource.kind}
        title={resource.name}
        status={<ResourceStatusChip status={resource.status} />}
        meta={[
          resource.requester && (
            <>
              {t('resource.askedBy')}{' '}
              <EntityName entityRef={resource.requester} />
            </>
          ),
          <RelativeTime at={resource.createdAt} />,
        ]}
        actions={<ResourceActions resource={resource} />}
      />
      <Columns
        main={
          <>
            <StateNotice detail={props.detail} />
            <Section title={t('parts.title')}>
              <PartList parts={resource.parts} />
            </Section>
            <RemovalsSection removals={removals} />
          </>
        }
        side={
          <Section title={t('resource.facts')}>
            <ResourceFacts resource={resource} />
          </Section>
        }
      />
    </>
  );
}

/** The page of one resource: what it is, what it consists of, what can be done. */
export function ResourcePage() {
  const { resourceId = '' } = useParams();
  const { t } = useTranslationRef(resourcesTranslationRef);
  const resourcesApi = useApi(resourcesApiRef);
  const load = useCallback(
    (signal: AbortSignal) => resourcesApi.getResource(resourceId, { signal }),
    [resourcesApi, resourceId],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useRunsSignal(),
  });
  return (
    <BreadcrumbEntry
      entry={{ label: value?.resource.name ?? resourceId, href: resourceId }}
    >
      <PageContent>
        {error && value && <StaleNotice error={error} onRetry={refresh} />}
        {error && !value && (
          <LoadFailure
            what={t('resource.what')}
            error={error}
            onRetry={refresh}
          />
        )}
        {!error && !value && <LoadingResource />}
        {value && <LoadedResource detail={value} />}
      </PageContent>
    </BreadcrumbEntry>
  );
}

import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import {
  LoadFailure,
  StaleNotice,
  useLiveQuery,
} from '@self-service/plugin-approvals';
import { ResourceFilter, ResourcePage } from '@self-service/plugin-runs-common';
import { useCallback, useState } from 'react';
import { resourcesApiRef } from '../api/ResourcesApi';
import { isDenied } from '../providers/AccessDenied';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { DeniedResourceList, EmptyResourceList } from './EmptyResourceList';
import classes from './resources.module.css';
import { ResourceTable } from './ResourceTable';
import { ResourceFilters } from './useResourceFilters';
import { useRunsSignal } from './useRunsSignal';
import { formatMoney } from './words';

const PAGE_SIZE = 20;
const POLL_MILLISECONDS = 15_000;

function LoadingList() {
  return (
    <div aria-busy="true" style={{ display: 'grid', gap: 12 }}>
      {[0, 1, 2, 3].map(row => (
        <Skeleton key={row} width="100%" height={44} />
      ))}
    </div>
  );
}

/** How many there are, and what they cost together, on all pages. */
function Sum(props: { page: ResourcePage; isFiltered: boolean }) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const { total, items, monthlyCost, currency } = props.page;
  // Amounts of several currencies have no sum.
  const isMixed = !currency && items.some(item => item.currency);
  const cost = isMixed ? undefined : formatMoney(monthlyCost, currency);
  return (
    <p className={classes.sum} role="status">
      <span>{t(props.isFiltered ? 'list.sumOfFilter' : 'list.sum')}:</span>
      {cost && <strong>{t('list.perMonth', { cost })}</strong>}
      <span>
        {total === 1
          ? t('list.one')
          : t('list.total', { total: String(total) })}
      </span>
    </p>
  );
}

/**
 * Resources of one view, a page at a time, kept up to date. Give it a `key` of
 * its own for each view and filters: other ones begin at the first page.
 */
export function ResourceList(props: {
  view: ResourceFilter['view'];
  filters: ResourceFilters;
  isFiltered: boolean;
  onClearFilters: () => void;
}) {
  const { view, isFiltered } = props;
  const [filters] = useState(props.filters);
  const { t } = useTranslationRef(resourcesTranslationRef);
  const resourcesApi = useApi(resourcesApiRef);
  /** Cursors of the pages up to the one shown; the first has none. */
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const cursor = cursors[cursors.length - 1];

  const load = useCallback(
    (signal: AbortSignal) =>
      resourcesApi.listResources(
        { view, ...filters, cursor, limit: PAGE_SIZE },
        { signal },
      ),
    [resourcesApi, view, filters, cursor],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useRunsSignal(),
  });

  if (error && isDenied(error)) {
    return <DeniedResourceList />;
  }
  if (!value) {
    return error ? (
      <LoadFailure what={t('list.what')} error={error} onRetry={refresh} />
    ) : (
      <LoadingList />
    );
  }
  const offset = (cursors.length - 1) * PAGE_SIZE;
  const { items, total, nextCursor } = value;
  const hasPages = nextCursor !== undefined || offset > 0;
  return (
    <>
      {error && <StaleNotice error={error} onRetry={refresh} />}
      {items.length === 0 && offset === 0 ? (
        <EmptyResourceList
          view={view}
          isFiltered={isFiltered}
          onClearFilters={props.onClearFilters}
        />
      ) : (
        <>
          <Sum page={value} isFiltered={isFiltered} />
          <ResourceTable
            resources={items}
            pagination={
              hasPages
                ? {
                    type: 'page',
                    showPageSizeOptions: false,
                    pageSize: PAGE_SIZE,
                    offset,
                    totalCount: total,
                    hasNextPage: nextCursor !== undefined,
                    hasPreviousPage: offset > 0,
                    onNextPage: () => setCursors([...cursors, nextCursor]),
                    onPreviousPage: () => setCursors(cursors.slice(0, -1)),
                  }
                : { type: 'none' }
            }
          />
        </>
      )}
    </>
  );
}

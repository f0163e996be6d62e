import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { Skeleton } from '@backstage/ui';
import { ListQuery } from '@self-service/plugin-approvals-common';
import { useCallback, useState } from 'react';
import { approvalsApiRef } from '../../api/ApprovalsApi';
import { approvalsTranslationRef } from '../../translation';
import { LoadFailure, StaleNotice, useLiveQuery } from '../../ui';
import { useApprovalsSignal } from '../useApprovalsSignal';
import { EmptyList } from './EmptyList';
import { RequestTable } from './RequestTable';
import { RequestFilters } from './useRequestFilters';

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

/**
 * Requests of one view, a page at a time, kept up to date. Give it a `key` of
 * its own for each view and filters: other ones begin at the first page.
 */
export function RequestList(props: {
  view: NonNullable<ListQuery['view']>;
  filters: RequestFilters;
  isFiltered: boolean;
  onClearFilters: () => void;
}) {
  const { view } = props;
  const [filters] = useState(props.filters);
  const { t } = useTranslationRef(approvalsTranslationRef);
  const approvalsApi = useApi(approvalsApiRef);
  /** Cursors of the pages up to the one shown; the first has none. */
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  const cursor = cursors[cursors.length - 1];

  const load = useCallback(
    (signal: AbortSignal) =>
      approvalsApi.listRequests(
        {
          view,
          ...filters,
          text: filters.text?.trim() || undefined,
          cursor,
          limit: PAGE_SIZE,
        },
        { signal },
      ),
    [approvalsApi, view, filters, cursor],
  );
  const { value, error, refresh } = useLiveQuery(load, {
    everyMilliseconds: POLL_MILLISECONDS,
    signal: useApprovalsSignal(),
  });

  if (!value) {
    return error ? (
      <LoadFailure what={t('list.what')} error={error} onRetry={refresh} />
    ) : (
      <LoadingList />
    );
  }
  const offset = (cursors.length - 1) * PAGE_SIZE;
  const { nextCursor } = value;
  return (
    <>
      {error && <StaleNotice error={error} onRetry={refresh} />}
      {value.items.length === 0 && offset === 0 ? (
        <EmptyList
          view={view}
          isFiltered={props.isFiltered}
          onClearFilters={props.onClearFilters}
        />
      ) : (
        <RequestTable
          requests={value.items}
          view={view}
          pagination={{
            offset,
            pageSize: PAGE_SIZE,
            totalCount: value.total,
            hasNextPage: nextCursor !== undefined,
            hasPreviousPage: offset > 0,
            onNextPage: () => setCursors([...cursors, nextCursor]),
            onPreviousPage: () => setCursors(cursors.slice(0, -1)),
          }}
        />
      )}
    </>
  );
}

import { ListQuery } from '@self-service/plugin-approvals-common';
import { PageContent } from '../../ui';
import { ApprovalsTabs } from '../ApprovalsTabs';
import { RequestFilterBar } from './RequestFilterBar';
import { RequestList } from './RequestList';
import { useRequestFilters } from './useRequestFilters';

const NAMES = ['text', 'environment', 'risk', 'team'] as const;
/** What waits has one status, and few ask for so much that they need it. */
const NAMES_OF_HISTORY = [...NAMES, 'status'] as const;

/** The lists of requests, one tab a view. */
export function RequestListPage(props: {
  view: NonNullable<ListQuery['view']>;
}) {
  const { view } = props;
  const { filters, isFiltered, change, clear } = useRequestFilters(
    view === 'all' ? NAMES_OF_HISTORY : NAMES,
  );
  return (
    <PageContent>
      <div style={{ paddingBlock: 'var(--bui-space-2) var(--bui-space-4)' }}>
        <ApprovalsTabs />
      </div>
      <RequestFilterBar
        key={view}
        view={view}
        filters={filters}
        isFiltered={isFiltered}
        onChange={change}
        onClear={clear}
      />
      <RequestList
        key={`${view} ${JSON.stringify(filters)}`}
        view={view}
        filters={filters}
        isFiltered={isFiltered}
        onClearFilters={clear}
      />
    </PageContent>
  );
}

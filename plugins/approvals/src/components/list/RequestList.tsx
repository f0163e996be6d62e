import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { ListQuery } from '@self-service/plugin-approvals-common';
import { approvalsApiRef } from '../../api/ApprovalsApi';
import { approvalsTranslationRef } from '../../translation';
import { LivePages } from '../../ui';
import { useApprovalsSignal } from '../useApprovalsSignal';
import { EmptyList } from './EmptyList';
import { RequestTable } from './RequestTable';
import { RequestFilters } from './useRequestFilters';

const POLL_MILLISECONDS = 15_000;

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
  const { view, filters } = props;
  const { t } = useTranslationRef(approvalsTranslationRef);
  const approvalsApi = useApi(approvalsApiRef);
  const signal = useApprovalsSignal();
  return (
    <LivePages
      what={t('list.what')}
      load={(page, options) =>
        approvalsApi.listRequests(
          {
            view,
            ...filters,
            text: filters.text?.trim() || undefined,
            ...page,
          },
          options,
        )
      }
      everyMilliseconds={POLL_MILLISECONDS}
      signal={signal}
      empty={
        <EmptyList
          view={view}
          isFiltered={props.isFiltered}
          onClearFilters={props.onClearFilters}
        />
      }
    >
      {({ items }, pagination) => (
        <RequestTable requests={items} view={view} pagination={pagination} />
      )}
    </LivePages>
  );
}

import { useApi, useTranslationRef } from '@backstage/frontend-plugin-api';
import { LivePages } from '@self-service/plugin-approvals';
import { ResourceFilter, ResourcePage } from '@self-service/plugin-runs-common';
import { resourcesApiRef } from '../api/ResourcesApi';
import { isDenied } from '../providers/AccessDenied';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { DeniedResourceList, EmptyResourceList } from './EmptyResourceList';
import classes from './resources.module.css';
import { ResourceTable } from './ResourceTable';
import { ResourceFilters } from './useResourceFilters';
import { useRunsSignal } from './useRunsSignal';
import { formatMoney } from './words';

const POLL_MILLISECONDS = 15_000;

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
  const { view, filters, isFiltered } = props;
  const { t } = useTranslationRef(resourcesTranslationRef);
  const resourcesApi = useApi(resourcesApiRef);
  const signal = useRunsSignal();
  return (
    <LivePages
      what={t('list.what')}
      load={(page, options) =>
        resourcesApi.listResources({ view, ...filters, ...page }, options)
      }
      everyMilliseconds={POLL_MILLISECONDS}
      signal={signal}
      readRefusal={error =>
        isDenied(error) ? <DeniedResourceList /> : undefined
      }
      empty={
        <EmptyResourceList
          view={view}
          isFiltered={isFiltered}
          onClearFilters={props.onClearFilters}
        />
      }
    >
      {(page, pagination) => (
        <>
          <Sum page={page} isFiltered={isFiltered} />
          <ResourceTable resources={page.items} pagination={pagination} />
        </>
      )}
    </LivePages>
  );
}

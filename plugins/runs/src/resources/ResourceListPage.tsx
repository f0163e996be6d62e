import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { Tab, TabList, Tabs } from '@backstage/ui';
import { PageContent } from '@self-service/plugin-approvals';
import {
  ResourceFilter,
  runsRunListPermission,
} from '@self-service/plugin-runs-common';
import { resourcesTranslationRef } from '../resourcesTranslation';
import { resourcesRouteRef } from '../routes';
import { ResourceFilterBar } from './ResourceFilterBar';
import { ResourceList } from './ResourceList';
import classes from './resources.module.css';
import { useResourceFilters } from './useResourceFilters';
import { useResourceKinds } from './useResourceKinds';

function ResourceTabs() {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const root = useRouteRef(resourcesRouteRef)?.() ?? '/resources';
  const { allowed } = usePermission({ permission: runsRunListPermission });
  return (
    <div className={classes.tabs}>
      <Tabs>
        <TabList aria-label={t('list.whose')}>
          <Tab id="mine" href={root}>
            {t('tabs.mine')}
          </Tab>
          <Tab id="team" href={`${root}/team`}>
            {t('tabs.team')}
          </Tab>
          {allowed && (
            <Tab id="all" href={`${root}/all`}>
              {t('tabs.all')}
            </Tab>
          )}
        </TabList>
      </Tabs>
    </div>
  );
}

/** The lists of resources, one tab a view. */
export function ResourceListPage(props: { view: ResourceFilter['view'] }) {
  const { view } = props;
  const { filters, isFiltered, change, clear } = useResourceFilters();
  return (
    <PageContent>
      <ResourceTabs />
      <ResourceFilterBar
        key={view}
        kinds={useResourceKinds(view)}
        filters={filters}
        isFiltered={isFiltered}
        onChange={change}
        onClear={clear}
      />
      <ResourceList
        key={`${view} ${JSON.stringify(filters)}`}
        view={view}
        filters={filters}
        isFiltered={isFiltered}
        onClearFilters={clear}
      />
    </PageContent>
  );
}

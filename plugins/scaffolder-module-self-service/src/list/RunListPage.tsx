import { usePermission } from '@backstage/plugin-permission-react';
import { PageContent } from '@self-service/plugin-approvals';
import {
  RunFilter,
  runsRunListPermission,
} from '@self-service/plugin-runs-common';
import { RunFilterBar, ScopeChoice } from './RunFilterBar';
import { RunList } from './RunList';
import classes from './RunListPage.module.css';
import { useRunFilters } from './useRunFilters';

/** The list of runs, in place of the stock one. */
export function RunListPage() {
  const { filters, isFiltered, change, clear } = useRunFilters();
  const { allowed } = usePermission({ permission: runsRunListPermission });
  const scopes: RunFilter['scope'][] = allowed
    ? ['mine', 'team', 'all']
    : ['mine', 'team'];
  return (
    <PageContent>
      <div className={classes.tools}>
        <ScopeChoice
          scope={filters.scope}
          scopes={scopes}
          onChange={scope => change({ scope })}
        />
        <RunFilterBar
          filters={filters}
          isFiltered={isFiltered}
          onChange={change}
          onClear={clear}
        />
      </div>
      <RunList
        key={JSON.stringify(filters)}
        filter={filters}
        empty={isFiltered ? 'filtered' : filters.scope}
        onClearFilters={clear}
      />
    </PageContent>
  );
}

import { useRouteRef, useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Card,
  Cell,
  CellText,
  ColumnConfig,
  Table,
  TablePaginationType,
  useBreakpoint,
} from '@backstage/ui';
import { EntityName } from '@self-service/plugin-approvals';
import { Resource } from '@self-service/plugin-runs-common';
import { useMemo } from 'react';
import {
  ResourcesTexts,
  resourcesTranslationRef,
} from '../resourcesTranslation';
import { resourceRouteRef } from '../routes';
import { EndTime, ResourceStatusChip } from './chips';
import classes from './resources.module.css';
import { formatMoney, readEnd } from './words';

function Name(props: { resource: Resource; isNarrow: boolean }) {
  const { resource, isNarrow } = props;
  const cost = formatMoney(resource.monthlyCost, resource.currency);
  return (
    <span className={classes.name}>
      <strong>{resource.name}</strong>
      <span className={classes.secondary}>
        {[resource.kind, ...(isNarrow ? [resource.environment, cost] : [])]
          .filter(Boolean)
          .join(' · ')}
      </span>
      {isNarrow && readEnd(resource, Date.now()) !== 'never' && (
        <span className={classes.secondary}>
          <EndTime resource={resource} />
        </span>
      )}
    </span>
  );
}

function makeColumns(
  t: ResourcesTexts,
  isNarrow: boolean,
): ColumnConfig<Resource>[] {
  return [
    {
      id: 'name',
      label: t('list.name'),
      isRowHeader: true,
      defaultWidth: '3fr',
      minWidth: 150,
      cell: resource => (
        <Cell>
          <Name resource={resource} isNarrow={isNarrow} />
        </Cell>
      ),
    },
    {
      id: 'environment',
      label: t('list.environment'),
      // There is no room for it: it stands below the name, as the rest does.
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 145,
      cell: ({ environment }) => <CellText title={environment ?? '–'} />,
    },
    {
      id: 'team',
      label: t('list.team'),
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 120,
      cell: ({ team }) => (
        <Cell>
          {team ? (
            <EntityName entityRef={team} defaultKind="group" plain />
          ) : (
            '–'
          )}
        </Cell>
      ),
    },
    {
      id: 'cost',
      label: t('list.cost'),
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 145,
      cell: ({ monthlyCost, currency }) => (
        <CellText title={formatMoney(monthlyCost, currency) ?? '–'} />
      ),
    },
    {
      id: 'until',
      label: t('list.until'),
      isHidden: isNarrow,
      defaultWidth: '1fr',
      minWidth: 215,
      cell: resource => (
        <Cell>
          <EndTime resource={resource} />
        </Cell>
      ),
    },
    {
      id: 'status',
      label: t('list.status'),
      defaultWidth: '1fr',
      minWidth: 150,
      cell: ({ status }) => (
        <Cell>
          <ResourceStatusChip status={status} />
        </Cell>
      ),
    },
  ];
}

/** Resources as a table; a row leads to the resource's page. */
export function ResourceTable(props: {
  resources: Resource[];
  pagination: TablePaginationType;
}) {
  const { t } = useTranslationRef(resourcesTranslationRef);
  const resourceLink = useRouteRef(resourceRouteRef);
  const isNarrow = useBreakpoint().down('md');
  const columns = useMemo(() => makeColumns(t, isNarrow), [t, isNarrow]);
  return (
    <Card className={classes.card}>
      <Table
        columnConfig={columns}
        data={props.resources}
        rowConfig={{ getHref: ({ id }) => resourceLink?.({ resourceId: id }) }}
        pagination={props.pagination}
      />
    </Card>
  );
}
